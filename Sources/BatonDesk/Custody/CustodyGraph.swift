import BatonModel

/// One custody operation that could be read, with what the fold finds out about it.
struct CustodyItem {
    let body: CustodyBody
    let source: LedgerEntry
    /// The author's log has two branches: every act of it is provisional.
    let isForked: Bool
    /// By an incarnation that is its site's first or has recovered, and by no other one beside it.
    var isFirm = false
    /// Another life of its site, which counts as much, acted without knowing of it.
    var isContested = false
    /// What it cites, by index: one operation, or one of each branch where the cited log is forked there.
    var on: [Int] = []
    /// Why it has no effect; nil while it has.
    var lateness: CustodyLate.Reason?

    var site: SiteID { self.source.write.reference.author.site }
    var author: Author { self.source.write.reference.author }
    var incarnation: Incarnation { self.author.incarnation }
    var person: OperatorID { self.source.write.actor.person }
    var cited: CitedDot {
        CitedDot(reference: self.source.write.reference, index: self.source.write.dot.index)
    }
    var isEffective: Bool { self.lateness == nil }
}

/// The custody operations of a case in an order that respects their pasts and does not depend on arrival.
///
/// - Complexity: O(n²) comparisons of vectors to build, for n operations; a case has dozens.
struct CustodyGraph {
    var items: [CustodyItem]
    private(set) var unreadable = 0
    private var precedes: [Bool] = []

    init(_ ledger: [LedgerEntry], forked: [Author]) {
        var items: [CustodyItem] = []
        for source in ledger {
            guard let value = source.write.value, let body = CustodyBody(value) else {
                self.unreadable += 1
                continue
            }
            let isForked = forked.contains(source.write.reference.author)
            items.append(CustodyItem(body: body, source: source, isForked: isForked))
        }
        // A past is smaller than what it is the past of, so the sum of a vector rises along every path.
        let weighed = items.map { item in
            (weight: item.source.vector.entries.reduce(UInt64(0)) { $0 &+ $1.seq }, item: item)
        }
        self.items =
            weighed.sorted {
                ($0.weight, $0.item.source.write.dot) < ($1.weight, $1.item.source.write.dot)
            }.map(\.item)
        self.precedes = [Bool](repeating: false, count: items.count * items.count)
        for later in self.items.indices {
            for earlier in self.items.indices where earlier != later {
                self.precedes[later * items.count + earlier] =
                    self.items[later].source.isAfter(self.items[earlier].source)
            }
        }
        for index in self.items.indices {
            self.items[index].on = self.resolve(self.items[index].body.on, from: index)
        }
    }

    /// Says whether an item has another one in its past. `nil` stands for whoever has read everything here.
    func isAfter(_ later: Int?, _ earlier: Int) -> Bool {
        guard let later else { return true }
        return self.precedes[later * self.items.count + earlier]
    }

    func areConcurrent(_ left: Int, _ right: Int) -> Bool {
        left != right && !self.isAfter(left, right) && !self.isAfter(right, left)
    }

    /// The operations that a citation means: at that place, in the citer's past.
    ///
    /// The branches of a fork may all stand there. Each of them is meant: an answer that could reach one of two
    /// offers alone would leave the other one open for ever.
    func resolve(_ cited: CitedDot?, from citer: Int?) -> [Int] {
        guard let cited else { return [] }
        return self.items.indices.filter { self.items[$0].cited == cited && self.isAfter(citer, $0) }
    }

    /// The offers that an answer, a withdrawal or an acknowledgement is about: several where a log is forked.
    func offers(of index: Int) -> [Int] {
        let item = self.items[index]
        switch item.body.kind {
        case .accept, .decline, .withdraw:
            return item.on.filter { self.items[$0].body.kind == .offer }
        case .acknowledge:
            return item.on.filter { self.items[$0].body.kind == .withdraw }.flatMap { self.offers(of: $0) }
                .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        default: return []
        }
    }
}
