package import BatonModel

/// What a step of a handoff writes: changes of several documents, to be made in one local transaction.
///
/// Peers may see the deltas apart; every one of them stands for itself.
package struct HandoffPlan: Sendable, Equatable {
    /// One delta.
    package struct Change: Sendable, Equatable {
        package let document: DocumentID
        package let operations: [Operation]

        package init(document: DocumentID, operations: [Operation]) {
            self.document = document
            self.operations = operations
        }
    }

    /// The cases first, the handoff's own document last, so that what it lists exists when it is read.
    package var changes: [Change]
    package var said: [String]
    package var hints: [String]

    package init(_ changes: [Change], said: [String], hints: [String] = []) {
        self.changes = changes
        self.said = said
        self.hints = hints
    }
}

/// Which log acts, and how it may show that it has all that its site did before.
package struct CustodyScene: Sendable, Equatable {
    package let author: Author
    /// The site whose delta made the case.
    package let origin: SiteID
    /// Nil while this incarnation cannot prove it: its custody acts are provisional then.
    package let evidence: CustodyBody.Evidence?
    /// Member sites that have stated nothing yet of what this site did in an earlier life.
    package let silent: [SiteID]

    package init(
        author: Author, origin: SiteID, evidence: CustodyBody.Evidence?, silent: [SiteID] = []
    ) {
        self.silent = silent
        self.author = author
        self.origin = origin
        self.evidence = evidence
    }
}

extension CustodyState {
    /// The operations of an act, with the recovery before it where that is owed and can be shown.
    package func operations(_ body: CustodyBody, by scene: CustodyScene) -> [Operation] {
        guard !self.isTrusted(scene.author), let evidence = scene.evidence else { return [body.operation] }
        let recovered = CustodyBody.recovered(scene.author.site, scene.author.incarnation, evidence)
        return [recovered.operation, body.operation]
    }
}

/// The steps of a handoff. Pure: each gives the plan, or says why not.
package enum HandoffWork {
    /// Opens a draft: a new handoff document.
    package static func open(
        to site: SiteID, person: OperatorID?, at: UInt64, scene: ActScene
    ) throws(ActRefusal) -> HandoffPlan {
        guard site != scene.site, scene.membership.head.site(site) != nil else {
            throw ActRefusal(
                .badValue, "handoff.bad-target", "`\(site)` is not another site of this team.",
                "Name one of: \(scene.membership.head.sites.map(\.site.description).joined(separator: ", "))."
            )
        }
        let document = DocumentID(kind: .handoff, suffix: scene.entropy)
        var terms = DraftBody(.terms)
        terms.site = site
        terms.person = person
        terms.at = at
        return HandoffPlan(
            [.init(document: document, operations: [Self.entry(HandoffField.records, terms)])],
            said: ["Draft opened for \(site), custody moves \(TimeWords.instant(at, now: scene.now))."],
            hints: ["handoff draft: shows what is missing"])
    }

    /// Saves one thing that a person typed.
    package static func say(_ body: DraftBody, in state: HandoffState) throws(ActRefusal) -> HandoffPlan {
        guard state.standing.isDrafted else {
            throw Self.refused(
                "handoff.closed", "This handoff is \(state.standing.rawValue).",
                "Add what is new: handoff addendum.")
        }
        return HandoffPlan(
            [.init(document: state.document, operations: [Self.entry(HandoffField.records, body)])],
            said: ["Saved."])
    }

    static func entry(_ field: FieldCode, _ body: some EntryBody) -> Operation {
        Operation(shape: OperationShape(kind: .append, field: field, isMaterial: true), body: body.value)
    }

    static func refused(
        _ code: String, _ what: String, _ remedy: String, because: [String] = []
    ) -> ActRefusal {
        ActRefusal(.refused, code, what, remedy, because: because)
    }
}

extension HandoffWork {
    /// Offers a draft: the record, one custody offer a case, all bound by the record's hash.
    ///
    /// - Parameter scenes: By the cases' order: the log and the origin of each.
    package static func offer(
        _ draft: HandoffDraft, cases: [HandoffCase], scenes: [CustodyScene], isUnstaffed: Bool,
        scene: ActScene
    ) throws(ActRefusal) -> HandoffPlan {
        precondition(cases.count == scenes.count, "each case has one custody scene")
        if let finding = draft.findings.first(where: \.isBlocking) {
            let all = draft.findings.filter(\.isBlocking)
            throw Self.refused(
                finding.code, "It cannot be offered yet: \(finding.what)", finding.remedy,
                because: all.map { "\($0.code): \($0.what)" })
        }
        var record = draft.record
        record.isUnstaffed = isUnstaffed
        let hash = record.hash(scene.hashing)
        var changes: [HandoffPlan.Change] = []
        for item in record.items {
            guard let place = cases.firstIndex(where: { $0.file.document == item.document }) else { continue }
            let custody = cases[place].custody
            do throws(CustodyRefusal) {
                try custody.judge(.offer, on: custody.accountable, by: scenes[place].author)
                if custody.isDeposed(record.to) { throw .deposed(record.to) }
            } catch {
                throw CustodyWords.refusal(error, item.handle)
            }
            let body = CustodyBody.offer(
                custody.accountable.cited, to: record.to, person: record.toPerson, record: hash,
                handoff: record.document)
            changes.append(
                .init(document: item.document, operations: custody.operations(body, by: scenes[place])))
        }
        var saved = DraftBody(.record)
        saved.record = record
        changes.append(
            .init(
                document: record.document,
                operations: [
                    Self.entry(HandoffField.records, saved),
                    Self.entry(HandoffField.moves, MoveBody(.offer, hash)),
                ]))
        return HandoffPlan(
            changes, said: Self.offerWords(record, hash, scene), hints: draft.findings.map(\.what))
    }

    private static func offerWords(_ record: HandoffRecord, _ hash: Digest256, _ scene: ActScene) -> [String]
    {
        let whom = record.toPerson.map { scene.name(of: $0) } ?? "the watch of \(record.to)"
        let end = TimeWords.instant(record.expiresAt, now: scene.now)
        var said = [
            "Offered \(record.label) to \(whom). Custody stays with you until it is accepted. "
                + "Expires \(end): then the escalation path is paged.",
            "Record \(hash.description.prefix(12)), \(Count.words(record.items.count, "case")).",
        ]
        if record.isUnstaffed {
            said.append("Unstaffed: the record stands alone, the read-back is owed. Print it.")
        }
        return said
    }

    /// What the receiver says of the telephone.
    package enum TelephoneCall: Sendable, Equatable {
        case unsaid, made
        case gap(String)
    }

    /// Compares a read-back and saves it as it was typed; a mismatch is saved too.
    package static func readBack(
        _ words: String, of item: HandoffItem, record hash: Digest256, in state: HandoffState,
        offsets: [Int], call: TelephoneCall = .unsaid, scene: ActScene
    ) -> (plan: HandoffPlan, result: ReadBack) {
        let result = ReadBack(words, of: item, now: scene.now, offsets: offsets)
        var body = ReadBackBody(record: hash, document: item.document, words: words)
        body.mismatches = result.differences
        if case .made = call { body.isByTelephone = true }
        if case .gap(let why) = call { body.gap = why }
        var said = result.matches.map { "\($0) agrees." }
        said += result.mismatches.map { "Mismatch: you said \($0.said); the record says \($0.record)." }
        said += result.missing.map { "Say \($0) too." }
        let plan = HandoffPlan(
            [.init(document: state.document, operations: [Self.entry(HandoffField.readbacks, body)])],
            said: said,
            hints: result.unlisted.map { "Action not on the list: \"\($0)\"." })
        return (plan, result)
    }

    /// Accepts an offered handoff: one custody accept a case, and the receipt.
    ///
    /// - Parameter takesBulk: The cases that are not read back are taken too.
    package static func accept(
        _ state: HandoffState, cases: [HandoffCase], scenes: [CustodyScene], takesBulk: Bool, scene: ActScene
    ) throws(ActRefusal) -> HandoffPlan {
        precondition(cases.count == scenes.count, "each case has one custody scene")
        let (record, hash) = try Self.offeredRecord(state, scene)
        guard record.to == scene.site else {
            throw Self.refused(
                "handoff.not-yours", "This handoff is offered to \(record.to).", "Somebody there accepts it.")
        }
        let work = AcceptWork(state, record, hash, scene.rules.handoff)
        guard work.toReadBack.isEmpty else {
            throw ActRefusal(
                .choice, "handoff.read-back-owed",
                "\(Count.words(work.toReadBack.count, "grave case")) not read back yet.",
                "Read back \(work.toReadBack[0].handle): the next hard deadline and what you will do first.")
        }
        if let first = work.onTelephone.first {
            throw ActRefusal(
                .choice, "handoff.telephone-owed",
                "\(first.handle) changes hands for the \(first.hops). time within a day and was not read back on "
                    + "the telephone.",
                "Ring, then say so or why not: handoff readback \(first.handle) WORDS --telephone, or --gap WHY."
            )
        }
        guard takesBulk || work.bulk.isEmpty else {
            throw ActRefusal(
                .choice, "handoff.bulk-unsaid",
                "\(Count.words(work.bulk.count, "case")) would be taken without a read-back.",
                "Say that you take them: handoff accept --all.")
        }
        return try Self.accepted(record, hash, cases, scenes, state, scene)
    }

    private static func accepted(
        _ record: HandoffRecord, _ hash: Digest256, _ cases: [HandoffCase], _ scenes: [CustodyScene],
        _ state: HandoffState, _ scene: ActScene
    ) throws(ActRefusal) -> HandoffPlan {
        var changes: [HandoffPlan.Change] = []
        var move = MoveBody(.accept, hash)
        var passed: [String] = []
        for item in record.items {
            guard let place = cases.firstIndex(where: { $0.file.document == item.document }),
                let offer = Self.offer(in: cases[place].custody, of: record, hash)
            else {
                throw Self.refused(
                    "handoff.case-missing", "\(item.handle) or its offer has not arrived here yet.",
                    "Wait for the link, or ask for it: sync now.")
            }
            let custody = cases[place].custody
            do throws(CustodyRefusal) {
                try custody.judge(.accept, on: offer, by: scenes[place].author)
            } catch {
                passed.append("\(item.handle) stays: \(CustodyWords.refusal(error, item.handle).what)")
                continue
            }
            changes.append(
                .init(
                    document: item.document,
                    operations: custody.operations(.accept(offer.cited), by: scenes[place])))
            let file = cases[place].file
            move.held.append(
                .init(
                    document: item.document, vector: Mutant.isOn(.receiptBare) ? [] : file.state.latest,
                    missing: file.state.compartments.flatMap(\.unread)))
        }
        let count = changes.count
        guard count > 0 else {
            throw Self.refused(
                "handoff.nothing-left", "None of its cases can be taken any more.",
                "See what became of them: handoff status.", because: passed)
        }
        changes.append(
            .init(document: state.document, operations: [Self.entry(HandoffField.moves, move)]))
        let said =
            "Accepted. \(Count.words(count, "case")) now yours. Record \(hash.description.prefix(12)), "
            + "\(Count.words(state.readBackCount(hash), "read-back")), \(state.corrections(hash)) corrected."
        return HandoffPlan(changes, said: [said] + passed)
    }

    /// The offer of one case that belongs to a record.
    private static func offer(
        in custody: CustodyState, of record: HandoffRecord, _ hash: Digest256
    ) -> CustodyOffer? {
        custody.offers.last { $0.handoff == record.document && $0.record == hash && $0.to == record.to }
    }

    /// The record that is on offer, with its hash.
    package static func offeredRecord(
        _ state: HandoffState, _ scene: ActScene
    ) throws(ActRefusal) -> (HandoffRecord, Digest256) {
        guard let offer = state.offered else {
            throw Self.refused("handoff.not-offered", "This handoff is a draft.", "Offer it: handoff offer.")
        }
        guard let record = state.record(offer.body.record, hashing: scene.hashing) else {
            throw Self.refused(
                "handoff.record-differs", "The record here is not the one whose hash was signed.",
                "Do not accept it; ask the leaver on the telephone.")
        }
        return (record, offer.body.record)
    }
}

extension HandoffWork {
    package enum Ending: Sendable, Equatable {
        /// By the receiver, with a reason code.
        case decline(code: String)
        /// By the offerer.
        case withdraw
        /// By the receiver, of a withdrawal.
        case acknowledge
    }

    /// Ends an offer, case by case and as a whole.
    package static func end(
        _ ending: Ending, _ state: HandoffState, cases: [HandoffCase], scenes: [CustodyScene],
        scene: ActScene
    ) throws(ActRefusal) -> HandoffPlan {
        precondition(cases.count == scenes.count, "each case has one custody scene")
        let (record, hash) = try Self.offeredRecord(state, scene)
        let isOfferer = ending == .withdraw
        guard scene.site == (isOfferer ? record.from : record.to) else {
            throw Self.refused(
                "handoff.not-yours", "That is for \(isOfferer ? record.from : record.to) to do.",
                "See handoff status.")
        }
        var changes: [HandoffPlan.Change] = []
        for (held, custodyScene) in zip(cases, scenes) {
            guard let offer = Self.offer(in: held.custody, of: record, hash),
                let body = Self.body(ending, offer, held.custody, custodyScene)
            else { continue }
            changes.append(
                .init(
                    document: held.file.document,
                    operations: held.custody.operations(body, by: custodyScene)))
        }
        guard !changes.isEmpty else {
            throw Self.refused(
                "handoff.nothing-left", "None of its offers can be ended that way any more.",
                "See what became of them: handoff status.")
        }
        var move = MoveBody(Self.kind(ending), hash)
        if case .decline(let code) = ending { move.code = code }
        changes.append(
            .init(document: state.document, operations: [Self.entry(HandoffField.moves, move)]))
        return HandoffPlan(changes, said: [Self.words(ending, record)])
    }

    private static func body(
        _ ending: Ending, _ offer: CustodyOffer, _ custody: CustodyState, _ scene: CustodyScene
    ) -> CustodyBody? {
        let kind: CustodyKind
        let body: CustodyBody
        switch ending {
        case .decline(let code): (kind, body) = (.decline, .decline(offer.cited, code: code))
        case .withdraw: (kind, body) = (.withdraw, CustodyBody(.withdraw, on: offer.cited))
        case .acknowledge:
            (kind, body) = (.acknowledge, CustodyBody(.acknowledge, on: custody.withdrawal(of: offer)))
        }
        do { try custody.judge(kind, on: offer, by: scene.author) } catch { return nil }
        return body
    }

    private static func kind(_ ending: Ending) -> MoveBody.Kind {
        switch ending {
        case .decline: .decline
        case .withdraw: .withdraw
        case .acknowledge: .acknowledge
        }
    }

    private static func words(_ ending: Ending, _ record: HandoffRecord) -> String {
        switch ending {
        case .decline(let code): "Declined \(record.label) (\(code)). Custody stays with \(record.from)."
        case .withdraw:
            "Withdrawn. Until \(record.to) acknowledges, an accept that has not read this still wins."
        case .acknowledge: "Acknowledged: \(record.label) is off."
        }
    }

    /// Says something after the accept; the record stays as it was accepted.
    package static func addendum(
        _ words: String, on document: DocumentID?, _ state: HandoffState, scene: ActScene
    ) throws(ActRefusal) -> HandoffPlan {
        let (record, hash) = try Self.offeredRecord(state, scene)
        if let document, !record.items.contains(where: { $0.document == document }) {
            throw ActRefusal(
                .notFound, "handoff.no-such-case", "That case is not in this handoff.",
                "It has: \(record.items.map(\.handle).joined(separator: ", ")).")
        }
        let body = AddendumBody(record: hash, document: document, words: words)
        return HandoffPlan(
            [.init(document: state.document, operations: [Self.entry(HandoffField.addenda, body)])],
            said: ["Added to \(record.label). The record itself is unchanged."])
    }

    /// Adds what the receiver found to be missing: a step of the case, and a line of the receipt.
    static func addAction(
        _ step: AddedStep, to held: HandoffCase, record hash: Digest256, in state: HandoffState,
        scene: ActScene
    ) -> HandoffPlan {
        let line = step.line(scene)
        let body = AddendumBody(
            record: hash, document: held.file.document, words: "action added to \(held.handle): \(line)")
        return HandoffPlan(
            [
                .init(
                    document: held.file.document, operations: [held.file.entry(CaseField.steps, step.body)]),
                .init(document: state.document, operations: [Self.entry(HandoffField.addenda, body)]),
            ], said: ["Added: \(line)."])
    }

    /// What became of a handoff, for `handoff status`.
    package static func status(_ state: HandoffState, scene: ActScene) -> [String] {
        guard let offer = state.offered, let record = state.record(offer.body.record, hashing: scene.hashing)
        else { return ["Draft, not offered."] }
        let hash = offer.body.record
        var lines = [
            "\(record.label) \(record.from) to \(record.to): \(state.standing.rawValue), "
                + "\(Count.words(record.items.count, "case")), record \(hash.description.prefix(12))"
        ]
        let work = AcceptWork(state, record, hash, scene.rules.handoff)
        if state.standing == .offered {
            lines.append("Read back: \(state.readBackCount(hash)), still owed: \(work.toReadBack.count).")
            if scene.now > record.expiresAt {
                lines.append("Nobody has accepted it in time: page the escalation path.")
            }
        }
        if let accepted = state.accepted {
            let missing = accepted.body.held.reduce(0) { $0 + $1.missing.count }
            lines.append(
                "Accepted \(TimeWords.instant(accepted.at, now: scene.now)) by \(scene.name(of: accepted.by)) at "
                    + "\(accepted.site); \(Count.words(missing, "part")) missing there.")
        }
        return lines
    }
}
