package import BatonModel

/// One thing that a person does to a document by a command of the desk: `verify callback --result ok`.
///
/// The desk, the operator API and scripts name the same acts with the same arguments (`ActTable`).
package struct Act: Sendable, Equatable {
    package let name: String
    /// By the name of the parameter or option. A flag that was given has an empty list.
    package let arguments: [String: [String]]

    package init(_ name: String, _ arguments: [String: [String]] = [:]) {
        self.name = name
        self.arguments = arguments
    }

    /// The one value of an argument; nil when it was left out.
    package func value(_ name: String) -> String? { self.arguments[name]?.first }
    package func has(_ name: String) -> Bool { self.arguments[name] != nil }
}

/// What an act comes to: one signed delta, and what to tell the person.
package struct ActOutcome: Sendable, Equatable {
    /// All of one document, atomic.
    package var operations: [Operation]
    /// Lines about what changed: `V3 call-back ok (number from our directory, checked 12 Oct 2026)`.
    package var said: [String]
    /// What to do next; shown dimmer.
    package var hints: [String]
    /// True where nothing takes effect before a second person's word: exit 9.
    package var awaitsSecondPerson: Bool

    package init(
        _ operations: [Operation], said: [String] = [], hints: [String] = [],
        awaitsSecondPerson: Bool = false
    ) {
        self.operations = operations
        self.said = said
        self.hints = hints
        self.awaitsSecondPerson = awaitsSecondPerson
    }
}

/// Why an act was refused: one sentence what, one sentence what to do, and what `why` adds.
package struct ActRefusal: Error, Sendable, Equatable {
    /// What a script can do about it; exit codes follow it.
    package enum Kind: String, Sendable, CaseIterable {
        /// A word or a value that nobody can use.
        case badValue
        /// No such step, gate, hold …
        case notFound
        /// Policy, role or compartment says no.
        case refused
        /// A person must choose: a conflict, something ambiguous.
        case choice
        /// A second person must do it.
        case secondPerson
    }

    package let kind: Kind
    /// Stable: `disclose.gates-open`. Each one is listed in `docs/operations.md`.
    package let code: String
    package let what: String
    package let remedy: String
    /// Rule, source, who can lift it; for `why`.
    package let because: [String]

    package init(
        _ kind: Kind, _ code: String, _ what: String, _ remedy: String, because: [String] = []
    ) {
        self.kind = kind
        self.code = code
        self.what = what
        self.remedy = remedy
        self.because = because
    }
}

/// Who acts, where and when: all that an act may know beside the document.
package struct ActScene: Sendable {
    package let person: OperatorRecord
    package let site: SiteID
    /// Milliseconds since 1970, of the node's wall clock.
    package let now: UInt64
    package let membership: Membership
    package let rules: RuleBook
    /// 16 random bytes for an id that nobody else could make.
    package let entropy: [UInt8]
    package let hashing: any Hashing
    /// Which log acts and where the case began; nil while the node cannot tell.
    package var custody: CustodyScene?
    /// Changes of the case that are here and wait for their past.
    package var waiting: [WaitingDelta] = []

    package init(
        person: OperatorRecord, site: SiteID, now: UInt64, membership: Membership, rules: RuleBook,
        entropy: [UInt8], hashing: any Hashing
    ) {
        self.person = person
        self.site = site
        self.now = now
        self.membership = membership
        self.rules = rules
        self.entropy = entropy
        self.hashing = hashing
    }

    package var actor: Actor { Actor(person: self.person.id) }

    /// The operator of a name; nil for nobody's name.
    package func person(named name: String) -> OperatorRecord? {
        self.membership.head.operators.first { $0.name == name }
    }

    package func name(of person: OperatorID) -> String {
        self.membership.head.operators.first { $0.id == person }?.name ?? "operator \(person.number)"
    }
}
