import BatonDesk
import BatonModel

/// What a person wants to do with the baton of a case, as words of a scenario: `offer usw`, `accept`.
///
/// Several wishes stand in one text, with commas: the first one that the rules allow is done.
struct BatonWish: Equatable {
    let kind: CustodyKind
    /// Of an offer: to whom; of a deposition: of whom.
    let site: SiteID?

    static let forms = [
        "offer SITE", "accept", "decline", "withdraw", "acknowledge", "confirm", "settle", "take", "hold",
        "claim", "recover", "depose SITE",
    ]

    private static let kinds: [String: CustodyKind] = [
        "offer": .offer, "accept": .accept, "decline": .decline, "withdraw": .withdraw,
        "acknowledge": .acknowledge, "confirm": .confirm, "settle": .settle, "take": .take,
        "hold": .reconfirm, "claim": .claim, "recover": .recovered, "depose": .depose,
    ]

    /// - Returns: Nil where a word is none of these.
    static func list(_ text: String) -> [BatonWish]? {
        var wishes: [BatonWish] = []
        for part in text.split(separator: ",") {
            let words = part.split(separator: " ").map(String.init)
            guard let word = words.first, let kind = Self.kinds[word] else { return nil }
            let site = words.count == 2 ? SiteID(words[1]) : nil
            guard words.count == (kind.namesSite ? 2 : 1), !kind.namesSite || site != nil else { return nil }
            wishes.append(BatonWish(kind: kind, site: site))
        }
        return wishes.isEmpty ? nil : wishes
    }

    static func help(for text: String) -> String {
        let word = String(text.prefix { $0 != " " && $0 != "," })
        if let near = ScenarioFault.nearest(word, in: Self.kinds.keys.sorted()), near != word {
            return "did you mean \"\(near)\"?"
        }
        return "write one of, or several with commas: " + Self.forms.joined(separator: ", ")
    }
}

extension CustodyKind {
    fileprivate var namesSite: Bool { self == .offer || self == .depose }
}

/// What a person does with the batons of a whole watch, as words of a scenario.
enum WatchWish: Equatable {
    /// Offers every case in hand to a site.
    case offer(SiteID)
    case accept, decline, withdraw, acknowledge, addendum
    /// Pages the escalation path for what nobody took in time.
    case page

    static let forms = ["offer SITE", "accept", "decline", "withdraw", "acknowledge", "addendum", "page"]

    init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("offer", 2):
            guard let site = SiteID(words[1]) else { return nil }
            self = .offer(site)
        case ("accept", 1): self = .accept
        case ("decline", 1): self = .decline
        case ("withdraw", 1): self = .withdraw
        case ("acknowledge", 1): self = .acknowledge
        case ("addendum", 1): self = .addendum
        case ("page", 1): self = .page
        default: return nil
        }
    }
}
