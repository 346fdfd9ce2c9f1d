import BatonEngine
package import BatonModel

/// Keeps what a report shows: messages, crashes, cuts, clocks, commits.
package final class RunRecorder {
    package struct Message {
        package let number: UInt64
        package let from: NodeID
        package let to: NodeID
        package let sentAt: UInt64
        package var arrivedAt: UInt64?
        package var isLost = false
        package let kind: FrameKind
        package let bytes: Int
    }

    package struct Entry {
        package let at: UInt64
        package let node: NodeID?
        package let text: String
        /// The message that came in, where that is what happened.
        package var message: UInt64?
        package let isFault: Bool
    }

    package struct ClockPoint {
        package let at: UInt64
        package let node: NodeID
        package let errorMilliseconds: Int64
    }

    /// Whose hands a case is in from a moment on, by what a node knows.
    package struct Hold: Equatable {
        package let at: UInt64
        package let node: NodeID
        /// What the scenario calls the case.
        package let label: String
        /// The site of the last certain epoch, and the one that answers now.
        package let firm: String
        package let answers: SiteID
        package let epoch: String
        package let isProvisional: Bool

        package var words: String {
            let now =
                self.isProvisional
                ? "\(self.answers) \(self.epoch) answers, \(self.firm) is certain" : self.firm
            return "\(self.label) as \(self.node) sees it: \(now)"
        }
    }

    package private(set) var holds: [Hold] = []
    package private(set) var messages: [Message] = []
    package private(set) var entries: [Entry] = []
    package private(set) var clock: [ClockPoint] = []
    package private(set) var nodes: Set<NodeID> = []
    package private(set) var outcome: RunOutcome?
    private var places: [UInt64: Int] = [:]
    private static let entriesMax = 20_000

    package init() {}

    func note(_ event: ScenarioEvent, _ world: World) {
        let isFault = event.verb != .write && event.verb != .quiet
        self.add(event.site.map { NodeID($0) }, event.words, isFault: isFault, world)
        for node in world.nodeIDs {
            self.nodes.insert(node)
            self.clock.append(
                ClockPoint(
                    at: world.nowMilliseconds, node: node, errorMilliseconds: world.clockError(node)))
        }
    }

    func note(_ fact: WorldFact, _ world: World) {
        switch fact {
        case .started(let node, let author): self.add(node, "started as \(author)", isFault: false, world)
        case .crashed(let node, let isPlanned):
            self.add(node, isPlanned ? "crashed between two effects" : "crashed", isFault: true, world)
        case .authored(let node, let delta):
            self.add(node, "signed \(delta.reference)", isFault: false, world)
        case .committed(let node, let commit) where !commit.isOwn && !commit.report.added.isEmpty:
            let names = commit.report.added.prefix(3).map { "\($0.reference) \($0.fate.word)" }
            let more = commit.report.added.count > 3 ? " and \(commit.report.added.count - 3) more" : ""
            self.add(node, "merged " + names.joined(separator: ", ") + more, isFault: false, world)
        case .refused(let node, let fault): self.add(node, "refused: \(fault)", isFault: true, world)
        case .noted(let node, let note, _):
            if let text = Self.words(note) {
                self.add(node, text, isFault: false, world)
            }
        case .sent(let shipment) where !shipment.kind.isPulse: self.sent(shipment, world)
        case .arrived(let number, let isLost): self.arrived(number, isLost, world)
        default: break
        }
    }

    /// Takes a view of a case, where it is another one than before.
    func note(_ hold: Hold) {
        guard self.holds.count < Self.entriesMax else { return }
        let before = self.holds.last { $0.node == hold.node && $0.label == hold.label }
        guard before.map({ ($0.firm, $0.answers, $0.epoch) != (hold.firm, hold.answers, hold.epoch) }) ?? true
        else { return }
        self.holds.append(hold)
    }

    func finish(_ outcome: RunOutcome, _ world: World) {
        self.outcome = outcome
        for node in world.nodeIDs {
            self.clock.append(
                ClockPoint(
                    at: world.nowMilliseconds, node: node, errorMilliseconds: world.clockError(node)))
        }
    }

    private func add(
        _ node: NodeID?, _ text: String, isFault: Bool, _ world: World, message: UInt64? = nil
    ) {
        if let node { self.nodes.insert(node) }
        guard self.entries.count < Self.entriesMax else { return }
        self.entries.append(
            Entry(at: world.nowMilliseconds, node: node, text: text, message: message, isFault: isFault))
    }

    private func sent(_ shipment: Shipment, _ world: World) {
        guard self.messages.count < Self.entriesMax else { return }
        self.places[shipment.number] = self.messages.count
        self.messages.append(
            Message(
                number: shipment.number, from: shipment.from, to: shipment.to,
                sentAt: world.nowMilliseconds, kind: shipment.kind, bytes: shipment.bytes))
    }

    private func arrived(_ number: UInt64, _ isLost: Bool, _ world: World) {
        guard let place = self.places[number] else { return }
        self.messages[place].arrivedAt = world.nowMilliseconds
        self.messages[place].isLost = isLost
    }

    private static func words(_ note: EngineNote) -> String? {
        switch note {
        case .linkGreeted(let site, _, _): "linked with \(site)"
        case .linkLost(let site, let fault): "lost \(site)" + (fault.map { ": \($0)" } ?? "")
        case .signatureRefused(let site, let place): "refused the signature of \(place) from \(site)"
        case .finding(let finding): "found \(finding)"
        case .membershipAdvanced(let epoch): "membership epoch \(epoch)"
        case .cloneSuspected(let author): "suspects a clone of \(author)"
        default: nil
        }
    }
}
