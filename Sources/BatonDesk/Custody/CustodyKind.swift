/// What a custody operation does. Codes are signed into deltas: never reuse one.
///
/// `CustodyTable` says who may do each, and what must have been seen or not seen.
package enum CustodyKind: UInt64, Sendable, CaseIterable {
    /// The holder offers the baton to a site.
    case offer = 1
    /// The target takes it: the next epoch.
    case accept = 2
    case decline = 3
    /// The holder takes an offer back; it ends when the target acknowledges.
    case withdraw = 4
    case acknowledge = 5
    /// A site that cannot ask the holder acts in its place: a provisional epoch.
    case take = 6
    /// A provisional holder shows that nothing stands against its epoch any more.
    case confirm = 7
    /// A new incarnation shows that it has all that its site did before.
    case recovered = 8
    /// The membership's authority gives the baton of a site to an heir.
    case depose = 9
    /// The holder decides between epochs that stand against each other.
    case settle = 10
    /// The accountable site says again that it has the case in hand.
    case reconfirm = 11
    /// A person of the holder's site puts their name to it.
    case claim = 12

    package var word: String {
        switch self {
        case .offer: "offer"
        case .accept: "accept"
        case .decline: "decline"
        case .withdraw: "withdraw"
        case .acknowledge: "acknowledge"
        case .take: "take"
        case .confirm: "confirm"
        case .recovered: "recovered"
        case .depose: "depose"
        case .settle: "settle"
        case .reconfirm: "reconfirm"
        case .claim: "claim"
        }
    }
}
