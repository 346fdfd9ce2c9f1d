import BatonAPI
import BatonDesk
import BatonModel

/// Builds the API's values of one handoff.
struct HandoffViews {
    private let state: HandoffState
    private let act: ActScene

    init(_ state: HandoffState, _ act: ActScene) {
        self.state = state
        self.act = act
    }

    private var isDraft: Bool { self.state.standing.isDrafted }

    /// The record on offer; nil for a draft, and where the bytes here do not hash to what was signed.
    private var offered: (HandoffRecord, Digest256)? {
        guard let hash = self.state.offered?.body.record,
            let record = self.state.record(hash, hashing: self.act.hashing)
        else { return nil }
        return (record, hash)
    }

    /// What a page shows: the record that was offered, else the draft as it stands.
    func record(_ scene: HandoffScene) -> (HandoffRecord, Digest256)? {
        if let offered = self.offered { return offered }
        return scene.draft.map { ($0.record, $0.record.hash(self.act.hashing)) }
    }

    /// `HO-1122-SU`; empty while there are no terms.
    var label: String {
        if let (record, _) = self.offered { return record.label }
        guard let terms = self.state.terms, let to = terms.body.site, let at = terms.body.at else {
            return ""
        }
        return HandoffRecord(
            document: self.state.document, from: terms.site, to: to, by: terms.by, madeAt: at, custodyAt: at
        ).label
    }

    /// - Parameter items: Of a draft, how many cases it has now; nil where nobody counted.
    func row(items: Int?) -> HandoffRow? {
        guard let terms = self.state.terms, let to = terms.body.site, let at = terms.body.at else {
            return nil
        }
        let offered = self.offered
        let work = offered.map { AcceptWork(self.state, $0.0, $0.1, self.act.rules.handoff) }
        let isOnOffer = self.state.standing == .offered
        let expires = offered?.0.expiresAt
        return HandoffRow(
            id: self.state.document.description, label: self.label, standing: self.state.standing.rawValue,
            from: terms.site.description, to: to.description,
            toPerson: (offered?.0.toPerson ?? terms.body.person).map { self.act.name(of: $0) },
            by: self.act.name(of: terms.by), custodyAt: Int64(clamping: offered?.0.custodyAt ?? at),
            expiresAt: expires.map { Int64(clamping: $0) },
            cases: self.isDraft ? items ?? 0 : offered?.0.items.count ?? 0,
            owed: isOnOffer ? work?.toReadBack.count ?? 0 : 0,
            isOverdue: isOnOffer && (expires ?? .max) < self.act.now)
    }

    // long: one line per member of the answer.
    func reply(_ scene: HandoffScene, asOf: Freshness) -> HandoffReply {
        let draft = self.isDraft ? scene.draft : nil
        let offered = self.isDraft ? nil : self.offered
        let record = draft?.record ?? offered?.0
        let hash = offered?.1
        return HandoffReply(
            asOf: asOf, row: self.row(items: record?.items.count) ?? self.unreadable,
            record: hash?.description, isUnstaffed: record?.isUnstaffed ?? false,
            people: record?.people ?? "", risks: record?.risks ?? [],
            items: (record?.items ?? []).map { self.item($0, hash) },
            findings: (draft?.findings ?? []).map { self.finding($0, record) },
            readBacks: hash.map { self.state.readBackCount($0) } ?? 0,
            corrections: hash.map { self.state.corrections($0) } ?? 0,
            signed: hash.map { self.signed($0) } ?? [])
    }

    /// A handoff without terms: its first change has not arrived.
    private var unreadable: HandoffRow {
        HandoffRow(
            id: self.state.document.description, label: "", standing: self.state.standing.rawValue, from: "",
            to: "", toPerson: nil, by: "", custodyAt: 0, expiresAt: nil, cases: 0, owed: 0, isOverdue: false)
    }

    private func item(_ item: HandoffItem, _ hash: Digest256?) -> HandoffItemView {
        let isGrave = (item.severity ?? .s0) <= self.act.rules.handoff.readBackUpTo
        let isGood = hash.flatMap { self.state.readBack(item.document, $0)?.body.isGood } ?? false
        return HandoffItemView(
            id: item.document.description, ref: item.handle, severity: item.severity?.word,
            trend: item.trend?.word, title: item.title, situation: item.situation, changed: item.changed,
            changeCount: item.changeCount,
            actions: item.actions.map {
                .init(what: $0.what, due: $0.due.map { Int64(clamping: $0) }, isHard: $0.isHard)
            },
            pending: item.pending.map {
                .init(
                    partner: $0.partner, asked: Int64(clamping: $0.asked),
                    expected: $0.expected.map { Int64(clamping: $0) }, then: $0.then)
            },
            contingencies: item.contingencies, ruledOut: item.ruledOut, hops: item.hops,
            missing: item.missing.count, readBack: isGrave ? (isGood ? "good" : "owed") : "bulk",
            needsTelephone: isGrave && item.hops >= self.act.rules.handoff.relayHops
                && !(hash.map { self.state.isTelephoned(item.document, $0) } ?? false) ? true : nil)
    }

    private func finding(_ finding: HandoffFinding, _ record: HandoffRecord?) -> HandoffFindingView {
        HandoffFindingView(
            code: finding.code, isBlocking: finding.isBlocking, caseID: finding.document?.description,
            what: finding.what, remedy: finding.remedy, laterAt: finding.laterAt.map { Int64(clamping: $0) })
    }

    /// The record is bound by the hash that the offer signs, and with it what the offerer had read.
    private static func vector(of record: HandoffRecord) -> String {
        let places = record.items.reduce(0) { $0 + $1.vector.count }
        let missing = record.items.reduce(0) { $0 + $1.missing.count }
        let cases = Count.words(record.items.count, "case")
        return "record of \(cases), read up to \(Count.words(places, "place")); "
            + "\(Count.words(missing, "part")) not readable at \(record.from)"
    }

    private func signed(_ hash: Digest256) -> [String] {
        var lines: [String] = []
        for move in self.state.moves.entries where move.body.record == hash {
            let when = TimeWords.instant(move.at, now: self.act.now)
            if move.body.kind == .offer, let record = self.offered?.0 {
                lines.append(Self.vector(of: record))
            }
            lines.append("\(move.body.kind) by \(self.act.name(of: move.by)) at \(move.site), \(when)")
            let missing = move.body.held.filter { !$0.missing.isEmpty }
            if !missing.isEmpty {
                let count = missing.reduce(0) { $0 + $1.missing.count }
                let parts = "\(Count.words(count, "part")) of \(Count.words(missing.count, "case"))"
                lines.append("  \(parts) could not be read at \(move.site)")
            }
        }
        if let record = self.offered?.0 { lines += self.state.telephoneLines(record, hash) }
        return lines
            + self.state.addenda.entries.filter { $0.body.record == hash }.map {
                "addendum by \(self.act.name(of: $0.by)): \($0.body.words)"
            }
    }
}

extension HandoffRisks {
    /// As the node's own status has them.
    init(_ status: StatusReply) {
        self.init(
            silent: status.asOf.peers.filter { $0.state != "live" }.map {
                Silent(site: $0.site, lastHeardAt: $0.lastHeardAt.map { UInt64(clamping: $0) })
            },
            waiting: status.counts.waiting, conflicts: status.counts.conflicts,
            unread: status.counts.unread, alarms: status.alarms.count)
    }
}

/// The local time of each site, after the zone of its first rotation.
struct SiteZones: Sendable {
    private var tables: [SiteID: ZoneTable] = [:]

    /// - Parameter zones: By name; a site whose zone is not there has no local time.
    init(_ roster: RosterRules, _ zones: [String: ZoneTable]) {
        for rotation in roster.rotations {
            guard let site = SiteID(rotation.site), self.tables[site] == nil else { continue }
            self.tables[site] = zones[rotation.hours.zone]
        }
    }

    /// Minutes from UTC; nil where no zone is known.
    func offsetMinutes(of site: SiteID, at milliseconds: UInt64) -> Int? {
        self.tables[site].map { Int($0.at(seconds: Int64(milliseconds / 1_000)).offsetSeconds / 60) }
    }
}
