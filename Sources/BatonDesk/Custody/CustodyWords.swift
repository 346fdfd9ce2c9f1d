import BatonModel

/// Custody in the words of the desk.
package enum CustodyWords {
    /// One sentence what, one what to do.
    package static func refusal(_ refusal: CustodyRefusal, _ handle: String) -> ActRefusal {
        func refuse(_ code: String, _ what: String, _ remedy: String) -> ActRefusal {
            ActRefusal(.refused, code, "\(handle): \(what)", remedy)
        }
        switch refusal {
        case .notHolder(let site):
            return refuse(
                "custody.not-holder", "\(site) holds the baton.",
                "Ask for it there; if nobody answers: take --emergency --why CODE.")
        case .notTarget(let site):
            return refuse("custody.not-target", "it is offered to \(site).", "Somebody there answers.")
        case .badTarget(let site):
            return refuse("custody.bad-target", "`\(site)` is not another site.", "Name a site of the team.")
        case .deposed(let site):
            return refuse(
                "custody.deposed", "\(site) was deposed and has not been heard since.",
                "Offer it to another site.")
        case .deposedBefore(let site):
            return refuse(
                "custody.deposed-before", "\(site) was deposed: what it held or was offered before is void.",
                "Ask who holds it now: custody; if nobody answers: take --emergency --why CODE.")
        case .noSuchOffer:
            return refuse("custody.no-offer", "there is no such offer.", "Look at it with: custody")
        case .noSuchEpoch:
            return refuse("custody.no-epoch", "there is no such epoch.", "Look at it with: custody")
        case .needsRootKeeper:
            return ActRefusal(
                .refused, "custody.needs-root-keeper", "Only a root keeper may depose a site.",
                "Call one; the membership lists them.")
        case .nothingToRecover:
            return refuse("custody.nothing-to-recover", "this log counts for certain already.", "Go on.")
        case .unproven(let silent):
            let names = silent.map(\.description).joined(separator: ", ")
            return refuse(
                "custody.unproven",
                names.isEmpty
                    ? "not all that this site did before its restart has come back yet."
                    : "\(names) has not stated yet what it has of this site's earlier log.",
                "Wait for the link, see sync; or leads of two sites vouch: custody recover SITE.")
        case .forbidden(let fact): return Self.refusal(fact, refuse)
        case .lacks(let fact): return Self.lack(fact, refuse)
        }
    }

    private static func refusal(
        _ fact: CustodyFact, _ refuse: (String, String, String) -> ActRefusal
    ) -> ActRefusal {
        switch fact {
        case .answered:
            return refuse("custody.answered", "that offer was answered.", "Look at it with: custody")
        case .withdrawn:
            return refuse(
                "custody.withdrawn", "the offer was withdrawn.", "Acknowledge it: assign acknowledge.")
        case .given:
            return refuse("custody.given", "the baton has gone on.", "Look at it with: custody")
        case .offerOpen:
            return refuse(
                "custody.offer-open", "it is offered to somebody who has not answered.",
                "Wait for the answer, or withdraw it and wait for the acknowledgement.")
        case .inHand: return refuse("custody.in-hand", "this site has it in hand.", "Nothing to take.")
        case .rivalsEnded, .parentConfirmed: return Self.lack(fact, refuse)
        }
    }

    private static func lack(
        _ fact: CustodyFact, _ refuse: (String, String, String) -> ActRefusal
    ) -> ActRefusal {
        switch fact {
        case .withdrawn:
            return refuse(
                "custody.not-withdrawn", "the offer stands.", "Accept it or decline it.")
        case .parentConfirmed:
            return refuse(
                "custody.parent-open", "the epoch before is not confirmed yet.",
                "Its holder confirms first; look at it with: custody")
        default:
            return refuse(
                "custody.rivals-open", "an earlier offer has not ended.",
                "Its target must decline it or acknowledge the withdrawal; else a root keeper deposes that site."
            )
        }
    }

    /// The section `custody` of a case.
    package static func section(_ state: CustodyState, now: UInt64) -> FileSection {
        var items = state.epochs.map { Self.item($0, state) }
        items += state.offers.enumerated().map { number, offer in Self.item(offer, number + 1) }
        items += state.late.enumerated().map { number, late in
            FileItem(
                id: "late:\(number + 1)", state: "late",
                text: "\(late.kind.word) without effect: \(Self.words(late.reason))",
                by: late.entry.write.actor.person, site: late.entry.write.reference.author.site,
                at: late.entry.write.stamp.milliseconds)
        }
        return FileSection("custody", items, unreadable: state.unreadable)
    }

    private static func item(_ epoch: CustodyEpoch, _ state: CustodyState) -> FileItem {
        var marks = epoch.isProvisional ? ["provisional"] : []
        if epoch.index == state.accountable.index { marks.append("in hand") }
        if epoch.isEnded { marks.append("ended") }
        if epoch.needsConfirm, epoch.isProvisional { marks.append("needs confirm") }
        return FileItem(
            id: "epoch:\(epoch.word)", state: epoch.isProvisional ? "provisional" : "firm",
            text: "\(epoch.site): \(Self.words(epoch.opening))", by: epoch.person, site: epoch.site,
            at: epoch.since?.milliseconds, marks: marks,
            details: epoch.doubts.map { .init("because", Self.words($0)) })
    }

    private static func item(_ offer: CustodyOffer, _ number: Int) -> FileItem {
        FileItem(
            id: "offer:\(number)", state: Self.words(offer.standing), text: "offered to \(offer.to)",
            by: offer.by, at: offer.madeAt.milliseconds,
            marks: offer.isAnswerProvisional ? ["provisional"] : [])
    }

    static func words(_ standing: CustodyOffer.Standing) -> String {
        switch standing {
        case .open: "open"
        case .withdrawing: "withdrawn, not acknowledged"
        case .accepted: "accepted"
        case .declined(let code): "declined \(code)"
        case .acknowledged: "withdrawn"
        case .voided: "void"
        }
    }

    static func words(_ opening: CustodyEpoch.Opening) -> String {
        switch opening {
        case .origin: "its watch, since the case was made"
        case .accept: "accepted"
        case .take(let code): "emergency take (\(code))"
        case .settlement: "by settlement"
        case .heir: "heir of a deposed site"
        case .standIn: "named by a deposition to stand in"
        }
    }

    static func words(_ doubt: CustodyEpoch.Doubt) -> String {
        switch doubt {
        case .emergency: "taken in an emergency"
        case .standIn: "it stands in until the holder has acted with the deposition read"
        case .rivalOffer: "an offer made before has not ended"
        case .author: "an act behind it is by a log that has not recovered or has forked"
        case .parent: "the epoch before is provisional"
        case .rivalHeir: "two depositions name different heirs"
        case .answered: "the target's certain answer was another one"
        }
    }

    static func words(_ reason: CustodyLate.Reason) -> String {
        switch reason {
        case .deposed: "its site was deposed"
        case .forbidden(let fact): "it had read that: \(fact.rawValue)"
        case .notTheDoer: "it was another site's to do"
        case .cited: "it cites nothing that is here"
        case .unauthorised: "only a root keeper may depose"
        case .opinion: "an opinion: only the firm holder settles"
        }
    }
}
