package import BatonModel

/// A run, written down: the team, the network, and what happens when. Everything else follows from `seed`
/// by keyed draws, so that a scenario is a choice log: taking one event away changes no other draw.
package struct Scenario: Sendable, Hashable {
    package static let format = "baton-scenario/1"
    package static let calmDefault: UInt64 = 90_000

    package var name: String
    /// What it is about, for people.
    package var story: String
    package var seed: UInt64
    /// Wall time at the begin, milliseconds since 1970.
    package var startMilliseconds: UInt64
    package var sites: [SiteSetup]
    package var links: [LinkSetup]
    /// Small pages, short queues: what else only a large backlog would reach.
    package var isTight = false
    /// How much of the run is the real thing.
    package var fidelity = Fidelity.standIns
    /// Work of whole days, drawn from the seed, beside the events.
    package var traffic: Traffic?
    /// In order of time; events of one moment in the order written.
    package var events: [ScenarioEvent]
    /// How long the healed world is left alone before it must be equal.
    package var calmMilliseconds: UInt64
    /// Sites that must converge while all others stay as the events left them; empty for every honest site.
    package var core: [SiteID]
    /// The property that this run breaks: a regression that is not repaired yet, or a shrunk failure.
    package var violates: String?

    package init(
        name: String, story: String = "", seed: UInt64, sites: [SiteSetup], events: [ScenarioEvent] = []
    ) {
        self.name = name
        self.story = story
        self.seed = seed
        self.startMilliseconds = 1_780_000_000_000
        self.sites = sites
        self.links = []
        self.events = events
        self.calmMilliseconds = Self.calmDefault
        self.core = []
    }

    package static func sites(_ names: [String] = ["syd", "usw", "use"]) -> [SiteSetup] {
        names.compactMap { SiteID($0) }.map { SiteSetup($0) }
    }

    package var siteIDs: [SiteID] { self.sites.map(\.site) }
}

package struct SiteSetup: Sendable, Hashable {
    package var site: SiteID
    package var skewMilliseconds: Int64 = 0
    package var driftPPM: Int64 = 0
    /// 1, or 2 for a build with one field more.
    package var level: UInt64 = 1
    /// A member that lies: nothing is demanded of it, and nothing that it says is trusted.
    package var isLiar = false

    package init(_ site: SiteID) { self.site = site }
}

/// The delay between two sites, both ways.
package struct LinkSetup: Sendable, Hashable {
    package var from: SiteID
    package var to: SiteID
    package var delay: DelayModel

    package init(_ from: SiteID, _ to: SiteID, _ delay: DelayModel) {
        self.from = from
        self.to = to
        self.delay = delay
    }
}

/// A team at work around the clock, in shifts of eight hours.
package struct Traffic: Sendable, Hashable {
    package var days: UInt64
    package var cases: UInt64
    package var deltas: UInt64

    package init(days: UInt64, cases: UInt64, deltas: UInt64) {
        self.days = days
        self.cases = cases
        self.deltas = deltas
    }
}

/// One thing that happens. Which members a verb has is said by `VerbRule`.
package struct ScenarioEvent: Sendable, Hashable {
    /// Milliseconds since the begin.
    package var at: UInt64
    package var verb: Verb
    package var site: SiteID?
    package var peer: SiteID?
    /// How long it lasts.
    package var span: UInt64?
    package var by: Int64?
    package var count: UInt64?
    package var label: String?
    package var writes: [String] = []
    package var how: String?
    /// A wall time, milliseconds since 1970.
    package var moment: UInt64?
    package var why: String?

    package init(
        _ at: UInt64, _ verb: Verb, _ site: SiteID? = nil, _ peer: SiteID? = nil, for span: UInt64? = nil,
        count: UInt64? = nil
    ) {
        self.at = at
        self.verb = verb
        self.site = site
        self.peer = peer
        self.span = span
        self.count = count
    }

    package static func write(_ at: UInt64, _ site: SiteID, _ label: String, _ writes: [String])
        -> ScenarioEvent
    {
        var event = ScenarioEvent(at, .write, site)
        event.label = label
        event.writes = writes
        return event
    }
}

package enum Verb: String, Sendable, CaseIterable {
    case write, baton, handoff, decide, compare
    case cut, heal, block, flap
    case halfOpen = "half-open"
    case breakLinks = "break"
    case pausePeer = "pause-peer"
    case removePeer = "remove-peer"
    case stall, reset, delay, bandwidth, loss, dribble, deaf, record, replay
    case jump, drift, freeze
    case setClock = "set-clock"
    case crash, pause, slow, upgrade
    case backup, restore, amnesia, clone
    case liveClone = "live-clone"
    case endClone = "end-clone"
    case diskFault = "disk-fault"
    case powerLoss = "power-loss"
    case rot
    case retire, lie, quiet
}

extension Verb {
    /// Something that people do in their work, no fault.
    package var isWork: Bool { [.write, .baton, .handoff, .decide, .compare].contains(self) }
}
