package import BatonModel

/// One case as paging looks at it.
package struct PagingCase: Sendable {
    package let file: CaseFile
    /// `EDR-7K3QM2`.
    package let handle: String
    /// By the handoff's document: the first case of its offered record and when the offer runs out. A handoff
    /// is called for once, in that case.
    package let handoffs: [DocumentID: OfferedHandoff]

    package struct OfferedHandoff: Sendable, Equatable {
        package let first: DocumentID
        package let label: String
        package let cases: Int
        package let expiresMilliseconds: Int64

        package init(first: DocumentID, label: String, cases: Int, expiresMilliseconds: Int64) {
            self.first = first
            self.label = label
            self.cases = cases
            self.expiresMilliseconds = expiresMilliseconds
        }
    }

    package init(_ file: CaseFile, handle: String, handoffs: [DocumentID: OfferedHandoff] = [:]) {
        self.file = file
        self.handle = handle
        self.handoffs = handoffs
    }
}

/// Which pages a site has to send now: a pure function of a case, the roster and the time.
///
/// A call walks its path: the next step comes due when the one before was sent and its wait is over without an
/// answer. One site sends: the first of `senders`; each of the others waits a grace longer than the one before
/// it, and sends only what nobody is known to have sent. So in a partition both sides call, under one id, and
/// after it nobody calls again.
package struct PagingWork: Sendable {
    package let site: SiteID
    let rules: RuleBook
    let roster: RosterWork
    let membership: Membership
    /// How much longer each further site waits; not negative.
    let graceMilliseconds: Int64
    let hashing: any Hashing

    /// What came due longer ago than this is not told any more: the log has it, and an old log that was read
    /// in must not ring every telephone.
    package static let staleMilliseconds: Int64 = 24 * 3_600_000

    package init(
        site: SiteID, rules: RuleBook, roster: RosterWork, membership: Membership, graceMilliseconds: Int64,
        hashing: any Hashing
    ) {
        precondition(graceMilliseconds >= 0, "a grace of \(graceMilliseconds) ms is not one")
        self.site = site
        self.rules = rules
        self.roster = roster
        self.membership = membership
        self.graceMilliseconds = graceMilliseconds
        self.hashing = hashing
    }

    package struct Verdict: Sendable, Equatable {
        /// In order of when they came due, then of id.
        package var pages: [DuePage] = []
        /// The first moment after now at which the answer may be another one; nil: only a change of the case
        /// can bring it about.
        package var nextMilliseconds: Int64?

        package init() {}

        mutating func look(at milliseconds: Int64, after now: Int64) {
            guard milliseconds > now else { return }
            self.nextMilliseconds = min(self.nextMilliseconds ?? .max, milliseconds)
        }
    }

    /// - Parameter now: Milliseconds since 1970.
    package func due(_ held: PagingCase, now: Int64) -> Verdict {
        var verdict = Verdict()
        guard !held.file.summary.isClosed else { return verdict }
        let pages = held.file.pages
        for call in self.calls(held, now: now, &verdict) {
            guard call.beginsMilliseconds + Self.staleMilliseconds > now else { continue }
            self.walk(call, held.file, pages, now: now, &verdict)
        }
        verdict.pages.sort { ($0.sinceMilliseconds, $0.id) < ($1.sinceMilliseconds, $1.id) }
        return verdict
    }

    /// The sites in the order in which they send: the one that answers for the case while it is on duty, the
    /// others on duty, the one that answers, the rest.
    package func senders(_ call: PageCall, now: Int64) -> [SiteID] {
        let line = call.path.steps.first?.line
        let onDuty = self.roster.onDuty(atMilliseconds: now).filter { $0.line == line }.map(\.site)
        return self.membership.head.sites.map(\.site).sorted { left, right in
            func rank(_ site: SiteID) -> Int {
                let isOnDuty = onDuty.contains(site.description)
                if site == call.site { return isOnDuty ? 0 : 2 }
                return isOnDuty ? 1 : 3
            }
            return (rank(left), left) < (rank(right), right)
        }
    }

    // One call.

    private func walk(
        _ call: PageCall, _ file: CaseFile, _ pages: PageLedger, now: Int64, _ verdict: inout Verdict
    ) {
        let ids = call.path.steps.indices.map { call.id(step: $0, hashing: self.hashing) }
        var items = ids.compactMap { pages.item($0) }
        if let key = call.item { items += pages.items.filter { $0.key == key } }
        guard !items.contains(where: { $0.answer != nil }) else { return }
        let isManned = call.path.steps.contains { !self.duties($0, now).isEmpty }
        var moment = call.beginsMilliseconds
        for (step, rule) in call.path.steps.enumerated() {
            let duties = self.duties(rule, now)
            let isTyped = step == 0 && call.person != nil
            let sent = pages.sent.first { $0.body.generated == ids[step] }
            // A seat that nobody holds is passed over; where nobody is on duty at all the first step is told.
            if sent == nil, duties.isEmpty, !isTyped, isManned || step > 0 { continue }
            if let sent {
                guard call.isEscalating else { return }
                moment = Int64(clamping: sent.at) + rule.waitMilliseconds
                if moment > now { return verdict.look(at: moment, after: now) }
                continue
            }
            let item = call.item.flatMap { key in
                step == 0 ? pages.items.first { $0.key == key } : nil
            }
            let known = item ?? pages.item(ids[step])
            let mine = self.turn(call, known, file, moment: moment, now: now)
            if mine > now { return verdict.look(at: mine, after: now) }
            verdict.pages.append(
                DuePage(
                    id: ids[step], call: call, step: step, line: isTyped ? nil : rule.line,
                    person: isTyped ? call.person : nil, duties: isTyped ? [] : duties,
                    sinceMilliseconds: mine, item: known.map { ($0.key, $0.label) }))
            return
        }
    }

    /// When it is this site's turn to send.
    ///
    /// A site that comes after others counts its grace from when they could know: from the page's announcement,
    /// before that from the case's last change. A clock that was set back to a time long gone would else have
    /// every site call at once.
    private func turn(
        _ call: PageCall, _ known: PageLedger.Item?, _ file: CaseFile, moment: Int64, now: Int64
    ) -> Int64 {
        let rank = self.senders(call, now: now).firstIndex(of: self.site) ?? 0
        guard rank > 0 else { return moment }
        let changed = known?.entry.at ?? file.summary.lastStamp.milliseconds
        return max(moment, Int64(clamping: changed)) + Int64(rank) * self.graceMilliseconds
    }

    private func duties(_ step: RosterRules.Path.Step, _ now: Int64) -> [Duty] {
        self.roster.onDuty(atMilliseconds: now).filter {
            $0.line == step.line && (step.site.isEmpty || $0.site == step.site)
        }
    }
}
