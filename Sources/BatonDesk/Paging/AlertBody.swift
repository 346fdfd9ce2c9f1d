package import BatonEncoding
import BatonModel

/// The body of an entry of the alert ledger: an alert of a clock that a site has raised. Several sites may
/// raise one; it bears the same id everywhere and is one alert.
package struct AlertBody: EntryBody {
    package let id: GeneratedID
    package let clock: ClockKey
    package let percent: Int
    /// When its moment came, milliseconds since 1970.
    package let atMilliseconds: Int64

    package init(_ alert: ClockAlert) {
        self.id = alert.id
        self.clock = alert.clock
        self.percent = alert.percent
        self.atMilliseconds = alert.atMilliseconds
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(1, .bytes(self.id.bytes))
        map.put(2, .text(self.clock.word))
        map.put(3, .unsigned(UInt64(self.percent)))
        map.put(4, CBORValue(Int(self.atMilliseconds)))
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let id = map[1]?.bytesValue.flatMap({ GeneratedID($0) }), let clock = map.text(2),
            let percent = map.unsigned(3), percent <= 100, let at = map.milliseconds(4)
        else { return nil }
        self.id = id
        self.clock = ClockKey(word: clock)
        self.percent = Int(percent)
        self.atMilliseconds = at
    }
}

extension CaseFile {
    /// Alerts that some site has raised.
    package var raisedAlerts: Set<GeneratedID> {
        Set(self.ledger(CaseField.alerts, AlertBody.self).entries.map(\.body.id))
    }
}
