import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

extension OperatorService {
    /// Does a command of the desk to one case: reads its file, lets the desk decide, writes one delta.
    ///
    /// The decision is made on what is committed when the call is read. Where something about the case arrives
    /// between that and the commit, nothing is written and it is decided again: an act states as read whatever is
    /// committed before it, and must not state what nobody has judged.
    func act(_ reference: String, _ call: APICall, _ desk: Desk) async throws(APIFault) -> APIReply {
        let wanted = try APIText.strictValue(ActCall.self, json: call.body)
        let command = try self.command(call, desk)
        let id = try await self.resolve(reference, desk)
        guard let spec = ActTable.spec(wanted.act) else {
            throw APIFault(
                .noSuchAct, "There is no act of that name.",
                "docs/terminal.md lists them with their arguments.")
        }
        let act = try await self.resolved(Act(wanted.act, wanted.arguments), of: spec, desk)
        // Judged once more it would be refused for having been done.
        if let command, try await self.outcome(of: command, desk) != nil {
            let change = try await self.write(id, [], command, desk)
            return try await self.reply(
                ActReply(
                    change: change, said: [Self.doneAlready], hints: [], awaitsSecondPerson: false))
        }
        return try await self.deciding { () throws(APIFault) in
            let (held, file) = try await self.heldAndFile(id, desk)
            // A refusal comes first: nobody types a case's handle for what cannot be done anyway.
            let waiting = spec.needsWaiting ? try await self.waiting(in: id, desk) : []
            let outcome = try self.decide(spec, act, file, held, waiting, desk)
            let handle = try await self.handle(id, desk)
            do throws(ActRefusal) {
                try ActArguments.confirm(spec, wanted.confirm, handle: handle)
            } catch {
                throw APIFault(error)
            }
            let change = try await self.write(
                id, outcome.operations, command, desk, basis: file.state.frontier.map(\.id))
            await self.driver.note(.rests, of: desk.person.id)
            await self.countNightPage(spec.name, desk)
            await self.countOverrun(desk)
            return try await self.reply(
                ActReply(
                    change: change, said: outcome.said, hints: outcome.hints,
                    awaitsSecondPerson: outcome.awaitsSecondPerson))
        }
    }

    static let doneAlready = "That was done already, by this very call."

    /// What a call wrote when it was first made; nil for a new one.
    func outcome(of command: [UInt8], _ desk: Desk) async throws(APIFault) -> [DeltaID]? {
        try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.store.outcome(ofCommand: command)
        }
    }

    /// Decides and writes, anew where the document changed in between.
    func deciding<Value>(
        _ attempt: () async throws(APIFault) -> Value
    ) async throws(APIFault) -> Value {
        for _ in 1..<Self.decisionsMax {
            do throws(APIFault) { return try await attempt() } catch {
                guard error.code == APIFaultKind.movedOn.code else { throw error }
            }
        }
        return try await attempt()
    }

    private static let decisionsMax = 5

    private func decide(
        _ spec: ActSpec, _ act: Act, _ file: CaseFile, _ held: HaveSet, _ waiting: [WaitingDelta],
        _ desk: Desk
    ) throws(APIFault) -> ActOutcome {
        var scene = ActScene(
            person: desk.person, site: self.ownSite, now: NodeClock.wallMilliseconds,
            membership: desk.membership, rules: self.rules, entropy: self.entropy.bytes(16),
            hashing: Blake2b())
        scene.custody = self.custodyScene(file, held, membership: desk.membership)
        scene.waiting = waiting
        do throws(ActRefusal) {
            try ActArguments.check(act, spec)
            var outcome = try spec.perform(act, file, scene)
            if self.isUnproven(outcome, file, scene) {
                outcome.hints.append(
                    "Provisional: this site was restarted and has not shown yet what it did before."
                        + " Later: custody recover")
            }
            return outcome
        } catch {
            throw APIFault(error)
        }
    }

    private func waiting(in id: DocumentID, _ desk: Desk) async throws(APIFault) -> [WaitingDelta] {
        try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.store.waitingDeltas(of: id, limit: Self.waitingMax)
        }
    }

    /// Changes of one case that a release looks through.
    private static let waitingMax = 256

    /// True for an act about the baton that will not count for certain, for want of a recovery.
    private func isUnproven(_ outcome: ActOutcome, _ file: CaseFile, _ scene: ActScene) -> Bool {
        guard outcome.operations.contains(where: { $0.shape.field == CaseField.custody }),
            scene.custody?.evidence == nil
        else { return false }
        return !(file.custody?.isTrusted(self.author) ?? true)
    }

    /// Which log acts, and what shows that it knows what this site did before.
    ///
    /// - Parameter held: What this replica held before the file was read.
    func custodyScene(_ file: CaseFile, _ held: HaveSet, membership: Membership) -> CustodyScene? {
        self.driver.recovery.scene(file, holding: held, membership: membership)
    }

    /// What is held is read first: the file then has at least that.
    func heldAndFile(_ id: DocumentID, _ desk: Desk) async throws(APIFault) -> (HaveSet, CaseFile) {
        let (held, file) = try await self.read(desk) { reader throws(ReplicaFault) in
            (try reader.store.haveSet(), try reader.file(id))
        }
        guard let file else { throw Self.noSuchCase }
        return (held, file)
    }

    /// Handles among the arguments become document ids.
    private func resolved(_ act: Act, of spec: ActSpec, _ desk: Desk) async throws(APIFault) -> Act {
        var arguments = act.arguments
        for argument in spec.parameters + spec.options where argument.value == .reference {
            guard let values = arguments[argument.name] else { continue }
            var ids: [String] = []
            for value in values { ids.append(try await self.resolve(value, desk).description) }
            arguments[argument.name] = ids
        }
        return Act(act.name, arguments)
    }

    func caseFile(_ id: DocumentID, _ desk: Desk) async throws(APIFault) -> CaseFile {
        let file = try await self.read(desk) { reader throws(ReplicaFault) in try reader.file(id) }
        guard let file else { throw Self.noSuchCase }
        return file
    }

    private func handle(_ id: DocumentID, _ desk: Desk) async throws(APIFault) -> String {
        try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.store.handle(of: id)?.description ?? id.description
        }
    }

    /// - Parameter section: One section's name; nil for all that say something. `review` gives what the log fills in
    ///   of a review too, section by section.
    func file(_ reference: String, section: String?, _ desk: Desk) async throws(APIFault) -> FileReply {
        let id = try await self.resolve(reference, desk)
        let file = try await self.caseFile(id, desk)
        let summary = try await self.detail(id, desk).summary
        let names = section.map { [$0] } ?? CaseFile.sectionNames
        guard names.allSatisfy(CaseFile.sectionNames.contains) else {
            throw APIFault(
                .noSuchSection, "A case file has no section of that name.",
                "The sections are: \(CaseFile.sectionNames.joined(separator: ", ")).")
        }
        let wording = Wording(membership: desk.membership)
        let now = NodeClock.wallMilliseconds
        let parts =
            section == "review"
            ? ReviewReport(
                file, rules: self.rules, handoffs: try await self.handoffs(of: file, desk), now: now
            ).sections : names.map { file.section($0, rules: self.rules, now: now) }
        let sections = parts.map { SectionView($0, wording, now: now) }
        return FileReply(
            asOf: await self.freshness(), summary: summary,
            sections: section == nil ? sections.filter { !$0.items.isEmpty || $0.unreadable > 0 } : sections)
    }

    /// The handoffs in which a case was offered, as far as they are here.
    private func handoffs(of file: CaseFile, _ desk: Desk) async throws(APIFault) -> [HandoffState] {
        let documents = ReviewHandoffs.documents(of: file)
        guard !documents.isEmpty else { return [] }
        return try await self.read(desk) { reader throws(ReplicaFault) in
            var found: [HandoffState] = []
            for id in documents {
                if let state = try reader.store.document(id) { found.append(HandoffState(state)) }
            }
            return found
        }
    }
}

extension CaseReader {
    /// All that the desk knows of a case; nil when it is not here.
    func file(_ id: DocumentID) throws(ReplicaFault) -> CaseFile? {
        guard let state = try self.store.document(id), let summary = try self.store.summary(id) else {
            return nil
        }
        return CaseFile(state: state, summary: summary, membership: self.wording.membership)
    }
}

extension SectionView {
    init(_ section: FileSection, _ wording: Wording, now: UInt64) {
        self.init(
            name: section.name,
            items: section.items.map { item in
                ItemView(
                    id: item.id, state: item.state, text: item.text, by: item.by.map(wording.name),
                    site: item.site?.description, at: item.at.map { Int64(clamping: $0) },
                    due: item.due.map { Int64(clamping: $0) }, marks: item.marks,
                    details: item.details.map {
                        ItemView.Detail(key: $0.key, value: $0.text(now: now, name: wording.name))
                    })
            },
            unreadable: section.unreadable)
    }
}

extension APIFault {
    /// A refusal of the desk, as an answer.
    init(_ refusal: ActRefusal) {
        let (status, exit): (Int, ExitCode) =
            switch refusal.kind {
            case .badValue: (422, .usage)
            case .notFound: (404, .noSuchThing)
            case .refused: (403, .refused)
            case .choice: (409, .humanMustChoose)
            case .secondPerson: (409, .secondPersonAwaited)
            }
        self.init(
            code: refusal.code, status: status, exit: exit, message: refusal.what, hint: refusal.remedy,
            because: refusal.because.isEmpty ? nil : refusal.because)
    }
}
