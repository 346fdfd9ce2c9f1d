import BatonAPI
import BatonTerminal
import Synchronization

/// Lines that a test types.
final class ScriptedSource: LineSource {
    let isInteractive: Bool
    private let outcomes: Mutex<[LineOutcome]>
    let requests = Mutex<[LineRequest]>([])
    let remembered = Mutex<[String]>([])
    /// Runs before each line is given: where another site's change comes in.
    private let before: @Sendable (Int) -> Void

    init(_ outcomes: [LineOutcome], isInteractive: Bool, before: @escaping @Sendable (Int) -> Void = { _ in })
    {
        self.outcomes = Mutex(outcomes)
        self.isInteractive = isInteractive
        self.before = before
    }

    func line(_ request: LineRequest) async -> LineOutcome {
        let count = self.requests.withLock { requests in
            requests.append(request)
            return requests.count
        }
        self.before(count)
        return self.outcomes.withLock { $0.isEmpty ? .end : $0.removeFirst() }
    }

    func remember(_ line: String) { self.remembered.withLock { $0.append(line) } }
}

/// Keeps what is printed.
final class KeptOutput: DeskOutput {
    private let kept = Mutex<(out: String, error: String)>(("", ""))

    func write(_ text: String) { self.kept.withLock { $0.out += text } }
    func complain(_ text: String) { self.kept.withLock { $0.error += text } }

    var out: String { self.kept.withLock { $0.out } }
    var error: String { self.kept.withLock { $0.error } }
}

/// A desk of Sydney with three cases, at 03:12Z.
struct DeskFixture {
    let api: DeskDouble
    var options: DeskOptions

    init(api: DeskDouble = DeskDouble()) {
        self.api = api
        let counter = Counter()
        self.options = DeskOptions(now: { DeskDouble.now }, newKey: { "key-\(counter.next())" })
        self.options.wantsNotices = false
        self.options.render.now = DeskDouble.now
    }

    final class Counter: Sendable {
        private let count = Mutex(0)
        func next() -> Int {
            self.count.withLock { count in
                count += 1
                return count
            }
        }
    }

    struct Outcome {
        let code: Int32
        let out: String
        let error: String
        let source: ScriptedSource
    }

    /// Types lines into one session.
    func session(
        _ lines: [String], isInteractive: Bool = false, before: @escaping @Sendable (Int) -> Void = { _ in }
    ) async -> Outcome {
        let source = ScriptedSource(lines.map { .line($0) }, isInteractive: isInteractive, before: before)
        let output = KeptOutput()
        let code = await DeskSession(api: self.api, options: self.options, input: source, output: output)
            .run()
        return Outcome(code: code, out: output.out, error: output.error, source: source)
    }

    func oneShot(_ arguments: [String], lines: [String] = []) async -> Outcome {
        let source = ScriptedSource(lines.map { .line($0) }, isInteractive: false)
        let output = KeptOutput()
        let code = await OneShot.run(
            arguments: arguments, api: self.api, options: self.options, input: source, output: output)
        return Outcome(code: code, out: output.out, error: output.error, source: source)
    }

    /// Three cases: EDR-7K3Q12 (S0, due in 18 minutes), TTL-7K3Q13 (S1, owned by alee), EDR-7K3Q14 (not
    /// triaged).
    static func withCases() async -> DeskFixture {
        let fixture = DeskFixture()
        _ = await fixture.session([
            "new EDR \"Stated plan for tonight\" --sev S0 --agency harlan-so --received 02:51Z --due +18m",
            "new TTL \"Threat against a school\" --sev S1 --owner alee --tag press",
            "new EDR \"Records of an account\"",
        ])
        return fixture
    }

    /// Lets another site write a field at the same time as ours.
    func writeConcurrently(_ field: String, _ value: String, at index: Int, shown: Bool = false) {
        self.api.model.withLock { model in
            let written = Authorship(by: "kim", site: "usw", at: DeskDouble.now - 60_000)
            var versions = model.cases[index].fields[field] ?? []
            versions.append(
                FieldVersion(
                    value: .text(value), written: written, delta: "e", isShown: shown || versions.isEmpty))
            model.cases[index].fields[field] = versions
            model.cases[index].changes += 1
        }
    }
}
