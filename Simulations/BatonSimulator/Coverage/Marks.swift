import BatonEngine
import BatonModel
import BatonProtocol

/// Things that should happen in some run: a soak that never sees one of them has a blind spot.
package enum Marks {
    /// Everything that can be marked, sorted.
    package static let all: [String] = Self.named + Lie.allCases.map(Self.lie)

    private static let named = [
        "ban.taken", "chunk.relayed", "clone.suspected", "compare.apart", "compare.equal", "compare.ended",
        "conflict.stands", "crash.planned", "crash.plain",
        "custody.recovered", "custody.refused", "custody.taken", "decision.approved", "decision.refused",
        "delta.released", "delta.void", "delta.waited", "delta.unread", "dial.failed",
        "finding.clock-suspect",
        "finding.fork-proven", "finding.key-refused", "finding.part-refused", "finding.previous-skipped",
        "finding.voided", "greeting.late", "handoff.accepted", "handoff.escalated", "handoff.offered",
        "handoff.refused", "have.restated", "incarnation.second", "link.congested",
        "link.drained", "link.greeted", "link.redundant", "link.silent", "membership.advanced",
        "merge.duplicates", "peer.malformed", "peer.membership-refused", "peer.membership-unknown",
        "outline.told", "peer.too-large", "peer.unauthenticated", "peer.unexpected", "presence.shown",
        "presence.stated",
        "reading.paused", "receipt.refused",
        "receipt.taken", "release.agreed", "release.said", "signature.refused", "stream.split",
        "write.refused",
    ]

    /// That a member told a lie, and not only meant to.
    static func lie(_ lie: Lie) -> String { "lie.\(lie.rawValue)" }

    static func of(_ fact: WorldFact, _ world: World) -> [String] {
        switch fact {
        case .startRefused: []
        case .started(_, let author): author.incarnation.counter > 1 ? ["incarnation.second"] : []
        case .crashed(_, let isPlanned): [isPlanned ? "crash.planned" : "crash.plain"]
        case .noted(_, let note, _): self.of(note)
        case .stepped(_, let input, let actions): self.of(input) + self.of(actions)
        case .committed(let node, let commit): self.of(commit, world.machines[node]?.replica)
        case .authored(let node, let delta): self.of(delta, world.machines[node]?.replica)
        case .compared(_, let result): [self.of(result)]
        case .answered, .receipt, .refused, .sent, .arrived: []
        }
    }

    private static func of(_ result: ComparisonResult) -> String {
        guard result.end == .done else { return "compare.ended" }
        return result.isEqual ? "compare.equal" : "compare.apart"
    }

    private static func of(_ note: EngineNote) -> [String] {
        switch note {
        case .linkGreeted: ["link.greeted"]
        case .linkRedundant: ["link.redundant"]
        case .linkLost(_, let fault?): self.of(fault)
        case .merged(_, _, let duplicates, _): duplicates > 0 ? ["merge.duplicates"] : []
        case .signatureRefused: ["signature.refused"]
        case .finding(let finding): [self.of(finding)]
        case .receiptTaken: ["receipt.taken"]
        case .receiptRefused: ["receipt.refused"]
        case .membershipAdvanced: ["membership.advanced"]
        case .cloneSuspected: ["clone.suspected"]
        default: []
        }
    }

    private static func of(_ fault: PeerFault) -> [String] {
        switch fault {
        case .silent: ["link.silent"]
        case .greetingTimeout: ["greeting.late"]
        default: fault.scope == .closeLink ? [fault.code] : [fault.code, "ban.taken"]
        }
    }

    private static func of(_ finding: ApplyFinding) -> String {
        switch finding {
        case .forkProven: "finding.fork-proven"
        case .partRefused: "finding.part-refused"
        case .keyRefused: "finding.key-refused"
        case .clockSuspect: "finding.clock-suspect"
        case .voided: "finding.voided"
        case .documentPrevSkipped: "finding.previous-skipped"
        }
    }

    private static func of(_ input: EngineInput) -> [String] {
        switch input {
        case .linkCongested: ["link.congested"]
        case .linkDrained: ["link.drained"]
        case .dialFailed: ["dial.failed"]
        case .timerFired(.forward): ["chunk.relayed"]
        case .bytesReceived(_, let bytes): bytes.count < 3 ? ["stream.split"] : []
        default: []
        }
    }

    private static func of(_ actions: [EngineAction]) -> [String] {
        actions.flatMap { action -> [String] in
            switch action {
            case .pauseReading: ["reading.paused"]
            case .note(.catchUpStarted): ["have.restated"]
            case .load(_, .outline, _): ["outline.told"]
            default: []
            }
        }
    }

    private static func of(_ commit: Commit, _ replica: MemoryReplica?) -> [String] {
        var marks: [String] = []
        let fates = commit.report.added.map(\.fate)
        if fates.contains(.waiting) { marks.append("delta.waited") }
        if fates.contains(.void) { marks.append("delta.void") }
        if fates.contains(.unread) { marks.append("delta.unread") }
        if commit.passed.count > commit.report.added.count { marks.append("delta.released") }
        return marks
    }

    private static func of(_ delta: Delta, _ replica: MemoryReplica?) -> [String] {
        delta.header.context.entries.isEmpty ? [] : ["conflict.stands"]
    }
}

/// Which kinds of fault have met in one run.
package struct FaultPairs: Sendable {
    package private(set) var counts: [String: Int] = [:]

    package init() {}

    package mutating func include(_ kinds: some Sequence<String>) {
        let sorted = Set(kinds).sorted()
        for (index, one) in sorted.enumerated() {
            for other in sorted[index...] { self.counts["\(one)+\(other)", default: 0] += 1 }
        }
    }

    package mutating func merge(_ other: [String: Int]) {
        self.counts.merge(other, uniquingKeysWith: +)
    }

    /// Pairs of these kinds that no run has had.
    package func missing(_ kinds: [String]) -> [String] {
        let sorted = kinds.sorted()
        var missing: [String] = []
        for (index, one) in sorted.enumerated() {
            for other in sorted[index...] where self.counts["\(one)+\(other)"] == nil {
                missing.append("\(one)+\(other)")
            }
        }
        return missing
    }
}
