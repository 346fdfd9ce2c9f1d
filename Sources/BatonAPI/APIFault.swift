/// Says why a call was not done: one sentence what, one sentence what to do, a stable code, an exit code.
package struct APIFault: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// Stable (`docs/operations.md`).
    package let code: String
    package let message: String
    package let hint: String
    /// What a process that failed for this should exit with.
    package let exit: Int
    /// The HTTP status; not part of the JSON.
    package var status: Int
    /// Where a reference fits several cases.
    package var candidates: [Candidate]?
    /// What `why` adds: the rule, its source, who can lift it.
    package var because: [String]?

    package struct Candidate: Sendable, Equatable, Codable {
        package let ref: String
        package let title: String?

        package init(ref: String, title: String?) {
            self.ref = ref
            self.title = title
        }
    }

    package init(_ kind: APIFaultKind, _ message: String, _ hint: String, candidates: [Candidate]? = nil) {
        self.init(
            code: kind.code, status: kind.status, exit: kind.exit, message: message, hint: hint,
            candidates: candidates)
    }

    package init(
        code: String, status: Int, exit: ExitCode, message: String, hint: String,
        candidates: [Candidate]? = nil, because: [String]? = nil
    ) {
        self.code = code
        self.status = status
        self.exit = exit.rawValue
        self.message = message
        self.hint = hint
        self.candidates = candidates
        self.because = because
    }

    package var description: String { "[\(self.code)] \(self.message) \(self.hint)" }

    private enum CodingKeys: String, CodingKey { case code, message, hint, exit, candidates, because }

    package init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: CodingKeys.self)
        self.code = try box.decode(String.self, forKey: .code)
        self.message = try box.decode(String.self, forKey: .message)
        self.hint = try box.decode(String.self, forKey: .hint)
        self.exit = try box.decode(Int.self, forKey: .exit)
        self.candidates = try box.decodeIfPresent([Candidate].self, forKey: .candidates)
        self.because = try box.decodeIfPresent([String].self, forKey: .because)
        self.status = 0
    }
}

/// What a process tells its caller. Every door uses these numbers (`docs/operations.md`, "Exit codes").
package enum ExitCode: Int, Sendable, CaseIterable {
    case done = 0
    case failed = 1
    case usage = 2
    case noSuchThing = 3
    case refused = 4
    case humanMustChoose = 5
    /// A deadline is breached (`sla --check`).
    case breached = 6
    case stale = 7
    case integrity = 8
    /// Done as far as one person may; it takes effect by a second person's word.
    case secondPersonAwaited = 9
    case tryAgain = 75
}

/// The faults that the API itself makes. Others carry the code of the layer that failed.
package struct APIFaultKind: Sendable, Equatable {
    package let code: String
    package let status: Int
    package let exit: ExitCode

    private init(_ code: String, _ status: Int, _ exit: ExitCode) {
        self.code = code
        self.status = status
        self.exit = exit
    }

    package static let badBody = APIFaultKind("api.bad-body", 400, .usage)
    package static let badQuery = APIFaultKind("api.bad-query", 400, .usage)
    package static let badValue = APIFaultKind("api.bad-value", 422, .usage)
    package static let unknownField = APIFaultKind("api.unknown-field", 422, .usage)
    package static let tooLarge = APIFaultKind("api.too-large", 413, .usage)
    package static let badKey = APIFaultKind("api.bad-idempotency-key", 400, .usage)
    package static let notAnOperator = APIFaultKind("api.not-an-operator", 403, .refused)
    package static let chooseOperator = APIFaultKind("api.choose-operator", 409, .humanMustChoose)
    package static let notAuthorised = APIFaultKind("api.not-authorised", 403, .refused)
    package static let noSuchCase = APIFaultKind("api.no-such-case", 404, .noSuchThing)
    package static let noSuchPeer = APIFaultKind("api.no-such-peer", 404, .noSuchThing)
    package static let noSuchPath = APIFaultKind("api.no-such-path", 404, .noSuchThing)
    package static let noSuchMethod = APIFaultKind("api.no-such-method", 405, .usage)
    package static let ambiguous = APIFaultKind("api.ambiguous", 409, .humanMustChoose)
    package static let badHandle = APIFaultKind("api.bad-handle", 422, .usage)
    package static let noSuchAct = APIFaultKind("api.no-such-act", 404, .noSuchThing)
    package static let noSuchSection = APIFaultKind("api.no-such-section", 404, .noSuchThing)
    package static let noSuchHandoff = APIFaultKind("api.no-such-handoff", 404, .noSuchThing)
    package static let movedOn = APIFaultKind("api.moved-on", 409, .tryAgain)
    package static let exists = APIFaultKind("api.exists", 409, .humanMustChoose)
    package static let busy = APIFaultKind("api.busy", 503, .tryAgain)
    package static let stopping = APIFaultKind("api.stopping", 503, .tryAgain)
    package static let unreachable = APIFaultKind("api.unreachable", 503, .tryAgain)
    package static let unreadable = APIFaultKind("api.unreadable", 500, .failed)
    package static let failed = APIFaultKind("api.failed", 500, .failed)
}
