import BatonDesk
import Foundation

/// A time as people say it: `today 01:51`, `01:51 AEDT`, `2026-11-22T01:51`, `1:51pm`. It leaves open where it
/// was read off a clock, or on whose day, so the desk takes none of them; it says what to type instead.
package struct SaidTime: Sendable, Equatable {
    private enum Day: Equatable {
        case today(Int)
        case date(CivilDate)
    }

    private var day: Day?
    /// Milliseconds after midnight.
    private var clock: Int64?
    private var isAfternoon: Bool?
    /// As people write it.
    private var zone: String?

    /// Names that mean one distance from UTC, in minutes. Others mean several.
    private static let offsets: [String: Int64] = [
        "UTC": 0, "GMT": 0, "Z": 0, "AEDT": 660, "AEST": 600, "PST": -480, "PDT": -420, "MDT": -360,
        "CDT": -300,
        "EDT": -240,
    ]

    /// Nil where a word is no part of a time, or no time of day is among them.
    package init?(_ text: String) {
        for word in Self.words(text) { guard self.take(word) else { return nil } }
        guard let clock = self.clock else { return nil }
        guard let isAfternoon = self.isAfternoon else { return }
        let half: Int64 = 43_200_000
        guard clock >= 3_600_000, clock < half + 3_600_000 else { return nil }
        self.clock = clock % half + (isAfternoon ? half : 0)
    }

    /// Says whether a time that began so goes on with the next word: a time of day after a day, `pm` and `AEDT`
    /// after a time of day. What is a whole time already does not go on.
    static func goes(on begun: String, with next: String) -> Bool {
        guard TimeExpression(begun) == nil || CivilDate(begun) != nil else { return false }
        guard begun.contains(":") || next.contains(":") else { return false }
        var time = SaidTime()
        return Self.words(begun + " " + next).allSatisfy { time.take($0) }
            || TimeExpression(begun + " " + next) != nil
    }

    /// What to type, in UTC; nil where nothing in milliseconds comes of it.
    ///
    /// - Parameters:
    ///   - now: Milliseconds since 1970.
    ///   - zones: Where it may have been read off a clock.
    package func advice(now: Int64, zones: [ZoneLabel]) -> String? {
        if let zone = self.zone {
            guard let minutes = Self.offsets[zone] else { return nil }
            return "That is \(Self.typed(self.moment(now) { _ in minutes * 60_000 })): write it so."
        }
        let places = zones.compactMap { zone -> (String, Int64)? in
            guard let place = TimeZone(identifier: zone.identifier) else { return nil }
            let at = self.moment(now) { at in
                Int64(place.secondsFromGMT(for: Date(timeIntervalSince1970: Double(at) / 1_000))) * 1_000
            }
            return (zone.label, at)
        }
        let all = places + [("UTC", self.moment(now) { _ in 0 })]
        let choices = all.map { "\(Self.typed($0.1)) (\($0.0))" }.joined(separator: ", ")
        return "It does not say where. Write the one that you mean: \(choices)."
    }

    private init() {}

    private static func words(_ text: String) -> [String] {
        let upper = text.uppercased()
        let words = upper.split(whereSeparator: \.isWhitespace).flatMap { word -> [Substring] in
            let day = word.prefix(10)
            guard CivilDate(day) != nil, word.dropFirst(10).first == "T" else { return [word] }
            return [day, word.dropFirst(11)]
        }
        // `01:51AEDT`, `1:51PM`.
        return words.flatMap { word -> [String] in
            guard word.first?.isDecimalDigit == true, word.contains(":"),
                let end = word.firstIndex(where: \.isLetter)
            else { return [String(word)] }
            return [String(word[..<end]), String(word[end...])]
        }
    }

    private mutating func take(_ word: String) -> Bool {
        if self.day == nil, let day = ["YESTERDAY", "TODAY", "TOMORROW"].firstIndex(of: word) {
            self.day = .today(day - 1)
        } else if self.day == nil, let day = CivilDate(word) {
            self.day = .date(day)
        } else if self.clock == nil, let clock = Self.clock(word) {
            self.clock = clock
        } else if self.isAfternoon == nil, word == "AM" || word == "PM" {
            self.isAfternoon = word == "PM"
        } else if self.zone == nil, Self.offsets[word] != nil {
            self.zone = word
        } else {
            return false
        }
        return true
    }

    private static func clock(_ word: String) -> Int64? {
        TimeExpression.timeOfDay(word.prefix(2).last == ":" ? "0" + word : word)
    }

    /// - Parameter offset: Milliseconds that the place is ahead of UTC at a moment.
    private func moment(_ now: Int64, _ offset: (Int64) -> Int64) -> Int64 {
        let length: Int64 = 86_400_000
        let here = now + offset(now)
        let today = here - (here % length + length) % length
        let clock = self.clock ?? 0
        func utc(_ midnight: Int64) -> Int64 {
            let local = midnight + clock
            // Near a change of clocks the distance at the moment itself counts.
            return local - offset(local - offset(local))
        }
        switch self.day {
        case .date(let day): return utc(day.milliseconds)
        case .today(let shift): return utc(today + Int64(shift) * length)
        case nil:
            let choices = [today - length, today, today + length].map(utc)
            return choices.min { abs($0 - now) < abs($1 - now) } ?? utc(today)
        }
    }

    /// `2026-11-22T02:51Z`, or with its seconds where it has some.
    private static func typed(_ at: Int64) -> String {
        let full = ClockText(now: at, zones: []).full(at)
        return full.hasSuffix(":00Z") ? String(full.dropLast(4)) + "Z" : full
    }
}
