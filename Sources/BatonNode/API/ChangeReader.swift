import BatonAPI
import BatonDesk
import BatonEncoding
import BatonModel

/// Turns what a caller asks for into operations, by the desk's field table.
struct ChangeReader {
    let wording: Wording

    func operations(_ change: ChangeRequest) throws(APIFault) -> [Operation] {
        var operations: [Operation] = []
        for operation in change.operations { operations.append(try self.operation(operation)) }
        if let note = change.note { operations.append(try self.note(note)) }
        return operations
    }

    func operations(_ new: NewCase) throws(APIFault) -> [Operation] {
        var operations = [
            try self.set("type", .text(new.type)), try self.set("title", .text(new.title)),
        ]
        if let severity = new.severity { operations.append(try self.set("severity", .text(severity))) }
        if let owner = new.owner { operations.append(try self.set("owner", .text(owner))) }
        if let source = new.source { operations.append(try self.set("source", .text(source))) }
        if let agency = new.agency { operations.append(try self.set("agency", .text(agency))) }
        if let at = new.receivedAt { operations.append(try self.set("received", .integer(at))) }
        for tag in new.tags ?? [] {
            operations.append(try self.operation(ChangeOperation(.add, field: "tags", value: .text(tag))))
        }
        if let note = new.note { operations.append(try self.note(note)) }
        return operations
    }

    private func set(_ field: String, _ value: APIValue) throws(APIFault) -> Operation {
        try self.operation(ChangeOperation(.set, field: field, value: value))
    }

    private func note(_ text: String) throws(APIFault) -> Operation {
        try self.operation(ChangeOperation(.append, field: "note", value: .text(text)))
    }

    private func operation(_ wanted: ChangeOperation) throws(APIFault) -> Operation {
        let name = wanted.field ?? Self.usualField(wanted.action)
        guard let name, let rule = FieldNames.rule(named: name), !rule.structure.isLedger else {
            throw APIFault(
                .unknownField,
                "A case has no field \(name.map { "called \(Self.short($0))" } ?? "without a name").",
                "The fields are: \(FieldNames.list).")
        }
        let kind = Self.kind(wanted.action)
        guard rule.structure.takes(kind) else {
            throw APIFault(
                .badValue, "The field \(rule.name) does not take \(wanted.action.rawValue).",
                "It takes \(Self.actions(rule.structure)).")
        }
        let body = try self.body(wanted.value ?? .null, rule, kind)
        return Operation(shape: OperationShape(kind: kind, field: rule.code, isMaterial: true), body: body)
    }

    private static func usualField(_ action: ChangeOperation.Action) -> String? {
        switch action {
        case .close, .reopen: "closure"
        case .append: "note"
        case .set, .add, .remove, .milestone: nil
        }
    }

    private static func kind(_ action: ChangeOperation.Action) -> OperationKind {
        switch action {
        case .set: .set
        case .add: .add
        case .remove: .remove
        case .append: .append
        case .milestone: .milestone
        case .close: .close
        case .reopen: .reopen
        }
    }

    private static func actions(_ structure: FieldRule.Structure) -> String {
        switch structure {
        case .register: "set"
        case .set: "add and remove"
        case .timeline: "append"
        case .milestone: "milestone"
        case .closure: "close and reopen"
        case .ledger: "nothing by this call"
        }
    }

    // Values.

    private func body(_ value: APIValue, _ rule: FieldRule, _ kind: OperationKind) throws(APIFault)
        -> CBORValue
    {
        switch rule.code {
        case CaseField.severity: return try Self.severity(value)
        case CaseField.type: return try Self.type(value)
        case CaseField.owner: return try self.owner(value)
        default: break
        }
        if case .details = rule.value { return try Self.details(value, rule, kind) }
        let body: CBORValue =
            switch value {
            case .text(let text): .text(text)
            case .integer(let number): CBORValue(Int(number))
            case .list, .map, .null: .null
            }
        guard rule.value.accepts(body) else {
            throw APIFault(
                .badValue, "The value does not fit the field \(rule.name).",
                "It takes \(Self.words(rule.value)).")
        }
        if case .text(let text) = body, text.allSatisfy(\.isWhitespace) {
            throw APIFault(
                .badValue, "The field \(rule.name) needs a text.", "Type at least one visible character.")
        }
        return body
    }

    private static func severity(_ value: APIValue) throws(APIFault) -> CBORValue {
        let word = value.text?.uppercased()
        let number = value.integer ?? word.flatMap { $0.hasPrefix("S") ? Int64($0.dropFirst()) : nil }
        guard let number, (0...4).contains(number) else {
            throw APIFault(
                .badValue, "That is not a severity.", "Use S0 (life at stake now) to S4 (routine).")
        }
        return .unsigned(UInt64(number))
    }

    private static func type(_ value: APIValue) throws(APIFault) -> CBORValue {
        guard
            let type = value.text.flatMap({ CaseType(word: $0) })
                ?? value.integer.flatMap({ CaseType(rawValue: $0) })
        else {
            let words = CaseType.allCases.map(\.word).joined(separator: ", ")
            throw APIFault(.badValue, "That is not a type of case.", "Use one of \(words).")
        }
        return .unsigned(UInt64(type.rawValue))
    }

    private func owner(_ value: APIValue) throws(APIFault) -> CBORValue {
        if value == .null || value == .text("nobody") { return .unsigned(0) }
        guard let name = value.text, let person = self.wording.person(named: name) else {
            throw APIFault(
                .badValue, "There is no operator of that name.",
                "Name a person of the membership, or nobody to take the owner off.")
        }
        return .unsigned(UInt64(person.id.number))
    }

    private static func details(
        _ value: APIValue, _ rule: FieldRule, _ kind: OperationKind
    ) throws(APIFault) -> CBORValue {
        var details = EntryDetails()
        switch value {
        case .null: break
        case .text(let text): details.text = text
        case .map(let map):
            guard map.keys.allSatisfy({ ["text", "at", "who"].contains($0) }) else {
                throw APIFault(.badValue, "An entry takes text, at and who.", "Leave the other keys out.")
            }
            details = EntryDetails(text: map["text"]?.text, at: map["at"]?.integer, who: map["who"]?.text)
        case .integer, .list:
            throw APIFault(
                .badValue, "The value does not fit the field \(rule.name).",
                "It takes text, or text, at and who.")
        }
        let isTooLong =
            details.text?.utf8.count ?? 0 > EntryDetails.textBytesMax
            || details.who?.utf8.count ?? 0 > EntryDetails.whoBytesMax
        guard !isTooLong, details.at.map({ (0...Int64(HybridTime.millisecondsMax)).contains($0) }) ?? true
        else {
            throw APIFault(
                .tooLarge, "The entry is too long, or its time is out of range.",
                "A text has at most \(EntryDetails.textBytesMax) bytes; split a longer one."
            )
        }
        guard kind != .append || details.text?.contains(where: { !$0.isWhitespace }) == true else {
            throw APIFault(.badValue, "A note needs a text.", "Type at least one visible character.")
        }
        return details.body
    }

    private static func words(_ type: ValueType) -> String {
        switch type {
        case .text(let limit): "text of 1 to \(limit) bytes"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .time: "milliseconds since 1970"
        case .details: "text, or text, at and who"
        }
    }

    /// What a caller typed, cut so that an error line stays a line.
    private static func short(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(40).filter { $0.value >= 32 && $0.value != 127 }))
    }
}
