import BatonModel

/// `take`, `assign`, `custody …`, `depose`: acts on the baton of one case.
package enum CustodyActs {
    package static let all = [
        ActSpec(
            "take", "put your name to a case, accept its offer, or take it in an emergency",
            details: [
                "A case that is offered to your site is accepted. One that your site holds gets your name.",
                "With --emergency you act in the holder's place: both sites are told, and what you do is marked.",
            ],
            options: [
                .init("emergency", .flag, "the holder cannot be asked"), .why("why, with --emergency"),
            ],
            examples: ["take", "take --emergency --why PARTITION"], perform: Self.take),
        ActSpec(
            "assign", "offer one case to a person or a site",
            parameters: [.init("to", .word, "an operator's desk name or a site", required: true)],
            examples: ["assign kim", "assign usw"], perform: Self.assign),
        ActSpec(
            "assign decline", "decline the offer of one case",
            options: [.why("why", required: true)], examples: ["assign decline --why TOO-MANY"],
            perform: Self.decline),
        ActSpec(
            "assign withdraw", "take back the offer of one case", examples: ["assign withdraw"],
            perform: Self.withdraw),
        ActSpec(
            "assign acknowledge", "acknowledge that an offer was withdrawn", examples: ["assign acknowledge"],
            perform: Self.acknowledge),
        ActSpec(
            "custody confirm", "show that nothing stands against your provisional epoch any more",
            examples: ["custody confirm"], perform: Self.confirm),
        ActSpec(
            "custody hold", "say again that you have the case in hand", examples: ["custody hold"],
            perform: Self.reconfirm),
        ActSpec(
            "custody recover", "show that a restarted site knows what it did before",
            details: [
                "After a restart that proves nothing (a restored disk, a new machine) what your site does with "
                    + "the baton is provisional. Once every other site has said what it has of your earlier log, "
                    + "and all of that is here, the next act about the baton says so by itself; this one only "
                    + "that.",
                "With a site's name a lead vouches for its newest life; it counts when leads of two sites did.",
            ],
            parameters: [.init("site", .word, "the site that a lead vouches for")],
            examples: ["custody recover", "custody recover usw"], perform: Self.recover),
        ActSpec(
            "custody settle", "decide between epochs that stand against each other",
            parameters: [.init("keep", .word, "the site that keeps the case", required: true)],
            examples: ["custody settle usw"], perform: Self.settle),
        ActSpec(
            "depose", "give the baton of a site that is gone to an heir",
            parameters: [
                .init("site", .word, "the site", required: true),
                .init("heir", .word, "the heir", required: true),
            ],
            danger: .irreversible, examples: ["depose syd usw"], perform: Self.depose),
    ]

    /// The case's custody, and which log acts.
    static func custody(
        _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> (state: CustodyState, scene: CustodyScene) {
        guard let custody = scene.custody else {
            throw ActRefusal(
                .refused, "custody.unknown-origin", "This node does not know yet where the case began.",
                "Its first change has not arrived: see sync.")
        }
        let facts = CustodyFacts(origin: custody.origin, membership: scene.membership, state: file.state)
        return (CustodyState(of: file.state[.global]?.ledgers[CaseField.custody] ?? [], facts), custody)
    }

    private static func handle(_ file: CaseFile) -> String {
        "\(file.summary.typeWord)-\(file.summary.code.prefix(CaseHandle.lengthMin))"
    }

    private static func judged(
        _ kind: CustodyKind, on epoch: CustodyEpoch, _ state: CustodyState, _ scene: CustodyScene,
        _ file: CaseFile
    ) throws(ActRefusal) {
        do throws(CustodyRefusal) { try state.judge(kind, on: epoch, by: scene.author) } catch {
            throw CustodyWords.refusal(error, Self.handle(file))
        }
    }

    private static func judged(
        _ kind: CustodyKind, on offer: CustodyOffer, _ state: CustodyState, _ scene: CustodyScene,
        _ file: CaseFile
    ) throws(ActRefusal) {
        do throws(CustodyRefusal) { try state.judge(kind, on: offer, by: scene.author) } catch {
            throw CustodyWords.refusal(error, Self.handle(file))
        }
    }

    private static func take(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (state, custody) = try Self.custody(file, scene)
        if act.has("emergency") { return try Self.emergency(act, file, scene) }
        if let offer = state.offers(to: scene.site).last {
            try Self.judged(.accept, on: offer, state, custody, file)
            return ActOutcome(
                state.operations(.accept(offer.cited), by: custody),
                said: [
                    "\(Self.handle(file)) accepted: custody epoch \(state.epochs[offer.epoch].number + 1)."
                ])
        }
        try Self.judged(.claim, on: state.accountable, state, custody, file)
        let body = CustodyBody.claim(state.accountable.cited, person: scene.person.id)
        return ActOutcome(
            state.operations(body, by: custody),
            said: ["\(Self.handle(file)) is yours, epoch \(state.accountable.word)."])
    }

    private static func emergency(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (state, custody) = try Self.custody(file, scene)
        let code = try act.neededReason(.takeover, scene)
        try Self.judged(.take, on: state.accountable, state, custody, file)
        let holder = state.accountable
        return ActOutcome(
            state.operations(.take(holder.cited, code: code), by: custody),
            said: [
                "Custody epoch \(holder.word) -> \(holder.number + 1)' (provisional, opened at \(scene.site)).",
                "\(holder.site) may be acting too. What you do outside is marked provisional.",
            ])
    }

    private static func assign(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (state, custody) = try Self.custody(file, scene)
        let typed = act.value("to") ?? ""
        let person = scene.person(named: typed)
        guard let site = person?.site ?? SiteID(typed), scene.membership.head.site(site) != nil else {
            throw ActRefusal(
                .notFound, "custody.no-such-person", "There is no operator and no site `\(typed)`.",
                "Name one of the team: see roster now.")
        }
        if site == scene.site {
            guard let person else { throw CustodyWords.refusal(.badTarget(site), Self.handle(file)) }
            // Within one site the baton stays; only the name changes.
            try Self.judged(.claim, on: state.accountable, state, custody, file)
            return ActOutcome(
                state.operations(.claim(state.accountable.cited, person: person.id), by: custody),
                said: ["\(Self.handle(file)) is \(person.name)'s."])
        }
        try Self.judged(.offer, on: state.accountable, state, custody, file)
        if state.isDeposed(site) { throw CustodyWords.refusal(.deposed(site), Self.handle(file)) }
        var outcome = ActOutcome(
            state.operations(
                .offer(state.accountable.cited, to: site, person: person?.id), by: custody),
            said: ["Offered to \(typed). Custody stays with you until it is accepted."])
        for open in state.openOffers(of: state.accountable) {
            outcome.hints.append(
                "The offer to \(open.to) has not ended: an accept of this one is provisional until it has.")
        }
        return outcome
    }

    private static func offer(
        _ isWanted: (CustodyOffer) -> Bool, _ state: CustodyState, _ file: CaseFile
    ) throws(ActRefusal) -> CustodyOffer {
        guard let offer = state.offers.last(where: { !$0.isEnded && isWanted($0) }) else {
            throw CustodyWords.refusal(.noSuchOffer, Self.handle(file))
        }
        return offer
    }

    private static func decline(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (state, custody) = try Self.custody(file, scene)
        let code = try act.neededReason(.decline, scene)
        let offer = try Self.offer({ $0.to == scene.site }, state, file)
        try Self.judged(.decline, on: offer, state, custody, file)
        return ActOutcome(
            state.operations(.decline(offer.cited, code: code), by: custody),
            said: ["Declined (\(code)). Custody stays with \(state.epochs[offer.epoch].site)."])
    }

    private static func withdraw(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (state, custody) = try Self.custody(file, scene)
        let offer = try Self.offer(
            { $0.standing == .open && state.epochs[$0.epoch].site == scene.site }, state, file)
        try Self.judged(.withdraw, on: offer, state, custody, file)
        return ActOutcome(
            state.operations(CustodyBody(.withdraw, on: offer.cited), by: custody),
            said: ["Withdrawn. Until \(offer.to) acknowledges, an accept that has not read this still wins."])
    }

    private static func acknowledge(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (state, custody) = try Self.custody(file, scene)
        let offer = try Self.offer({ $0.to == scene.site && $0.standing == .withdrawing }, state, file)
        try Self.judged(.acknowledge, on: offer, state, custody, file)
        return ActOutcome(
            state.operations(CustodyBody(.acknowledge, on: state.withdrawal(of: offer)), by: custody),
            said: ["Acknowledged: the offer is off."])
    }

    private static func confirm(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (state, custody) = try Self.custody(file, scene)
        let mine = state.epochs.last {
            $0.site == scene.site && $0.needsConfirm && $0.isProvisional && !$0.isEnded
        }
        guard let epoch = mine, let cited = epoch.cited else {
            throw CustodyWords.refusal(.noSuchEpoch, Self.handle(file))
        }
        try Self.judged(.confirm, on: epoch, state, custody, file)
        return ActOutcome(
            state.operations(CustodyBody(.confirm, on: cited), by: custody),
            said: ["Epoch \(epoch.number) is confirmed."])
    }

    private static func reconfirm(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (state, custody) = try Self.custody(file, scene)
        let epoch = state.firm.site == scene.site ? state.firm : state.accountable
        try Self.judged(.reconfirm, on: epoch, state, custody, file)
        return ActOutcome(
            state.operations(CustodyBody(.reconfirm, on: epoch.cited), by: custody),
            said: ["\(Self.handle(file)): in hand, epoch \(epoch.word)."])
    }

    private static func recover(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (state, custody) = try Self.custody(file, scene)
        if let typed = act.value("site") { return try Self.vouch(typed, state, custody, file, scene) }
        guard !state.isTrusted(custody.author) else {
            throw CustodyWords.refusal(.nothingToRecover, Self.handle(file))
        }
        guard let evidence = custody.evidence else {
            throw CustodyWords.refusal(.unproven(custody.silent), Self.handle(file))
        }
        let body = CustodyBody.recovered(scene.site, custody.author.incarnation, evidence)
        return ActOutcome(
            [body.operation],
            said: ["\(Self.handle(file)): \(scene.site) has all that it wrote before; its acts count again."])
    }

    private static func vouch(
        _ typed: String, _ state: CustodyState, _ custody: CustodyScene, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        guard let site = SiteID(typed), scene.membership.head.site(site) != nil else {
            throw ActRefusal(
                .notFound, "custody.no-such-site", "There is no site `\(typed)`.", "Name a site of the team.")
        }
        guard scene.has(.lead) else {
            throw ActRefusal(
                .refused, "custody.needs-lead", "Only a lead vouches for a site.",
                "Ask a lead of this site; a lead of another site must vouch as well.")
        }
        guard let author = state.newestUntrusted(of: site) else {
            throw CustodyWords.refusal(.nothingToRecover, Self.handle(file))
        }
        let body = CustodyBody.recovered(site, author.incarnation, .leads)
        return ActOutcome(
            state.operations(body, by: custody),
            said: ["\(Self.handle(file)): you vouch for what \(site) does since its restart."],
            hints: ["It counts once a lead of another site vouches too."])
    }

    static func settle(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (state, custody) = try Self.custody(file, scene)
        let typed = act.value("keep") ?? ""
        guard let keep = SiteID(typed), scene.membership.head.site(keep) != nil else {
            throw ActRefusal(
                .notFound, "custody.no-such-site", "There is no site `\(typed)`.", "Name a site of the team.")
        }
        let ends = state.contenders.compactMap(\.cited)
        guard !ends.isEmpty else {
            throw ActRefusal(
                .refused, "custody.nothing-to-settle",
                "Nothing stands against \(state.accountable.site) here.",
                "Look at it with: custody")
        }
        let body = CustodyBody.settle(state.firm.cited, keep: keep, ending: ends)
        guard state.firm.site == scene.site else {
            // Others may only give up what they opened themselves.
            return ActOutcome(
                state.operations(body, by: custody),
                said: [
                    "Recorded. \(state.firm.site) holds the baton and decides; what this site took is given up."
                ])
        }
        try Self.judged(.settle, on: state.firm, state, custody, file)
        return ActOutcome(
            state.operations(body, by: custody),
            said: ["\(Self.handle(file)): \(keep), epoch \(state.firm.number + 1)."])
    }

    private static func depose(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (state, custody) = try Self.custody(file, scene)
        guard scene.has(.rootKeeper) else { throw CustodyWords.refusal(.needsRootKeeper, Self.handle(file)) }
        let sites = ["site", "heir"].map { SiteID(act.value($0) ?? "") }
        guard let site = sites[0], let heir = sites[1], site != heir, scene.membership.head.site(heir) != nil
        else {
            throw ActRefusal(
                .notFound, "custody.no-such-site", "Both must be sites of the team, and not the same.",
                "depose SITE HEIR, for example: depose syd usw.")
        }
        let held = state.firm.site == site ? state.firm : state.accountable
        let heads = file.state.latest.filter { $0.author.site == site }
        return ActOutcome(
            state.operations(.depose(site, holding: held.cited, heads: heads, heir: heir), by: custody),
            said: [
                "\(site) is deposed in \(Self.handle(file)); \(heir) is its heir. What it does from now on is late."
            ])
    }
}
