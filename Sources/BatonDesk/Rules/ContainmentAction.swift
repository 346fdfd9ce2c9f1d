/// A way to contain harm, and what it takes to do it.
package struct ContainmentAction: Sendable, Equatable {
    package enum Reversibility: String, Sendable, CaseIterable {
        case yes, partly, costly, no
        /// Nothing is changed outside: a snapshot, a hold.
        case notApplicable = "n/a"
    }

    /// When a second person must agree.
    package enum SecondPerson: String, Sendable, CaseIterable {
        case never, always
        /// Not for S0 and S1, where minutes count.
        case belowS1 = "below-s1"
        /// A second person, and counsel beside them.
        case withCounsel = "with-counsel"
    }

    package let key: String
    package let title: String
    package let reversibility: Reversibility
    package let secondPerson: SecondPerson
    /// One site carries it out; others only record that they want it.
    package let isSingleExecutor: Bool
    /// What to think of before doing it, in a sentence; may be empty.
    package let caution: String

    package init(
        key: String, title: String, reversibility: Reversibility, secondPerson: SecondPerson,
        isSingleExecutor: Bool, caution: String
    ) {
        self.key = key
        self.title = title
        self.reversibility = reversibility
        self.secondPerson = secondPerson
        self.isSingleExecutor = isSingleExecutor
        self.caution = caution
    }

    /// - Parameter severity: Nil while nobody has triaged the case: treated as grave as it can be.
    package func needsSecondPerson(at severity: Severity?) -> Bool {
        switch self.secondPerson {
        case .never: false
        case .always, .withCounsel: true
        case .belowS1: (severity ?? .s0) > .s1
        }
    }
}
