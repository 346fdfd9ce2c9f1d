import BatonDesk
import Foundation

/// A place whose time of day people read beside UTC.
package struct ZoneLabel: Sendable, Equatable {
    /// `Syd`.
    package let label: String
    /// `Australia/Sydney`.
    package let identifier: String

    package init(_ label: String, _ identifier: String) {
        self.label = label
        self.identifier = identifier
    }

    package static let team = [ZoneLabel("Syd", "Australia/Sydney"), ZoneLabel("LA", "America/Los_Angeles")]
}

/// Writes times and spans. All times are milliseconds since 1970.
package struct ClockText: Sendable {
    package let now: Int64
    package let zones: [ZoneLabel]

    package init(now: Int64, zones: [ZoneLabel]) {
        self.now = now
        self.zones = zones
    }

    /// `03:12Z` today, `11-21 03:12Z` this year, else `2025-11-21 03:12Z`.
    package func short(_ at: Int64) -> String {
        let (day, clock) = Self.split(at)
        let (today, _) = Self.split(self.now)
        if day == today { return clock + "Z" }
        let date = day.description
        return (day.year == today.year ? String(date.dropFirst(5)) : date) + " " + clock + "Z"
    }

    /// `03:12Z 14:12 Syd 19:12-1 LA`: UTC, then the team's places; `-1` and `+1` say another day there.
    package func places(_ at: Int64) -> String {
        ([self.short(at)] + self.zones.compactMap { Self.place(at, $0) }).joined(separator: " ")
    }

    /// `2026-11-22T03:12:00Z`.
    package func full(_ at: Int64) -> String {
        let (day, clock) = Self.split(at)
        let seconds = Self.floor(Self.bounded(at), 1_000) % 60
        return "\(day.description)T\(clock):\(Self.two((seconds + 60) % 60))Z"
    }

    /// `in 18m`, `late 2h05`; for a deadline.
    package func due(_ at: Int64) -> String {
        at >= self.now
            ? "in \(Self.span(from: self.now, to: at))" : "late \(Self.span(from: at, to: self.now))"
    }

    /// Any two stamps: the clock of a peer may say anything.
    package static func span(from start: Int64, to end: Int64) -> String {
        let (difference, isBeyond) = end.subtractingReportingOverflow(start)
        return Self.span(isBeyond ? .max : difference)
    }

    /// `40s`, `18m`, `2h05`, `3d04h`; rounded down.
    package static func span(_ milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds / 1_000)
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3_600: return "\(seconds / 60)m"
        case ..<86_400: return "\(seconds / 3_600)h\(Self.two(seconds / 60 % 60))"
        case ..<8_640_000: return "\(seconds / 86_400)d\(Self.two(seconds / 3_600 % 24))h"
        default: return "\(seconds / 86_400)d"
        }
    }

    private static func place(_ at: Int64, _ zone: ZoneLabel) -> String? {
        guard let place = TimeZone(identifier: zone.identifier) else { return nil }
        let at = Self.bounded(at)
        let offset = place.secondsFromGMT(for: Date(timeIntervalSince1970: Double(at) / 1_000))
        let (day, clock) = Self.split(at + Int64(offset) * 1_000)
        let shift = day.daysSince1970 - Self.split(at).day.daysSince1970
        let mark = shift == 0 ? "" : shift > 0 ? "+\(shift)" : "\(shift)"
        return "\(clock)\(mark) \(zone.label)"
    }

    /// Beyond the years that people write, the moment is held at the edge; the stamp itself is kept.
    private static func bounded(_ at: Int64) -> Int64 {
        min(max(at, -62_000_000_000_000), 253_402_300_799_000)
    }

    private static func split(_ at: Int64) -> (day: CivilDate, clock: String) {
        let at = Self.bounded(at)
        let days = Self.floor(at, 86_400_000)
        let minutes = Self.floor(at - days * 86_400_000, 60_000)
        return (CivilDate(daysSince1970: Int(days)), "\(Self.two(minutes / 60)):\(Self.two(minutes % 60))")
    }

    private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        value >= 0 ? value / unit : -((-value + unit - 1) / unit)
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
