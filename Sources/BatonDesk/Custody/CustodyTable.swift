import BatonModel

/// What may be true of an epoch or an offer in somebody's past. Preconditions and the fold ask the same
/// questions; `docs/custody.md` explains them.
package enum CustodyFact: String, Sendable, CaseIterable {
    /// The target has answered the offer for certain, or this author has answered it.
    case answered
    /// The offerer has withdrawn the offer.
    case withdrawn
    /// The epoch has gone on: an accept, a settlement or a deposition.
    case given
    /// An offer of the epoch has not come to an end.
    case offerOpen = "offer-open"
    /// Every offer of the epoch before, made ahead of the one that opened this, ended without an accept.
    case rivalsEnded = "rivals-ended"
    /// The epoch before is confirmed, where it had to be.
    case parentConfirmed = "parent-confirmed"
    /// This site has the case in hand already.
    case inHand = "in-hand"
}

/// The transition table of custody, as data: one row for each kind of act.
///
/// `docs/custody.md` prints it, `Simulations/models/custody.pml` holds its guards, and a test compares the
/// three.
package struct CustodyRule: Sendable, Equatable {
    package enum Doer: String, Sendable {
        case holder, target, anyone, recovering
        case rootKeeper = "root-keeper"
    }

    package enum Subject: String, Sendable {
        case epoch, offer, withdrawal, site
    }

    package enum Effect: String, Sendable {
        case opensOffer = "opens an offer"
        case opensEpoch = "opens the next epoch"
        case opensProvisional = "opens a provisional epoch"
        case endsOffer = "ends the offer"
        case promotes = "makes the epoch firm"
        case vouches = "makes the incarnation's acts firm"
        case says = "says who or that"
        case asks = "asks for an acknowledgement"
    }

    package let kind: CustodyKind
    package let doer: Doer
    package let subject: Subject
    /// What the act's past must hold.
    package let needs: [CustodyFact]
    /// What the act's past must not hold; an act that has read it is late.
    package let forbids: [CustodyFact]
    package let effect: Effect
}

extension CustodyRule {
    /// What the rule needs and forbids when an act is judged. Only a planted bug makes it differ from the table.
    var neededFacts: [CustodyFact] {
        Mutant.isOn(.confirmUnchecked) && self.kind == .confirm ? [] : self.needs
    }

    var forbiddenFacts: [CustodyFact] {
        self.forbids.filter { fact in
            switch (self.kind, fact) {
            case (.accept, .withdrawn): !Mutant.isOn(.acceptsWithdrawn)
            case (.accept, .answered): !Mutant.isOn(.acceptsRefused)
            case (.offer, .given): !Mutant.isOn(.staleHolderOffers)
            default: true
            }
        }
    }
}

package enum CustodyTable {
    package static let rules: [CustodyRule] = [
        Self.rule(.offer, .holder, .epoch, forbids: [.given], .opensOffer),
        Self.rule(.accept, .target, .offer, forbids: [.withdrawn, .answered], .opensEpoch),
        Self.rule(.decline, .target, .offer, forbids: [.answered], .endsOffer),
        Self.rule(.withdraw, .holder, .offer, forbids: [.withdrawn, .answered], .asks),
        Self.rule(.acknowledge, .target, .withdrawal, needs: [.withdrawn], forbids: [.answered], .endsOffer),
        Self.rule(.take, .anyone, .epoch, forbids: [.inHand], .opensProvisional),
        Self.rule(.confirm, .holder, .epoch, needs: [.rivalsEnded, .parentConfirmed], .promotes),
        Self.rule(.recovered, .recovering, .site, .vouches),
        Self.rule(.depose, .rootKeeper, .epoch, forbids: [.given], .opensEpoch),
        Self.rule(.settle, .holder, .epoch, forbids: [.given, .offerOpen], .opensEpoch),
        Self.rule(.reconfirm, .holder, .epoch, forbids: [.given], .says),
        Self.rule(.claim, .holder, .epoch, forbids: [.given], .says),
    ]

    package static func rule(_ kind: CustodyKind) -> CustodyRule {
        guard let rule = Self.rules.first(where: { $0.kind == kind }) else {
            preconditionFailure("custody \(kind.word) has no row in the transition table")
        }
        return rule
    }

    /// The table as `docs/custody.md` has it.
    package static var markdown: String {
        func list(_ facts: [CustodyFact]) -> String {
            facts.isEmpty ? "–" : facts.map(\.rawValue).joined(separator: ", ")
        }
        let head =
            "| act | by | about | must have read | must not have read | effect |\n|---|---|---|---|---|---|"
        let rows = Self.rules.map { rule in
            "| \(rule.kind.word) | \(rule.doer.rawValue) | \(rule.subject.rawValue) | \(list(rule.needs))"
                + " | \(list(rule.forbids)) | \(rule.effect.rawValue) |"
        }
        return ([head] + rows).joined(separator: "\n")
    }

    private static func rule(
        _ kind: CustodyKind, _ doer: CustodyRule.Doer, _ subject: CustodyRule.Subject,
        needs: [CustodyFact] = [], forbids: [CustodyFact] = [], _ effect: CustodyRule.Effect
    ) -> CustodyRule {
        CustodyRule(
            kind: kind, doer: doer, subject: subject, needs: needs, forbids: forbids, effect: effect)
    }
}
