package import BatonModel

/// One stretch of custody of a case: who holds the baton, since when, and whether that is certain.
package struct CustodyEpoch: Hashable, Sendable {
    /// How an epoch came to be.
    package enum Opening: Hashable, Sendable {
        /// The case was made: nobody took it yet, its site's watch holds it.
        case origin
        case accept
        /// `take --emergency`, with the reason code.
        case take(code: String)
        case settlement
        /// A deposition named the heir.
        case heir
        /// A deposition of a site that held nothing here: its heir answers until the holder has read it, who may
        /// believe that the deposed site has the baton.
        case standIn
    }

    /// Why an epoch is provisional.
    package enum Doubt: Hashable, Sendable {
        case emergency
        /// Only until the holder has read the deposition.
        case standIn
        /// An offer made before has not ended without an accept, and no confirm has shown that since.
        case rivalOffer
        /// An act that opened it is by an incarnation that has not recovered, or by a forked author.
        case author
        /// The epoch before is provisional, or was when this one opened.
        case parent
        /// Two depositions name different heirs.
        case rivalHeir
        /// The target's certain answer was another one.
        case answered
    }

    /// Its place in `CustodyState.epochs`.
    package let index: Int
    package let opening: Opening
    /// The operation that opened it, to be cited; nil for the origin's epoch.
    package let cited: CitedDot?
    /// Nil for the origin's epoch.
    package let parent: Int?
    /// 0 for the origin's epoch. Epochs that stand against each other have one number.
    package let number: Int
    package let site: SiteID
    /// Nil while the site's watch has it and nobody put their name to it.
    package internal(set) var person: OperatorID?
    /// Nil for the origin's epoch.
    package let since: HybridTime?
    /// The newest word of its site that it has the case in hand.
    package internal(set) var confirmedAt: HybridTime?
    /// Empty: firm. Sorted by nothing, each at most once.
    package internal(set) var doubts: [Doubt] = []
    /// True once a settlement, a deposition or the target's certain answer has ended it.
    package internal(set) var isEnded = false
    /// True where a confirm is what it lacks.
    package internal(set) var needsConfirm = false

    package var isProvisional: Bool { !self.doubts.isEmpty }
    package var isFirm: Bool { self.doubts.isEmpty }

    /// `4`, `5'` when provisional.
    package var word: String { self.isProvisional ? "\(self.number)'" : "\(self.number)" }
}

extension CustodyEpoch.Opening {
    /// Nobody gave the baton: the epoch only answers in the holder's place.
    var isInterim: Bool {
        switch self {
        case .take, .standIn: true
        case .origin, .accept, .settlement, .heir: false
        }
    }
}

/// An offer of the baton and what became of it.
package struct CustodyOffer: Hashable, Sendable {
    package enum Standing: Hashable, Sendable {
        case open
        /// Withdrawn, and not acknowledged yet: it may still be accepted by who has not read that.
        case withdrawing
        case accepted
        case declined(code: String)
        case acknowledged
        /// The target was deposed.
        case voided
    }

    package let cited: CitedDot
    /// The epoch that is offered.
    package let epoch: Int
    package let to: SiteID
    package let person: OperatorID?
    package let by: OperatorID
    package let madeAt: HybridTime
    package let record: Digest256?
    package let handoff: DocumentID?
    package internal(set) var standing: Standing = .open
    /// True where the answer is by an incarnation that has not recovered: it may yet be another one.
    package internal(set) var isAnswerProvisional = false

    package var isEnded: Bool { self.standing != .open && self.standing != .withdrawing }
}

/// A custody operation without effect, and why.
package struct CustodyLate: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// Its site was deposed, and it had not read that or acted on what was before.
        case deposed
        /// It had read what forbids it.
        case forbidden(CustodyFact)
        /// Not by whom the table says.
        case notTheDoer
        /// It cites nothing that is there.
        case cited
        /// A deposition by somebody who may not.
        case unauthorised
        /// A settlement by a site that does not hold the baton for certain.
        case opinion
    }

    package let entry: LedgerEntry
    package let kind: CustodyKind
    package let reason: Reason
}

/// What people are told at once.
package enum CustodyAlarm: Hashable, Sendable {
    /// Two epochs of one number are firm. Honest sites cannot bring that about.
    case twoHolders(number: Int)
    /// Two lives of a site act beside each other: a clone, or a restored machine.
    case cloned(SiteID)
    case unauthorised(OperatorID)
}
