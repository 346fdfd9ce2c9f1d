import BatonEncoding
package import BatonModel

/// What acts ask of a case beside its ledgers.
extension CaseFile {
    package var type: CaseType? { self.summary.type }
    package var severity: Severity? { self.summary.severity.flatMap { Severity(rawValue: $0) } }
    package var isGrave: Bool { (self.severity ?? .s0) <= .s1 }

    /// Sorted, as they were given.
    package var jurisdictions: [String] {
        var found: [String] = []
        for write in self.state[.global]?.sets[CaseField.jurisdictions] ?? [] {
            guard let text = write.value?.textValue, !found.contains(text) else { continue }
            found.append(text)
        }
        return found.sorted()
    }

    package func text(_ field: FieldCode) -> String {
        guard let writes = self.state[.global]?.registers[field],
            let policy = DeskFieldTable.current.rule(self.document, field)?.policy
        else { return "" }
        return policy.view(writes)?.shown.value?.textValue ?? ""
    }

    /// The earliest record of a milestone, milliseconds since 1970.
    package func reached(_ milestone: Milestone) -> UInt64? {
        (self.state[.global]?.milestones[milestone.field] ?? []).map { Self.time($0) }.min()
    }

    package func has(_ field: FieldCode) -> Bool {
        !(self.state[.global]?.milestones[field] ?? []).isEmpty
    }

    /// What was written elsewhere first says when it happened; of the rest the stamp tells.
    private static func time(_ write: Write) -> UInt64 {
        write.value?[2]?.unsignedValue ?? write.stamp.milliseconds
    }

    package var receivedMilliseconds: UInt64 {
        self.summary.receivedMilliseconds ?? self.summary.firstStamp.milliseconds
    }

    func ledger<Body: EntryBody>(_ field: FieldCode, _ body: Body.Type = Body.self) -> Ledger<Body> {
        Ledger(self.state[.global]?.ledgers[field] ?? [])
    }
}

/// The operations of acts.
extension CaseFile {
    /// - Parameter isGenerated: Made by the desk from the rule book. A close need not have read it; what a person
    ///   wrote it must have.
    func entry(_ field: FieldCode, _ body: some EntryBody, isGenerated: Bool = false) -> Operation {
        guard case .ledger(let kind) = DeskFieldTable.current.rule(self.document, field)?.structure else {
            preconditionFailure("\(field) is no ledger of this document's kind")
        }
        return Operation(
            shape: OperationShape(kind: kind, field: field, isMaterial: !isGenerated), body: body.value)
    }

    func set(_ field: FieldCode, _ value: CBORValue) -> Operation {
        Operation(shape: OperationShape(kind: .set, field: field, isMaterial: true), body: value)
    }

    func add(_ field: FieldCode, _ element: String) -> Operation {
        Operation(shape: OperationShape(kind: .add, field: field, isMaterial: true), body: .text(element))
    }

    /// Nothing where the milestone was reached before.
    func milestone(_ field: FieldCode) -> [Operation] {
        guard !self.has(field) else { return [] }
        return [
            Operation(shape: OperationShape(kind: .milestone, field: field, isMaterial: true), body: .null)
        ]
    }

    func milestone(_ milestone: CaseMilestone) -> [Operation] { self.milestone(milestone.field) }

    /// Work on a triaged case makes it active.
    var activity: [Operation] { self.has(CaseField.triaged) ? self.milestone(CaseField.active) : [] }
}
