import BatonDesk
import BatonModel
import Testing

@Suite struct ReadBackTests {
    /// 22 November 2026, 23:21 UTC.
    private static let now = DeskDouble.start + 20 * 3_600_000 + 30 * 60_000
    private static let minute: UInt64 = 60_000

    private func item() -> HandoffItem {
        var item = HandoffItem(
            document: DocumentID(kind: .escalation, suffix: [UInt8](repeating: 1, count: 15)),
            handle: "MCE-11QCT0")
        item.severity = .s0
        item.situation = "removal order 2 for set B"
        item.actions = [
            .init(what: "order eu.tco", due: Self.now + 31 * Self.minute, isHard: true),
            .init(what: "remove set B", due: nil, isHard: false),
        ]
        item.pending = [
            .init(
                partner: "agency", asked: Self.now, expected: Self.now + 7 * 1_440 * Self.minute, then: "ring"
            )
        ]
        return item
    }

    @Test("times, dates and lengths of time read the same however they are written")
    func terms() {
        let clock: [ReadBackTerm] = [.clock(23 * 60 + 52)]
        for text in ["23:52", "at 23:52.", "2352Z", "23:52Z", "11:52 pm", "11.52pm", "23h52"] {
            #expect(ReadBackReader.terms(text) == clock, "\(text)")
        }
        for text in ["29 nov", "Nov 29", "29th November", "2026-11-29", "29 Nov,"] {
            #expect(ReadBackReader.terms(text) == [.date(day: 29, month: 11)], "\(text)")
        }
        for text in ["2 h", "2h", "120 min", "2 hours"] {
            #expect(ReadBackReader.terms(text) == [.span(120)], "\(text)")
        }
        #expect(ReadBackReader.terms("order 2") == [.number(2)])
        #expect(ReadBackReader.terms("25:00, 31:99, 13:00 pm") == [])
        #expect(ReadBackReader.terms("may I") == [])
    }

    @Test("a read-back that says the deadline agrees, and a step that is on no list is told")
    func agrees() {
        let said = "tco order 2 at 23:52, remove set B then confirm to authority"
        let result = ReadBack(said, of: self.item(), now: Self.now)
        #expect(result.isGood)
        #expect(result.matches.contains("the deadline 23:52"))
        #expect(result.unlisted == ["confirm to authority"])
    }

    @Test("a wrong date is a mismatch that names both, and the right one is good")
    func mismatch() {
        var item = self.item()
        item.actions = []
        let wrong = ReadBack("paperwork due 30 nov", of: item, now: Self.now)
        #expect(!wrong.isGood)
        #expect(wrong.mismatches.map(\.said) == ["30 Nov"])
        #expect(wrong.mismatches[0].record.contains("29 Nov"))
        #expect(ReadBack("29 nov", of: item, now: Self.now).isGood)
        #expect(ReadBack("in 7 days", of: item, now: Self.now).isGood)
    }

    @Test("a read-back without the deadline is not good, and either site's local time may be said")
    func localTime() {
        #expect(ReadBack("I will remove set B", of: self.item(), now: Self.now).missing == ["the deadline"])
        #expect(ReadBack("by 10:52", of: self.item(), now: Self.now, offsets: [660, -480]).isGood)
        #expect(!ReadBack("by 10:52", of: self.item(), now: Self.now).isGood)
        #expect(ReadBack("in 30 min", of: self.item(), now: Self.now).isGood)
        #expect(!ReadBack("in 2 h", of: self.item(), now: Self.now).isGood)
    }
}
