import BatonAPI
import BatonDesk

/// Walks the receiver through the grave cases of a handoff: each is shown, read back and compared. Every answer is
/// saved as it is typed, so that a walk that was interrupted goes on after the last good one.
struct AcceptWalk {
    let desk: Desk
    let handoff: HandoffReply

    /// - Throws: `desk.unfinished-accept` where the walk was left, `desk.read-back-differs` where a script's words
    ///   do not agree.
    ///
    /// - Returns: What the last read-back came to.
    func run() async throws(CommandIssue) -> String {
        let owed = self.handoff.items.enumerated().filter { $0.element.readBack == "owed" }
        var told = ""
        for (done, (index, item)) in owed.enumerated() {
            told = try await self.readBack(item, number: index + 1, left: owed.count - done, told: told)
        }
        return told
    }

    /// - Parameter told: What the read-back before came to; shown above the page of this one.
    /// - Returns: What this one came to.
    private func readBack(
        _ item: HandoffItemView, number: Int, left: Int, told: String
    ) async throws(CommandIssue) -> String {
        guard self.desk.options.mayAsk, let input = self.desk.input else {
            throw CommandIssue(
                .answerNeeded, "\(Count.words(left, "grave case")) to be read back, and nobody may be asked.",
                "Read each back: handoff readback \(item.ref) \"the next deadline and what you will do first\""
            )
        }
        var preface = told + self.page(item, number)
        while true {
            let answer = await input.line(LineRequest(prompt: "> ", purpose: .text, preface: preface))
            guard case .line(let words) = answer, words != "~q", words != "." else {
                if case .unreadable = answer {
                    preface = "That line could not be read. Say it again.\n"
                    continue
                }
                throw CommandIssue(
                    .unfinishedAccept,
                    "\(Count.words(left, "grave case")) still to be read back; what you said is saved.",
                    "Go on where you were: handoff accept")
            }
            guard words.contains(where: { !$0.isWhitespace }) else {
                preface = "Say the next hard deadline and what you will do first, or leave with ~q.\n"
                continue
            }
            if words.hasPrefix("+") {
                preface = await self.add(String(words.dropFirst()), to: item)
                continue
            }
            var call = HandoffCall(step: "readback", arguments: ["case": [item.id], "words": [words]])
            if item.needsTelephone == true { try await self.askTelephone(item, &call, input) }
            let reply = try await HandoffHandlers.send(self.desk, self.handoff.row.id, call)
            if reply.isGood == true {
                let nothing = "Saved. The record has no deadline that it could be compared with."
                let told = self.text(reply.said.isEmpty ? [nothing] : reply.said)
                return await self.offerActions(reply.unlisted ?? [], item, input, told: told)
            }
            let said = reply.said.joined(separator: " ")
            guard input.isInteractive else {
                throw CommandIssue(
                    .readBackDiffers, "\(item.ref): \(said)", "Say it again: handoff accept, then the words.")
            }
            preface = self.text(["\(said) Again, or ask \(self.handoff.row.by)."])
        }
    }

    /// Asks for each thing that the receiver means to do and the record does not list. A script is not asked: its
    /// next line is a read-back.
    ///
    /// - Parameter told: What the read-back came to.
    /// - Returns: What is still to be told: what was added, or what there would be to add.
    private func offerActions(
        _ unlisted: [String], _ item: HandoffItemView, _ input: any LineSource, told: String
    ) async -> String {
        var toTell = told
        for words in unlisted {
            toTell += self.text(["Action not on the list: \"\(words)\"."])
            guard input.isInteractive else { continue }
            guard let wanted = await self.askAction(input, told: toTell) else { return "" }
            toTell = ""
            guard case .add(let time) = wanted else { continue }
            toTell = await self.add(words + (time.map { " by \($0)" } ?? ""), to: item)
        }
        return toTell
    }

    private enum Wanted {
        case leave
        /// With the time until when, as typed.
        case add(by: String?)
    }

    /// Asks until the answer is one.
    ///
    /// - Returns: nil where there are no more lines.
    private func askAction(_ input: any LineSource, told: String) async -> Wanted? {
        var preface = told
        while true {
            let answer = await input.line(
                LineRequest(
                    prompt: "Add it as an action? (Y/n, or until when: 23:30Z) ", purpose: .text,
                    preface: preface))
            guard case .line(let typed) = answer else {
                guard case .unreadable = answer else { return nil }
                preface = "That line could not be read. Say it again.\n"
                continue
            }
            let word = typed.filter { !$0.isWhitespace }
            if word.isEmpty || YesNo(word) == .yes { return .add(by: nil) }
            if YesNo(word) == .no { return .leave }
            if TimeExpression(word) != nil { return .add(by: word) }
            preface = self.text(["Say y, n, or until when it is to be done: 23:30Z."])
        }
    }

    /// Adds an action of the receiver to a case, and stays in the walk.
    ///
    /// - Parameter typed: `ring the duty officer by 23:30Z`; the time may be left out.
    /// - Returns: What became of it; a refusal is told, and the walk goes on.
    private func add(
        _ typed: String, to item: HandoffItemView
    ) async -> String {
        var words = typed.split(whereSeparator: \.isWhitespace).map { String($0) }
        var call = HandoffCall(step: "action", arguments: ["case": [item.id]])
        do throws(CommandIssue) {
            if words.count > 2, words[words.count - 2] == "by", TimeExpression(words[words.count - 1]) != nil
            {
                let due = try HandoffHandlers.ahead(words.removeLast(), now: self.desk.options.now())
                words.removeLast()
                call.arguments["due"] = ["\(due)"]
            }
            guard !words.isEmpty else { return self.text(["Say what is to be done after the +."]) }
            call.arguments["words"] = [words.joined(separator: " ")]
            return self.text(try await HandoffHandlers.send(self.desk, self.handoff.row.id, call).said)
        } catch {
            return self.text([error.message, error.hint])
        }
    }

    /// A case that has been passed on before is read back to the leaver's own ear, or the receipt says why not.
    private func askTelephone(
        _ item: HandoffItemView, _ call: inout HandoffCall, _ input: any LineSource
    ) async throws(CommandIssue) {
        let preface = self.text([
            "\(item.ref) changes hands for the \(item.hops). time within a day: read it back on the telephone."
        ])
        let answer = await input.line(
            LineRequest(prompt: "Done? y, or say why not: ", purpose: .text, preface: preface))
        guard case .line(let said) = answer, said.contains(where: { !$0.isWhitespace }), said != "~q" else {
            throw CommandIssue(
                .unfinishedAccept, "\(item.ref) is not read back on the telephone, and nobody said why.",
                "Go on where you were: handoff accept")
        }
        let isDone = YesNo(said) == .yes
        call.arguments[isDone ? "telephone" : "gap"] = isDone ? [] : [said]
    }

    /// Shows the cases that need no read-back, and asks for all of them at once.
    ///
    /// - Parameter told: Shown above them.
    /// - Throws: `desk.answer-needed` where nobody agrees.
    func takeRest(_ told: String) async throws(CommandIssue) {
        let bulk = self.handoff.items.filter { $0.readBack == "bulk" }
        guard !bulk.isEmpty else { return }
        let issue = CommandIssue(
            .answerNeeded, "\(Count.words(bulk.count, "case")) would be taken without a read-back.",
            "Say that you take them: handoff accept --all")
        let list = bulk.map { Block.line("  \($0.ref)  \($0.severity ?? "S?")  \($0.title)") }
        let preface =
            told
            + BlockRenderer(self.desk.options.render).text(
                [.line("Less grave, without a read-back:")] + list)
        let these = bulk.count == 1 ? "this case" : "these \(bulk.count) cases"
        try await self.desk.confirm("Accept \(these) too?", preface: preface, otherwise: issue)
    }

    private func text(_ lines: [String]) -> String {
        BlockRenderer(self.desk.options.render).text(lines.map { .paragraph(SafeText.line($0), indent: 4) })
    }

    private func page(_ item: HandoffItemView, _ number: Int) -> String {
        let place = "\(number)/\(self.handoff.items.count)"
        var blocks = [Block.heading("\(place) \(item.ref)  \(item.severity ?? "S?") \(item.title)")]
        blocks += HandoffText.body(item, clock: self.desk.options.render.clock)
        blocks.append(.line("Read back - next hard deadline and what you will do first:"))
        return BlockRenderer(self.desk.options.render).text(blocks)
    }
}
