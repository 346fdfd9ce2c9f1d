import BatonAPI
import BatonTerminal
import Synchronization
import Testing

/// News that must not come in between, and changes that must not be made by mistake.
@Suite struct NoticeBoardTests {
    private let calm = Notice("usw: EDR-7K3Q12 changed")
    private let grave = Notice("TTL-7K3Q13 is due in 5 min", isUrgent: true)

    @Test("while somebody reads back only life at stake is told; the rest is told afterwards, in order")
    func held() {
        let woken = Mutex(0)
        let board = NoticeBoard()
        board.onPost { woken.withLock { $0 += 1 } }
        board.hold(true)
        board.post([self.calm])
        #expect(woken.withLock { $0 } == 0)
        #expect(board.take().isEmpty)
        board.post([self.grave, Notice("later")])
        #expect(woken.withLock { $0 } == 1)
        #expect(board.take() == [self.grave])
        board.hold(false)
        #expect(board.take() == [self.calm, Notice("later")])
        #expect(board.take().isEmpty)
    }

    @Test("a board that nobody reads keeps what has life at stake and the newest of the rest")
    func bounded() {
        let board = NoticeBoard()
        board.post([self.grave])
        for number in 0..<50 { board.post([Notice("n\(number)")]) }
        let kept = board.take()
        #expect(kept.count == NoticeBoard.waitingMax)
        #expect(kept.first == self.grave && kept.last == Notice("n49"))
    }

    /// A desk at which kim of another site is about to disclose in the first case.
    private func busy() async -> (DeskFixture, String) {
        let fixture = await DeskFixture.withCases()
        let ref = fixture.api.model.withLock { model in
            let ref = model.cases[0].ref
            model.peers = [
                .init(
                    site: "usw", state: "live", lastHeardAt: DeskDouble.now - 1_000,
                    desks: [DeskView(by: "kim", ref: ref, intent: "disclose", secondsLeft: 41)])
            ]
            return ref
        }
        return (fixture, ref)
    }

    @Test("a change where somebody elsewhere is about to act is held back, and eats no line typed ahead")
    func elsewhere() async {
        let (fixture, ref) = await self.busy()
        let other = fixture.api.model.withLock { $0.cases[1].ref }
        let before = fixture.api.model.withLock { $0.cases.map(\.changes) }
        let done = await fixture.session(
            ["note \(ref) \"first\"", "note \(other) \"y\"", "show \(ref)"], isInteractive: true)
        #expect(done.error.contains("desk.intent-elsewhere") || done.out.contains("about to disclose"))
        let after = fixture.api.model.withLock { $0.cases.map(\.changes) }
        #expect(after[0] == before[0] && after[1] == before[1] + 1)
        #expect(done.source.requests.withLock { $0.allSatisfy { $0.purpose == .command } })
    }

    @Test("the same line once more goes through, another one is held back too")
    func repeated() async {
        let (fixture, ref) = await self.busy()
        let before = fixture.api.model.withLock { $0.cases[0].changes }
        _ = await fixture.session(["note \(ref) \"a\"", "note \(ref) \"b\""], isInteractive: true)
        #expect(fixture.api.model.withLock { $0.cases[0].changes } == before)
        _ = await fixture.session(["note \(ref) \"a\"", "note \(ref) \"a\""], isInteractive: true)
        #expect(fixture.api.model.withLock { $0.cases[0].changes } == before + 1)
    }

    @Test("the same line goes through after another one too, but not a minute later")
    func expires() async {
        var (fixture, ref) = await self.busy()
        let before = fixture.api.model.withLock { $0.cases[0].changes }
        let clock = Mutex(DeskDouble.now)
        fixture.options.now = { clock.withLock { $0 } }
        let lines = ["note \(ref) \"a\"", "queue", "note \(ref) \"a\""]
        _ = await fixture.session(lines, isInteractive: true) { line in
            if line == 2 { clock.withLock { $0 += 60_000 } }
        }
        #expect(fixture.api.model.withLock { $0.cases[0].changes } == before)
        _ = await fixture.session(lines, isInteractive: true) { line in
            if line == 2 { clock.withLock { $0 += 59_000 } }
        }
        #expect(fixture.api.model.withLock { $0.cases[0].changes } == before + 1)
    }

    @Test("a script is not held back: it was told in the answer itself")
    func script() async {
        let (fixture, ref) = await self.busy()
        let before = fixture.api.model.withLock { $0.cases[0].changes }
        let done = await fixture.session(["note \(ref) \"a\""], isInteractive: false)
        #expect(done.code == 0)
        #expect(fixture.api.model.withLock { $0.cases[0].changes } == before + 1)
    }
}
