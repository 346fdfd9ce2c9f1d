/// What `set` changes: how the desk behaves in this session, never a case.
package enum SettingName: String, Sendable, CaseIterable {
    case accessible, bail, format, limit, notices, pager, scope, utc, wide

    package var help: String {
        switch self {
        case .accessible: "prompt without figures, tables as lines"
        case .bail: "stop at the first error when the input is a script"
        case .format: "how answers look"
        case .limit: "rows of a list"
        case .pager: "stop long answers at each screenful"
        case .notices: "print news between commands"
        case .scope: "refuse changes to cases outside"
        case .utc: "times in UTC only"
        case .wide: "do not shorten lines"
        }
    }

    package var values: String {
        switch self {
        case .accessible, .bail, .notices, .pager, .utc, .wide: "on|off"
        case .format: OutputFormat.allCases.map(\.rawValue).joined(separator: "|")
        case .limit: "1 to 500"
        case .scope: "type=EDR|case=CASE|off"
        }
    }
}

/// The fence of `set scope`: changes outside it are refused until it is lifted.
package enum Scope: Sendable, Equatable {
    case type(String)
    /// The document id, and the handle for people.
    case oneCase(id: String, ref: String)

    package var text: String {
        switch self {
        case .type(let type): "type=\(type)"
        case .oneCase(_, let ref): "case=\(ref)"
        }
    }
}
