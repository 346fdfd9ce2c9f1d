package import BatonModel

/// A moment at which people are told that a clock runs out. Both sites make the same id for the same alert.
package struct ClockAlert: Hashable, Sendable {
    package let id: GeneratedID
    package let clock: ClockKey
    package let title: String
    /// 50, 80 or 100 percent of the clock's running time.
    package let percent: Int
    package let atMilliseconds: Int64
    package let dueMilliseconds: Int64
    package let isHard: Bool
    package let needsCounsel: Bool

    /// Names the page that a node makes for this alert on one step of an escalation path, alike at every site.
    ///
    /// - Parameter step: From 0.
    package func pageID(
        of document: DocumentID, path: String, step: Int, hashing: some Hashing
    ) -> GeneratedID {
        GeneratedID(
            .page, of: document, parts: [self.id.description, path, String(step)], hashing: hashing)
    }
}

extension Clock {
    package static let alertPercents = [50, 80, 100]

    /// The alerts of a clock in order of time; none while no number stands in its rule, none that a pause
    /// keeps from coming, none after it was stopped.
    ///
    /// The severity and the cycle stand in the id: a raised case alerts anew, and so does each round of a clock
    /// that comes back. A time that is corrected or paused does not alert anew.
    package func alerts(of document: DocumentID, hashing: some Hashing) -> [ClockAlert] {
        guard self.stop == nil, let within = self.claim.withinMilliseconds, let due = self.dueMilliseconds
        else { return [] }
        // What is due at once has one alert.
        let percents = within > 0 ? Self.alertPercents : [100]
        return percents.compactMap { percent in
            let running = within * Int64(percent) / 100
            guard let at = self.still.instant(from: self.claim.originMilliseconds, running: running) else {
                return nil
            }
            return ClockAlert(
                id: self.alertID(percent, of: document, hashing: hashing), clock: self.key, title: self.title,
                percent: percent, atMilliseconds: at, dueMilliseconds: due, isHard: self.isHard,
                needsCounsel: self.needsCounsel)
        }
    }

    private func alertID(_ percent: Int, of document: DocumentID, hashing: some Hashing) -> GeneratedID {
        let cycle = self.isRecurring ? String(self.claim.originMilliseconds) : ""
        return GeneratedID(
            .alert, of: document,
            parts: [
                self.key.rule, self.key.instance, self.claim.severity?.word ?? "", cycle, String(percent),
            ], hashing: hashing)
    }
}

/// The alerts of a case against those that were raised already.
package struct AlertPlan: Sendable {
    /// In order of time, then of rule.
    package let alerts: [ClockAlert]

    package init(_ clocks: [Clock], of document: DocumentID, hashing: some Hashing) {
        self.alerts = clocks.flatMap { $0.alerts(of: document, hashing: hashing) }.sorted {
            ($0.atMilliseconds, $0.clock, $0.percent) < ($1.atMilliseconds, $1.clock, $1.percent)
        }
    }

    /// Alerts whose moment has come and that nobody has raised yet.
    ///
    /// Of one clock only the latest is told: after a long silence nobody is told three times.
    package func due(nowMilliseconds now: Int64, raised: Set<GeneratedID>) -> [ClockAlert] {
        let come = self.alerts.filter { $0.atMilliseconds <= now }
        return come.filter { alert in
            !raised.contains(alert.id)
                && !come.contains { $0.clock == alert.clock && $0.percent > alert.percent }
        }
    }

    /// When to look again: the first moment after now; nil when nothing is left to come.
    package func next(afterMilliseconds now: Int64) -> ClockAlert? {
        self.alerts.first { $0.atMilliseconds > now }
    }
}
