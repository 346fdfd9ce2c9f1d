extension CaseFile {
    /// What to do next, most pressing first: at most four lines, each one a command and why.
    ///
    /// - Parameter now: Milliseconds since 1970.
    package func next(_ rules: RuleBook, now: UInt64) -> [String] {
        guard !self.summary.isClosed else { return [] }
        guard self.has(CaseField.triaged) else { return ["triage: nobody has said what it is and how grave"] }
        var lines = self.conflicts.open.map { "settle \($0.handle): \($0.what) was written apart" }
        lines += self.awaiting.map { "approve \($0.label): \($0.what), a second person" }
        lines += self.contacts.pending.filter { $0.lacksExpectation }.map {
            "contact expect \($0.label): nobody said when \($0.partner) answers"
        }
        lines += self.contacts.pending.filter { ($0.expected ?? .max) <= now }.map {
            "contact answer \($0.label): \($0.partner) is overdue; \($0.then)"
        }
        lines += self.nextOfRequest(rules)
        if let due = self.followUpDue(rules), due <= now,
            let gate = rules.gates.first(where: \.isAfterwards),
            self.verification.standing(gate.id).result != .ok
        {
            lines.append("verify \(gate.word): paper was due \(TimeWords.day(due, now: now))")
        }
        lines += self.containments.items.filter { $0.state == .intent }.map {
            "contain done \($0.label.replacing("/", with: " ")): wanted, not done"
        }
        if let step = self.steps(rules).open.first {
            lines.append("check done \(step.number): \(step.state.step.text)")
        }
        if lines.isEmpty { lines = ["close: nothing is open"] }
        return Array(lines.prefix(4))
    }

    /// A request for data goes through its gates to a decision, a delivery and a hold.
    private func nextOfRequest(_ rules: RuleBook) -> [String] {
        guard self.type == .emergencyDataRequest else { return [] }
        let decisions = self.decisions
        guard decisions.standing.isEmpty else {
            let waiting = decisions.standing.filter {
                $0.state == .approved && $0.choice.isDisclosure && $0.deliveries.isEmpty
            }
            let hold = self.holds.items.isEmpty ? ["hold add: nothing is preserved yet"] : []
            return waiting.map { "decide delivered \($0.label): decided, not delivered" } + hold
        }
        guard !decisions.items.contains(where: { $0.state == .proposed && $0.choice.isAnswer }) else {
            return []
        }
        let open = self.openGates(rules, isForeign: false)
        if let gate = open.first { return ["verify \(gate.word): \(open.count) gates are open"] }
        return ["decide: every gate is passed"]
    }
}
