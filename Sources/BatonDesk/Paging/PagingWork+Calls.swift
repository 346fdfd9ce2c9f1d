import BatonModel

/// What people have to be called for in one case.
extension PagingWork {
    func calls(_ held: PagingCase, now: Int64, _ verdict: inout Verdict) -> [PageCall] {
        let site = self.accountable(held.file)
        return self.alertCalls(held, site, now: now, &verdict) + self.typedCalls(held)
            + self.stepCalls(held, site, now: now, &verdict) + self.offerCalls(held, now: now, &verdict)
            + self.custodyCalls(held, now: now, &verdict)
    }

    private func accountable(_ file: CaseFile) -> SiteID {
        file.custody?.accountable.site ?? file.origin ?? self.site
    }

    /// The path of a site: the one that begins there, else one that leads there, else the one without sites.
    func path(for site: SiteID) -> RosterRules.Path {
        let paths = self.roster.rules.paths
        let name = site.description
        return paths.first { $0.steps.first?.site == name }
            ?? paths.first { $0.steps.contains { $0.site == name } }
            ?? paths.first { $0.steps.allSatisfy(\.site.isEmpty) && $0.steps.first?.line == "desk" }
            ?? paths.first
            ?? RosterRules.Path(
                key: "desk", title: "whoever is on watch",
                steps: [.init(line: "desk", site: "", waitMilliseconds: 10 * 60_000)])
    }

    // Clocks.

    /// Each alert that was raised or has come, of each clock the latest.
    private func alertCalls(
        _ held: PagingCase, _ site: SiteID, now: Int64, _ verdict: inout Verdict
    ) -> [PageCall] {
        let plan = AlertPlan(held.file.clocks(self.rules), of: held.file.document, hashing: self.hashing)
        for alert in plan.alerts { verdict.look(at: alert.atMilliseconds, after: now) }
        return plan.due(nowMilliseconds: now, raised: []).map { alert in
            PageCall(
                kind: .alert, document: held.file.document, site: site,
                path: self.path(of: alert, held.file, site),
                person: nil, beginsMilliseconds: alert.atMilliseconds, isEscalating: alert.percent > 50,
                words: self.words(alert, held, now: now), alert: alert, item: nil, name: [])
        }
    }

    /// The path that some site has begun already, whoever answers for the case by now; else that of the site.
    private func path(of alert: ClockAlert, _ file: CaseFile, _ site: SiteID) -> RosterRules.Path {
        let pages = file.pages
        let begun = self.roster.rules.paths.first { path in
            let first = alert.pageID(of: file.document, path: path.key, step: 0, hashing: self.hashing)
            return pages.item(first) != nil
        }
        return begun ?? self.path(for: site)
    }

    private func words(_ alert: ClockAlert, _ held: PagingCase, now: Int64) -> PageCall.Words {
        let due = TimeWords.instant(UInt64(clamping: alert.dueMilliseconds), now: UInt64(clamping: now))
        let hard = alert.isHard ? "a hard clock" : "a clock"
        var words = PageCall.Words()
        words.situation =
            alert.percent == 100
            ? "\(self.severity(held)) \(held.handle): \(alert.title) was due \(due)"
            : "\(self.severity(held)) \(held.handle): \(alert.title) is due \(due), \(alert.percent) % is gone"
        words.background = held.file.summary.title
        words.assessment =
            "\(alert.clock.word) is \(hard)" + (alert.needsCounsel ? " that counsel has not read" : "")
        words.recommendation = "sla \(held.handle), then do what the clock waits for"
        return words
    }

    private func severity(_ held: PagingCase) -> String { held.file.severity?.word ?? "S?" }

    // Pages that somebody typed.

    private func typedCalls(_ held: PagingCase) -> [PageCall] {
        held.file.pages.items.filter { $0.entry.body.generated == nil }.map { item in
            let body = item.entry.body
            var words = PageCall.Words()
            words.situation = "\(self.severity(held)) \(held.handle): \(body.situation)"
            words.background = body.background
            words.assessment = body.assessment
            words.recommendation = body.recommendation
            let (path, person) = self.target(body.to, item.entry.site)
            return PageCall(
                kind: .page, document: held.file.document, site: item.entry.site, path: path, person: person,
                beginsMilliseconds: Int64(clamping: item.entry.at), isEscalating: true, words: words,
                alert: nil, item: item.key, name: [String(item.key.number), String(item.key.tag, radix: 16)])
        }
    }

    /// Whom a typed word means: a path, a rotation or a watch, a line, or a person; then the path of the site.
    private func target(_ word: String, _ site: SiteID) -> (RosterRules.Path, String?) {
        let rules = self.roster.rules
        let key = word.lowercased()
        if let path = rules.paths.first(where: { $0.key == key }) { return (path, nil) }
        let usual = self.path(for: site)
        let wait = usual.steps.first?.waitMilliseconds ?? 10 * 60_000
        func beginning(_ line: String, _ place: String) -> RosterRules.Path {
            let first = RosterRules.Path.Step(line: line, site: place, waitMilliseconds: wait)
            return RosterRules.Path(
                key: "\(key)+\(usual.key)", title: "\(key), then \(usual.title)",
                steps: [first] + usual.steps)
        }
        if let rotation = rules.rotations.first(where: { $0.id == key || $0.watch == key }) {
            return (beginning(rotation.line, rotation.site), nil)
        }
        if rules.lines.contains(where: { $0.key == key }) { return (beginning(key, ""), nil) }
        return (beginning(usual.steps.first?.line ?? "desk", ""), word)
    }

    // Added steps.

    /// Steps that were added with a time and are not done by then: their owner is told first, and of a grave case then
    /// the path.
    private func stepCalls(
        _ held: PagingCase, _ site: SiteID, now: Int64, _ verdict: inout Verdict
    ) -> [PageCall] {
        held.file.steps(self.rules).items.compactMap { item in
            let state = item.state
            guard state.isAdded, !state.isSettled, let due = state.due.map({ Int64(clamping: $0) }) else {
                return nil
            }
            verdict.look(at: due, after: now)
            guard due <= now else { return nil }
            let owner = state.owner.flatMap { self.membership.head.operatorRecord($0) }
            let path = owner.map { self.target($0.name, site).0 } ?? self.path(for: site)
            var words = PageCall.Words()
            let time = TimeWords.instant(UInt64(clamping: due), now: UInt64(clamping: now))
            words.situation =
                "\(self.severity(held)) \(held.handle): \(state.step.text) was to be done by \(time)"
            words.background = held.file.summary.title
            words.assessment =
                "a step that was added to this case; \(owner?.name ?? "nobody known") was to do it"
            words.recommendation = "do it, then: check done \(held.handle) \(item.number)"
            return PageCall(
                kind: .step, document: held.file.document, site: site, path: path, person: owner?.name,
                beginsMilliseconds: due, isEscalating: held.file.isGrave, words: words, alert: nil, item: nil,
                name: [state.id.description, String(due)])
        }
    }

    // Custody.

    /// Offers that nobody has answered in time; of a handoff once, in the first case of its record.
    private func offerCalls(_ held: PagingCase, now: Int64, _ verdict: inout Verdict) -> [PageCall] {
        guard let custody = held.file.custody else { return [] }
        let open = custody.offers.filter { !$0.isEnded && !custody.epochs[$0.epoch].isEnded }
        return open.compactMap { offer in
            var words = PageCall.Words()
            let expires: Int64
            let name: [String]
            if let document = offer.handoff, let handoff = held.handoffs[document] {
                guard handoff.first == held.file.document else { return nil }
                expires = handoff.expiresMilliseconds
                name = ["handoff", document.description, offer.record?.description ?? ""]
                words.situation =
                    "handoff \(handoff.label) to \(offer.to): nobody has accepted its \(handoff.cases) cases"
                words.recommendation = "somebody at \(offer.to): handoff accept \(handoff.label)"
            } else {
                expires =
                    Int64(clamping: offer.madeAt.milliseconds) + self.rules.handoff.offerExpiryMilliseconds
                name = ["\(offer.cited.reference)", String(offer.cited.index)]
                words.situation =
                    "\(self.severity(held)) \(held.handle): nobody at \(offer.to) has answered the offer"
                words.recommendation = "somebody at \(offer.to): take \(held.handle), or assign decline"
            }
            words.background = held.file.summary.title
            words.assessment = "custody stays with \(custody.epochs[offer.epoch].site) until it is accepted"
            verdict.look(at: expires, after: now)
            guard expires <= now else { return nil }
            return PageCall(
                kind: .offer, document: held.file.document, site: offer.to, path: self.path(for: offer.to),
                person: nil, beginsMilliseconds: expires, isEscalating: true, words: words, alert: nil,
                item: nil, name: name)
        }
    }

    /// Grave cases of which their holder has not said in time that they are in hand.
    private func custodyCalls(_ held: PagingCase, now: Int64, _ verdict: inout Verdict) -> [PageCall] {
        guard held.file.isGrave, held.file.severity != nil, let custody = held.file.custody,
            !custody.isUntaken
        else { return [] }
        let epoch = custody.accountable
        guard let since = epoch.confirmedAt ?? epoch.since else { return [] }
        let owed = Int64(clamping: since.milliseconds) + self.rules.handoff.confirmEveryMilliseconds
        verdict.look(at: owed, after: now)
        guard owed <= now else { return [] }
        var words = PageCall.Words()
        words.situation = "\(self.severity(held)) \(held.handle): nobody has said since "
        words.situation += TimeWords.instant(since.milliseconds, now: UInt64(clamping: now))
        words.situation += " that it is in hand"
        words.background = held.file.summary.title
        words.assessment = "epoch \(epoch.word) at \(epoch.site); the owner does not change by this"
        words.recommendation = "somebody at \(epoch.site): custody hold \(held.handle)"
        return [
            PageCall(
                kind: .custody, document: held.file.document, site: epoch.site,
                path: self.path(for: epoch.site), person: nil, beginsMilliseconds: owed, isEscalating: true,
                words: words, alert: nil, item: nil,
                name: [String(epoch.number), String(since.packed)])
        ]
    }
}
