package import BatonModel

/// The statistics of a stretch of time: by type and site, by day, and of handoffs. Nothing of it tells people
/// apart.
package struct TeamFigures: Equatable, Sendable {
    package struct Group: Equatable, Sendable {
        /// Nil: not triaged.
        package let type: CaseType?
        package let site: SiteID?
        package let cases: Int
        package let open: Int
        package let acknowledged: Spread
        package let decided: Spread
        package let clocksMet: Int
        package let clocksMissed: Int
    }

    /// Of some spans of time, milliseconds.
    package struct Spread: Equatable, Sendable {
        package let count: Int
        package let mean: Int64?
        package let median: Int64?
        /// Nine of ten are no longer.
        package let p90: Int64?

        /// The median of an even number is the lower of the two in the middle: a span that was measured.
        package init(_ spans: [Int64]) {
            let sorted = spans.sorted()
            self.count = sorted.count
            guard !sorted.isEmpty else {
                (self.mean, self.median, self.p90) = (nil, nil, nil)
                return
            }
            // Each span is below 2⁴⁸ ms, so 2¹⁵ of them fit; more are added as quotients.
            let count = Int64(sorted.count)
            let whole = sorted.reduce(Int64(0)) { $0 + $1 / count }
            let rest = sorted.reduce(Int64(0)) { $0 + $1 % count }
            self.mean = whole + rest / count
            self.median = sorted[(sorted.count - 1) / 2]
            self.p90 = sorted[(sorted.count * 9 + 9) / 10 - 1]
        }
    }

    package struct Day: Equatable, Sendable {
        package let day: CivilDate
        package let received: Int
        package let clocksMissed: Int
    }

    package struct Handoffs: Equatable, Sendable {
        package let offered: Int
        package let accepted: Int
        package let declined: Int
        package let acceptedAfter: Spread
        package let cases: Int
        package let readBacks: Int
        package let corrections: Int
        package let missingParts: Int
    }

    /// By what cases are told apart; never by who worked on them.
    package enum Grouping: String, Sendable, CaseIterable { case type, site }

    package let fromMilliseconds: Int64
    package let toMilliseconds: Int64
    /// By type, then by site.
    package let groups: [Group]
    package let all: Group
    /// Every day of the stretch, in UTC.
    package let days: [Day]
    package let handoffs: Handoffs

    /// - Parameters:
    ///   - cases: In any order; those received outside of the stretch are left out.
    ///   - handoffs: Those offered outside of it too.
    ///   - grouping: By what cases are told apart.
    package init(
        cases: [CaseFigures], handoffs: [HandoffFigures], fromMilliseconds from: Int64,
        toMilliseconds to: Int64, grouping: Set<Grouping> = [.type, .site]
    ) {
        precondition(from < to, "the stretch from \(from) to \(to) is empty")
        self.fromMilliseconds = from
        self.toMilliseconds = to
        let cases = cases.filter { from <= $0.receivedMilliseconds && $0.receivedMilliseconds < to }
        func key(_ each: CaseFigures) -> (type: CaseType?, site: SiteID?) {
            (grouping.contains(.type) ? each.type : nil, grouping.contains(.site) ? each.site : nil)
        }
        var keys: [(type: CaseType?, site: SiteID?)] = []
        for each in cases where !keys.contains(where: { $0 == key(each) }) { keys.append(key(each)) }
        keys.sort { left, right in
            (left.type?.rawValue ?? .max, left.site?.description ?? "~")
                < (right.type?.rawValue ?? .max, right.site?.description ?? "~")
        }
        self.groups = keys.map { wanted in
            Self.group(wanted.type, wanted.site, cases.filter { key($0) == wanted })
        }
        self.all = Self.group(nil, nil, cases)
        let day: Int64 = 86_400_000
        let first = Int(from / day)
        let last = Int((to - 1) / day)
        var received = [Int](repeating: 0, count: last - first + 1)
        var missed = received
        for each in cases {
            received[Int(each.receivedMilliseconds / day) - first] += 1
            missed[Int(each.receivedMilliseconds / day) - first] += each.clocksMissed
        }
        self.days = received.indices.map { place in
            Day(
                day: CivilDate(daysSince1970: first + place), received: received[place],
                clocksMissed: missed[place])
        }
        self.handoffs = Self.handoffs(handoffs.filter { from <= $0.offeredAt && $0.offeredAt < to })
    }

    private static func group(_ type: CaseType?, _ site: SiteID?, _ cases: [CaseFigures]) -> Group {
        Group(
            type: type, site: site, cases: cases.count, open: cases.count { !$0.isClosed },
            acknowledged: Spread(cases.compactMap(\.acknowledgedAfter)),
            decided: Spread(cases.compactMap(\.decidedAfter)),
            clocksMet: cases.reduce(0) { $0 + $1.clocksMet },
            clocksMissed: cases.reduce(0) { $0 + $1.clocksMissed })
    }

    private static func handoffs(_ handoffs: [HandoffFigures]) -> Handoffs {
        Handoffs(
            offered: handoffs.count, accepted: handoffs.count { $0.isAccepted },
            declined: handoffs.count { $0.isDeclined },
            acceptedAfter: Spread(handoffs.compactMap(\.acceptedAfter)),
            cases: handoffs.reduce(0) { $0 + $1.cases }, readBacks: handoffs.reduce(0) { $0 + $1.readBacks },
            corrections: handoffs.reduce(0) { $0 + $1.corrections },
            missingParts: handoffs.reduce(0) { $0 + $1.missingParts })
    }
}
