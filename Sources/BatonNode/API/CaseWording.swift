import BatonAPI
import BatonDesk
import BatonEncoding
import BatonModel

/// Puts names to numbers: operators of any epoch, fields of the desk's table.
struct Wording: Sendable {
    let membership: Membership

    func name(_ person: OperatorID) -> String {
        self.membership.newestRecord(of: person)?.name ?? person.description
    }

    func site(of person: OperatorID) -> SiteID? { self.membership.newestRecord(of: person)?.site }

    func person(named name: String) -> OperatorRecord? {
        self.membership.head.operators.first { $0.name == name }
    }

    func authorship(_ write: Write) -> Authorship {
        Authorship(
            by: self.name(write.actor.person), onBehalfOf: write.actor.onBehalfOf.map(self.name),
            site: write.reference.author.site.description, at: Int64(write.stamp.milliseconds))
    }

    func authorship(_ header: Header) -> Authorship {
        Authorship(
            by: self.name(header.actor.person), onBehalfOf: header.actor.onBehalfOf.map(self.name),
            site: header.author.site.description, at: Int64(header.stamp.milliseconds))
    }

    /// A field's value as the API shows it.
    func value(_ field: FieldCode, _ value: CBORValue?) -> APIValue {
        guard let value else { return .null }
        switch field {
        case CaseField.severity: return value.intValue.map { .text("S\($0)") } ?? .null
        case CaseField.type:
            guard let code = value.intValue else { return .null }
            return CaseType(rawValue: code).map { .text($0.word) } ?? .integer(code)
        case CaseField.owner:
            guard let number = value.intValue.flatMap({ UInt32(exactly: $0) }), number > 0 else {
                return .null
            }
            return .text(self.name(OperatorID(number)))
        default: return Self.plain(value)
        }
    }

    private static func plain(_ value: CBORValue) -> APIValue {
        if let text = value.textValue { return .text(text) }
        if let number = value.intValue { return .integer(number) }
        switch value {
        case .array(let list): return .list(list.map(Self.plain))
        default: return .null
        }
    }
}

/// The desk's fields by the names that people use.
enum FieldNames {
    /// Rules of cases in order of code, without the ledgers, whose entries have calls of their own.
    static let rules: [FieldRule] = Self.all.filter { !$0.structure.isLedger }

    private static let all: [FieldRule] = {
        let anyCase = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 0, count: 15))
        return (0...DeltaLimits.fieldCodeMax).compactMap {
            DeskFieldTable.current.rule(anyCase, FieldCode(UInt16($0)))
        }
    }()

    static func rule(named name: String) -> FieldRule? { Self.rules.first { $0.name == name } }
    static func rule(_ code: FieldCode) -> FieldRule? { Self.all.first { $0.code == code } }
    static func name(_ code: FieldCode) -> String { Self.rule(code)?.name ?? "field-\(code.code)" }

    static var list: String { Self.rules.map(\.name).joined(separator: ", ") }
}

/// Details of milestones, closures and timeline entries: text, or a map {1: text, 2: milliseconds, 3: who}.
struct EntryDetails: Sendable, Equatable {
    var text: String?
    var at: Int64?
    var who: String?

    static let textBytesMax = 32 * 1024
    static let whoBytesMax = 128

    init(text: String? = nil, at: Int64? = nil, who: String? = nil) {
        self.text = text
        self.at = at
        self.who = who
    }

    init(_ value: CBORValue?) {
        self.init()
        if let text = value?.textValue {
            self.text = text
            return
        }
        guard case .map(let pairs)? = value else { return }
        for pair in pairs {
            switch pair.key.intValue {
            case 1: self.text = pair.value.textValue
            case 2: self.at = pair.value.intValue
            case 3: self.who = pair.value.textValue
            default: break
            }
        }
    }

    var body: CBORValue {
        guard self.at != nil || self.who != nil else { return self.text.map { .text($0) } ?? .null }
        var pairs: [CBORPair] = []
        if let text = self.text { pairs.append(CBORPair(key: .unsigned(1), value: .text(text))) }
        if let at = self.at { pairs.append(CBORPair(key: .unsigned(2), value: CBORValue(Int(at)))) }
        if let who = self.who { pairs.append(CBORPair(key: .unsigned(3), value: .text(who))) }
        return .map(pairs)
    }
}
