package import BatonModel

/// All that a step of a handoff may know: the handoff, its cases, who acts and what the node knows of itself.
package struct HandoffScene: Sendable {
    package let state: HandoffState
    /// Of a draft: every open case whose baton this site holds. Of an offered one: the cases of its record.
    package var cases: [HandoffCase] = []
    /// Of a draft: how many cases it would hand on. Beyond `HandoffRecord.casesMax` only the most urgent are read.
    package var caseCount = 0
    /// By the order of `cases`.
    package var scenes: [CustodyScene] = []
    /// Records of handoffs before this one, newest first.
    package var earlier: [HandoffRecord] = []
    /// Of the system, as the node knows them.
    package var risks: [String] = []
    /// Minutes from UTC of both sites' local times.
    package var offsets: [Int] = []
    package let act: ActScene

    package init(_ state: HandoffState, act: ActScene) {
        self.state = state
        self.act = act
    }

    /// What would be offered now; nil while there are no terms.
    package var draft: HandoffDraft? {
        HandoffDraft(
            self.state, cases: self.cases, caseCount: self.caseCount, earlier: self.earlier,
            risks: self.risks, scene: self.act)
    }
}

/// What a step comes to.
package struct HandoffOutcome: Sendable {
    package let plan: HandoffPlan
    /// Of a read-back: how it compares.
    package let readBack: ReadBack?

    package init(plan: HandoffPlan, readBack: ReadBack? = nil) {
        self.plan = plan
        self.readBack = readBack
    }
}

/// The steps of a handoff by the names that the desk, the API and scripts share.
package enum HandoffSteps {
    /// Steps of the leaver, before it is offered.
    package static let drafting = ["terms", "say", "keep", "include", "offer"]
    package static let all =
        Self.drafting + ["readback", "action", "accept", "decline", "withdraw", "acknowledge", "addendum"]

    package static func perform(
        _ step: Act, _ scene: HandoffScene
    ) throws(ActRefusal) -> HandoffOutcome {
        switch step.name {
        case "terms": try self.terms(step, scene)
        case "say": try self.say(step, scene)
        case "keep": try self.mark(.without, step, scene)
        case "include": try self.mark(.with, step, scene)
        case "offer": try self.offer(step, scene)
        case "readback": try self.readBack(step, scene)
        case "action": try self.action(step, scene)
        case "accept":
            HandoffOutcome(
                plan: try HandoffWork.accept(
                    scene.state, cases: scene.cases, scenes: scene.scenes, takesBulk: step.has("all"),
                    scene: scene.act))
        case "decline":
            try self.end(.decline(code: try step.neededReason(.decline, scene.act)), scene)
        case "withdraw": try self.end(.withdraw, scene)
        case "acknowledge": try self.end(.acknowledge, scene)
        case "addendum": try self.addendum(step, scene)
        default:
            throw ActRefusal(
                .notFound, "handoff.no-such-step", "A handoff has no step `\(step.name)`.",
                "The steps are: \(Self.all.joined(separator: ", ")).")
        }
    }

    /// Opens a draft, to a person or to a site's watch.
    package static func open(_ terms: Act, scene: ActScene) throws(ActRefusal) -> HandoffPlan {
        let (site, person, at) = try self.target(terms, scene)
        return try HandoffWork.open(to: site, person: person, at: at, scene: scene)
    }

    private static func target(
        _ terms: Act, _ scene: ActScene
    ) throws(ActRefusal) -> (SiteID, OperatorID?, UInt64) {
        let typed = terms.value("to") ?? ""
        let person = scene.person(named: typed)
        guard let site = person?.site ?? SiteID(typed), scene.membership.head.site(site) != nil else {
            throw ActRefusal(
                .badValue, "handoff.bad-target", "There is no operator and no site `\(typed)`.",
                "Name one of: \(scene.membership.head.sites.map(\.site.description).joined(separator: ", "))."
            )
        }
        let at = terms.milliseconds("at") ?? scene.now
        guard at + 60_000 >= scene.now else {
            throw ActRefusal(
                .badValue, "handoff.past", "Custody cannot move in the past.",
                "Give a time from now on: --at +30m.")
        }
        return (site, person?.id, at)
    }

    private static func terms(_ step: Act, _ scene: HandoffScene) throws(ActRefusal) -> HandoffOutcome {
        let old = scene.state.terms?.body
        var body = DraftBody(.terms)
        (body.site, body.person, body.at) = (old?.site, old?.person, old?.at)
        if step.has("to") || old == nil {
            (body.site, body.person, body.at) = try self.target(step, scene.act)
            if !step.has("at"), let at = old?.at { body.at = at }
        } else if step.has("at") {
            let moved = Act(
                "terms", ["to": [body.site?.description ?? ""], "at": step.arguments["at"] ?? []])
            body.at = try self.target(moved, scene.act).2
        }
        return HandoffOutcome(plan: try HandoffWork.say(body, in: scene.state))
    }

    private static let parts: [(name: String, part: DraftBody.Part, saved: String)] = [
        ("situation", .situation, "the situation"), ("trend", .trend, "its trend"),
        ("if", .contingency, "an if-then plan"), ("ruled-out", .ruledOut, "what is ruled out"),
        ("pending", .nothingPending, "nothing is awaited"), ("people", .people, "a word about the people"),
    ]

    /// Saves what was typed, each part a change of its own.
    private static func say(_ step: Act, _ scene: HandoffScene) throws(ActRefusal) -> HandoffOutcome {
        var plan = HandoffPlan([], said: [])
        for (name, part, _) in self.parts {
            for words in step.arguments[name] ?? [] {
                let document = part == .people ? nil : try self.document(step, scene)
                try self.check(part, words)
                let one = try HandoffWork.say(DraftBody(part, on: document, words: words), in: scene.state)
                plan.changes += one.changes
            }
        }
        guard !plan.changes.isEmpty else {
            throw ActRefusal(
                .badValue, "handoff.nothing-said", "Nothing was said about the case.",
                "Give one of: \(self.parts.map { "--\($0.name)" }.joined(separator: ", ")).")
        }
        let said = self.parts.filter { step.has($0.name) }
        let document = said.map(\.part) == [.people] ? nil : try self.document(step, scene)
        let handle = scene.cases.first { $0.file.document == document }?.handle ?? "the whole handoff"
        plan.said = ["Saved for \(handle): \(said.map(\.saved).joined(separator: ", "))."]
        plan.hints = self.missing(after: step, of: document, scene)
        return HandoffOutcome(plan: plan)
    }

    /// What an offer still lacks once some parts of a case are said: the first thing and how to mend it.
    private static func missing(
        after step: Act, of document: DocumentID?, _ scene: HandoffScene
    ) -> [String] {
        guard let draft = scene.draft else { return [] }
        let most = scene.act.rules.handoff.situationCharactersMax
        if let length = step.value("situation")?.count, length > most {
            return [
                "It cannot be offered so: the situation has \(length) characters, \(most) fit. Say it shorter."
            ]
        }
        let owed = draft.findings.filter { finding in
            finding.isBlocking && !(finding.document == document && self.isMet(finding.code, by: step))
        }
        guard let first = owed.first else { return ["Nothing is missing for: handoff offer"] }
        let rest =
            owed.count == 1 ? [] : ["\(Count.words(owed.count - 1, "more thing")) missing: handoff draft"]
        return ["Before it can be offered: \(first.what)", first.remedy] + rest
    }

    private static func isMet(_ code: String, by step: Act) -> Bool {
        switch code {
        case "handoff.no-situation", "handoff.situation-long": step.has("situation")
        case "handoff.no-contingency": step.has("if")
        case "handoff.pending-unsaid": step.has("pending")
        default: false
        }
    }

    private static func check(_ part: DraftBody.Part, _ words: String) throws(ActRefusal) {
        switch part {
        case .trend where !Trend.allCases.contains(where: { $0.word == words }):
            throw ActRefusal(
                .badValue, "handoff.bad-trend", "`\(words)` is no trend.", "Say worse, same or better.")
        case .nothingPending where words != "none":
            throw ActRefusal(
                .badValue, "handoff.bad-pending", "Only `none` can be said there.",
                "What is awaited is recorded with: contact expect PARTNER TIME \"then\"")
        default: break
        }
        guard !words.isEmpty, words.utf8.count <= 2_048 else {
            throw ActRefusal(
                .badValue, "handoff.bad-words", "That is empty or longer than 2,048 bytes.",
                "Say it in a line; the rest belongs into a note.")
        }
    }

    /// The case that a step names, which must be one that can be handed on.
    private static func document(_ step: Act, _ scene: HandoffScene) throws(ActRefusal) -> DocumentID {
        guard let typed = step.value("case"), let bytes = bytes(hexadecimal: typed),
            let document = DocumentID(bytes), scene.cases.contains(where: { $0.file.document == document })
        else {
            throw ActRefusal(
                .notFound, "handoff.no-such-case", "That case is not in this handoff.",
                "It has: \(scene.cases.map(\.handle).joined(separator: ", ")).")
        }
        return document
    }

    private static func mark(
        _ part: DraftBody.Part, _ step: Act, _ scene: HandoffScene
    ) throws(ActRefusal) -> HandoffOutcome {
        let body = DraftBody(part, on: try self.document(step, scene), words: "")
        return HandoffOutcome(plan: try HandoffWork.say(body, in: scene.state))
    }

    private static func offer(_ step: Act, _ scene: HandoffScene) throws(ActRefusal) -> HandoffOutcome {
        guard let draft = scene.draft else {
            throw ActRefusal(
                .refused, "handoff.no-terms", "The draft does not say to whom and when.",
                "Say it: handoff draft --to usw --at 23:00Z")
        }
        return HandoffOutcome(
            plan: try HandoffWork.offer(
                draft, cases: scene.cases, scenes: scene.scenes, isUnstaffed: step.has("unstaffed"),
                scene: scene.act))
    }

    /// The case of an offer that the receiver speaks of.
    private static func received(
        _ step: Act, _ scene: HandoffScene
    ) throws(ActRefusal) -> (item: HandoffItem, record: Digest256) {
        let (record, hash) = try HandoffWork.offeredRecord(scene.state, scene.act)
        guard record.to == scene.act.site, scene.state.standing == .offered else {
            throw ActRefusal(
                .refused, "handoff.not-yours",
                "Only \(record.to) reads back and adds actions, while it is on offer.", "See handoff status.")
        }
        let typed = step.value("case").flatMap { bytes(hexadecimal: $0) }.flatMap { DocumentID($0) }
        guard let item = record.items.first(where: { $0.document == typed }) else {
            throw ActRefusal(
                .notFound, "handoff.no-such-case", "That case is not in this handoff.",
                "It has: \(record.items.map(\.handle).joined(separator: ", ")).")
        }
        return (item, hash)
    }

    private static func action(_ step: Act, _ scene: HandoffScene) throws(ActRefusal) -> HandoffOutcome {
        let (item, hash) = try self.received(step, scene)
        guard let held = scene.cases.first(where: { $0.file.document == item.document }) else {
            throw ActRefusal(
                .refused, "handoff.case-missing", "\(item.handle) or its offer has not arrived here yet.",
                "Wait for the link, or ask for it: sync now.")
        }
        return HandoffOutcome(
            plan: HandoffWork.addAction(
                try AddedStep(step, held.file, scene.act), to: held, record: hash, in: scene.state,
                scene: scene.act))
    }

    private static func readBack(_ step: Act, _ scene: HandoffScene) throws(ActRefusal) -> HandoffOutcome {
        let (item, hash) = try self.received(step, scene)
        let words = step.value("words") ?? ""
        try self.check(.situation, words)
        let (plan, result) = HandoffWork.readBack(
            words, of: item, record: hash, in: scene.state, offsets: scene.offsets,
            call: try self.call(step), scene: scene.act)
        return HandoffOutcome(plan: plan, readBack: result)
    }

    private static func call(_ step: Act) throws(ActRefusal) -> HandoffWork.TelephoneCall {
        if step.has("telephone") { return .made }
        guard let gap = step.value("gap") else { return .unsaid }
        try self.check(.situation, gap)
        return .gap(gap)
    }

    private static func end(
        _ ending: HandoffWork.Ending, _ scene: HandoffScene
    ) throws(ActRefusal) -> HandoffOutcome {
        HandoffOutcome(
            plan: try HandoffWork.end(
                ending, scene.state, cases: scene.cases, scenes: scene.scenes, scene: scene.act))
    }

    private static func addendum(_ step: Act, _ scene: HandoffScene) throws(ActRefusal) -> HandoffOutcome {
        let document = step.value("case").flatMap { bytes(hexadecimal: $0) }.flatMap { DocumentID($0) }
        let words = step.value("words") ?? ""
        try self.check(.situation, words)
        return HandoffOutcome(
            plan: try HandoffWork.addendum(words, on: document, scene.state, scene: scene.act))
    }
}

/// What is known of a handoff without reading it again.
package struct HandoffDigest: Sendable, Equatable {
    package let document: DocumentID
    package let standing: HandoffState.Standing
    /// Nil while its first change has not arrived.
    package let from: SiteID?
    package let to: SiteID?
    /// `HO-1122-SU`.
    package let label: String

    package init(_ state: HandoffState, label: String) {
        self.document = state.document
        self.standing = state.standing
        self.from = state.terms?.site
        self.to = state.terms?.body.site
        self.label = label
    }

    /// Somebody may still have to do something about it.
    package var isLive: Bool { [.draft, .offered, .withdrawing].contains(self.standing) }
}

/// Finds the handoff that a step means where nobody named one.
package enum HandoffChoice {
    /// - Parameter known: Newest first.
    /// - Returns: Those that the step can be about; the first is meant where there is one.
    package static func candidates(
        _ step: String, _ known: [HandoffDigest], at site: SiteID
    ) -> [HandoffDigest] {
        known.filter { state in
            let isOurs = state.from == site
            let isToUs = state.to == site
            switch step {
            case "terms", "say", "keep", "include", "offer", "draft":
                return isOurs && state.standing.isDrafted
            case "accept", "readback", "action", "decline": return isToUs && state.standing == .offered
            case "acknowledge": return isToUs && state.standing == .withdrawing
            case "withdraw": return isOurs && state.standing == .offered
            case "addendum": return (isOurs || isToUs) && state.standing == .accepted
            default: return isOurs || isToUs
            }
        }
    }
}
