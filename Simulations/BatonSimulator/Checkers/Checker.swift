import BatonModel

/// A property that did not hold, by the name that a shrinker would hold on to.
package struct Violation: Sendable, Hashable, CustomStringConvertible {
    package let property: String
    package let detail: String
    /// Milliseconds since the begin of the run; nil for what is found at its end.
    package var at: UInt64?
    /// Where it showed.
    package var node: NodeID?

    package init(_ property: String, _ detail: String, node: NodeID? = nil) {
        self.property = property
        self.detail = detail
        self.node = node
    }

    package var description: String { "\(self.property): \(self.detail)" }

    /// What did not come about, against what must never be.
    package var isLiveness: Bool { self.property.hasPrefix("eventually-") }
}

/// One property that must hold after every event. It sees facts and the world, and says what is broken.
package protocol Checker {
    /// Whether it looks at steps and frames too, which are most of the facts.
    var watchesTraffic: Bool { get }
    mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation?
}

extension Checker {
    package var watchesTraffic: Bool { false }
}

extension WorldFact {
    fileprivate var isTraffic: Bool {
        switch self {
        case .stepped, .sent, .arrived: true
        default: false
        }
    }
}

/// All properties that are held after every event.
package struct CheckerSet {
    private var checkers: [any Checker] = [
        AlwaysAudited(), AlwaysAuthentic(), AlwaysBounded(), AlwaysCausallyClosed(), AlwaysClockBounded(),
        AlwaysComparedTrue(),
        AlwaysCustodyByRules(), AlwaysHandoffWhole(), AlwaysHeld.OfRun(), AlwaysOneHolder.OfRun(),
        AlwaysFreshGreeting(), AlwaysHonestUnblamed(), AlwaysMembershipSigned(), AlwaysNothingForgotten(),
        AlwaysOneDeltaPerPlace(), AlwaysOnceDone(), AlwaysOwnWriteCovers(), AlwaysPartsTrue(),
        AlwaysPresenceFresh(), AlwaysPrompt(), AlwaysReceiptsGrow(), AlwaysReceiptsTrue(), AlwaysStampsRise(),
        AlwaysStoreAgrees(), AlwaysTwoPeople(), AlwaysUnauthorisedVoid(), AlwaysWithheld(),
    ]

    /// - Parameter more: Properties of a site's own, or of a test.
    package init(_ more: [any Checker] = []) {
        self.checkers += more
        self.all = Array(self.checkers.indices)
        for (index, checker) in self.checkers.enumerated() where checker.watchesTraffic {
            self.traffic.append(index)
        }
    }

    private var all: [Int] = []
    private var traffic: [Int] = []

    package mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> [Violation] {
        var found: [Violation] = []
        for index in fact.isTraffic ? self.traffic : self.all {
            if let violation = self.checkers[index].check(fact, world, atlas) { found.append(violation) }
        }
        return found
    }
}
