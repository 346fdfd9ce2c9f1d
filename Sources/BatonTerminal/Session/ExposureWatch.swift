package import BatonAPI
import BatonDesk

/// Which case is before a person at a sitting, so that graphic ones can be counted and a break offered. Pure.
package struct ExposureWatch: Sendable, Equatable {
    /// What is to be told to the node when another case comes before the person.
    package enum Entry: Sendable, Equatable {
        case graphic(type: String, minutes: Int)
        case other
    }

    private struct Open: Sendable, Equatable {
        let id: String
        let type: String
        let since: Int64
    }

    private var open: Open?
    /// The last case told was graphic, so another one ends the row.
    private var isInRow = false
    /// Cases for which a buddy was spoken of at this sitting.
    private var spoken: Set<String> = []
    /// Minutes since the last break at which a break was offered last.
    private var offeredAtMinutes = 0

    package init() {}

    private static let minute: Int64 = 60_000

    package static func isGraphic(_ row: CaseRow) -> Bool {
        Exposure.isGraphic(type: CaseType(word: row.type), tags: row.tags)
    }

    /// A case is shown: the one before it is over.
    ///
    /// - Returns: What to tell the node, in order.
    package mutating func show(_ row: CaseRow, now: Int64) -> [Entry] {
        if let open = self.open, open.id == row.id { return [] }
        let over = self.stop(now: now).map { [$0] } ?? []
        guard !Self.isGraphic(row) else {
            self.open = Open(id: row.id, type: row.type, since: now)
            return over
        }
        defer { self.isInRow = false }
        return over + (self.isInRow ? [.other] : [])
    }

    /// No case is before the person any more. Part of a minute counts as a whole one.
    package mutating func stop(now: Int64) -> Entry? {
        guard let open = self.open else { return nil }
        self.open = nil
        self.isInRow = true
        let minutes = (max(0, now - open.since) + Self.minute - 1) / Self.minute
        return .graphic(type: open.type, minutes: Int(min(max(1, minutes), 24 * 60)))
    }

    /// True once for each case on which nobody should be alone.
    package mutating func speaksOfBuddy(_ row: CaseRow) -> Bool {
        let severity = row.severity.flatMap { Int($0.dropFirst()) }
        guard Exposure.wantsBuddy(type: CaseType(word: row.type), severity: severity),
            !row.isClosed
        else { return false }
        return self.spoken.insert(row.id).inserted
    }

    /// The sentence that offers a break, each time another stretch of the length settled is full.
    package mutating func breakOffer(_ rest: RestReply) -> String? {
        guard let own = rest.own else { return nil }
        let minutes = own.minutesSinceBreak
        if minutes < self.offeredAtMinutes { self.offeredAtMinutes = 0 }
        guard minutes >= self.offeredAtMinutes + rest.breakAfterMinutes else { return nil }
        self.offeredAtMinutes = minutes - minutes % rest.breakAfterMinutes
        let day = own.minutesToday >= rest.dayMinutesMax ? " The day's share is full: rest swap graphic." : ""
        return "Graphic cases were before you for up to \(minutes) min since your last break. A break: "
            + "rest start 15m.\(day)"
    }
}

extension Desk {
    /// Takes notice of the case that an answer shows. Scripts and single commands are not counted: nobody sits there.
    ///
    /// - Returns: Sentences for the person.
    mutating func watch(_ reply: Reply) async -> [String] {
        guard !self.isOneShot, self.input?.isInteractive ?? false else { return [] }
        if case .current(let report) = reply.body, report.current == nil { await self.stopWatching() }
        guard let row = reply.caseShown else { return [] }
        var notes: [String] = []
        if self.exposure.speaksOfBuddy(row) {
            notes.append(
                "Not alone on this one: ask somebody to sit with you. A break is yours any time: rest start 15m"
            )
        }
        for entry in self.exposure.show(row, now: self.options.now()) {
            let told = await self.tell(entry)
            if let offer = told.flatMap({ self.exposure.breakOffer($0) }) { notes.append(offer) }
        }
        return notes
    }

    /// The person leaves the case, or the desk.
    mutating func stopWatching() async {
        guard !self.isOneShot else { return }
        guard let entry = self.exposure.stop(now: self.options.now()) else { return }
        _ = await self.tell(entry)
    }

    /// What could not be told is not counted: work goes on.
    private func tell(_ entry: ExposureWatch.Entry) async -> RestReply? {
        let call =
            switch entry {
            case .graphic(let type, let minutes): RestCall(kind: "graphic", minutes: minutes, type: type)
            case .other: RestCall(kind: "other")
            }
        return try? await self.change { client, key throws(APIFault) in try await client.rest(call, key: key)
        }
    }
}

extension Reply {
    /// The case whose content the answer shows; nil for lists and for answers about none.
    var caseShown: CaseRow? {
        switch self.body {
        case .detail(let reply, _): reply.detail.summary
        case .file(let reply): reply.summary
        case .changed(let report): report.summary
        case .acted(let report): report.change.summary
        case .current(let report): report.current
        default: nil
        }
    }
}
