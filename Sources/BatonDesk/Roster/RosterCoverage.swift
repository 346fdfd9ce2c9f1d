package import BatonModel

/// A stretch in which nobody is on duty on a line, or watches of it work side by side.
package struct CoverageStretch: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable { case gap, overlap }

    package let kind: Kind
    package let line: String
    package let fromMilliseconds: Int64
    package let toMilliseconds: Int64
    /// Of an overlap: who goes, then who comes. Of a gap: who ended, then who begins, where there are such.
    package let watches: [String]

    package var minutes: Int64 { (self.toMilliseconds - self.fromMilliseconds) / 60_000 }
}

/// Stretches of one kind that come day after day, each as long as the one before: what is announced once.
package struct CoverageRun: Hashable, Sendable {
    package let first: CoverageStretch
    package internal(set) var last: CoverageStretch
    package internal(set) var count: Int

    /// A run of one stretch.
    package init(of stretch: CoverageStretch) {
        self.first = stretch
        self.last = stretch
        self.count = 1
    }

    /// The latest moment at which people must have been told.
    package func announceByMilliseconds(noticeDays: Int) -> Int64 {
        self.first.fromMilliseconds - Int64(noticeDays) * 86_400_000
    }

    /// Alike at every site, so that a notice is told once.
    package func id(of document: DocumentID, hashing: some Hashing) -> GeneratedID {
        GeneratedID(
            .rosterNotice, of: document,
            parts: [
                self.first.kind.rawValue, self.first.line, String(self.first.fromMilliseconds),
            ], hashing: hashing)
    }
}

extension RosterWork {
    /// Stretches of one line in order of time.
    ///
    /// - Complexity: O(n log n), n duties.
    package func coverage(line: String, fromMilliseconds from: Int64, toMilliseconds to: Int64)
        -> [CoverageStretch]
    {
        let duties = self.duties(fromMilliseconds: from, toMilliseconds: to).filter { $0.line == line }
        let instants = Set(
            [from, to] + duties.flatMap { [max(from, $0.fromMilliseconds), min(to, $0.toMilliseconds)] }
        ).sorted()
        var stretches: [CoverageStretch] = []
        var active: [Duty] = []
        var next = 0
        var ended: [String] = []
        for (start, end) in zip(instants, instants.dropFirst()) {
            let over = active.filter { $0.toMilliseconds <= start }
            if !over.isEmpty { ended = Set(over.map(\.watch)).sorted() }
            active.removeAll { $0.toMilliseconds <= start }
            while next < duties.count, duties[next].fromMilliseconds <= start {
                active.append(duties[next])
                next += 1
            }
            let watches = Self.watches(active)
            let stretch: CoverageStretch? =
                switch watches.count {
                case 0:
                    CoverageStretch(
                        kind: .gap, line: line, fromMilliseconds: start, toMilliseconds: end,
                        watches: ended + (next < duties.count ? [duties[next].watch] : []))
                case 1: nil
                default:
                    CoverageStretch(
                        kind: .overlap, line: line, fromMilliseconds: start, toMilliseconds: end,
                        watches: watches)
                }
            if let stretch { Self.append(stretch, to: &stretches) }
        }
        return stretches
    }

    /// The watches on duty, whoever began first in front: the one that goes, then the one that comes.
    private static func watches(_ active: [Duty]) -> [String] {
        var watches: [String] = []
        for duty in active.sorted(by: { ($0.fromMilliseconds, $0.watch) < ($1.fromMilliseconds, $1.watch) })
        where !watches.contains(duty.watch) { watches.append(duty.watch) }
        return watches
    }

    /// Joins what follows on without a break and has the same watches: a new shift of a watch changes nothing.
    private static func append(_ stretch: CoverageStretch, to stretches: inout [CoverageStretch]) {
        guard let last = stretches.last, last.toMilliseconds == stretch.fromMilliseconds,
            last.kind == stretch.kind, last.watches.sorted() == stretch.watches.sorted()
        else { return stretches.append(stretch) }
        stretches[stretches.count - 1] = CoverageStretch(
            kind: last.kind, line: last.line, fromMilliseconds: last.fromMilliseconds,
            toMilliseconds: stretch.toMilliseconds, watches: last.watches)
    }

    /// Stretches gathered into runs, in order of their first one.
    package static func runs(_ stretches: [CoverageStretch]) -> [CoverageRun] {
        var runs: [CoverageRun] = []
        for stretch in stretches {
            let place = runs.lastIndex { run in
                run.last.kind == stretch.kind && run.last.line == stretch.line
                    && run.last.watches == stretch.watches
            }
            // Eight days: a run may pause over days on which its watches do not work.
            if let place, runs[place].last.minutes == stretch.minutes,
                stretch.fromMilliseconds - runs[place].last.fromMilliseconds <= 8 * 86_400_000
            {
                runs[place].last = stretch
                runs[place].count += 1
            } else {
                runs.append(CoverageRun(of: stretch))
            }
        }
        return runs
    }

    /// What people should be told at a moment: every run of gaps or of overlaps that begins within `aheadDays` on
    /// a line that must be covered. What has begun already was told before; `coverage` shows it.
    ///
    /// - Parameter aheadDays: At least the rules' notice; the desk asks for a week more, so that a day without
    ///   a look at the roster does not cost the notice.
    package func notices(atMilliseconds now: Int64, aheadDays: Int) -> [CoverageRun] {
        let day: Int64 = 86_400_000
        // Nine days back tell what is new from what goes on. What touches an end of the stretch looked at may be
        // longer than it seems: it waits for a later look, unless it is longer than a day anyhow.
        let from = now - 9 * day
        let to = now + Int64(max(aheadDays, self.rules.noticeDays) + 2) * day
        return self.rules.lines.filter(\.isCovered).flatMap { line in
            let whole = self.coverage(line: line.key, fromMilliseconds: from, toMilliseconds: to).filter {
                $0.fromMilliseconds > from && ($0.toMilliseconds < to || $0.fromMilliseconds < to - day)
            }
            return Self.runs(whole).filter { $0.first.fromMilliseconds > now }
        }.sorted {
            ($0.first.fromMilliseconds, $0.first.line) < ($1.first.fromMilliseconds, $1.first.line)
        }
    }
}
