import BatonStore
import Glibc

/// Work that a thread of its own does while the one that made this goes on.
///
/// Invariant: the thread alone touches `outcome` and `processorSeconds` until `wait` has joined it.
@safe final class BenchThread<Value> {
    private let runner: Runner
    private let outcome: Outcome

    private final class Outcome {
        var result: Result<Value, any Error>?
    }

    /// - Parameter yields: Lets the others have a busy processor first, as a node's verifying threads do.
    init(yields: Bool = false, _ work: @escaping () throws -> Value) throws {
        let outcome = Outcome()
        self.outcome = outcome
        self.runner = try Runner {
            if yields { BackgroundThread.yieldFromNowOn() }
            outcome.result = Result { try work() }
        }
    }

    /// Waits for the end of the work. Call it once, whatever else happens.
    func wait() throws -> (value: Value, processorSeconds: Double) {
        let seconds = self.runner.join()
        guard let result = self.outcome.result else { throw BenchFault("a thread ended without its work") }
        return (try result.get(), seconds)
    }
}

/// The thread itself: a C function cannot be generic.
@safe private final class Runner {
    private let work: () -> Void
    private var processorSeconds = 0.0
    private var thread = pthread_t()

    init(_ work: @escaping () -> Void) throws {
        self.work = work
        let held = unsafe Unmanaged.passRetained(self)
        let status = unsafe pthread_create(
            &self.thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Runner>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, held.toOpaque())
        guard status == 0 else {
            unsafe held.release()
            throw BenchFault("the system gives no thread (\(status))")
        }
    }

    private func run() {
        let before = Stopwatch.read(CLOCK_THREAD_CPUTIME_ID)
        self.work()
        self.processorSeconds = Stopwatch.read(CLOCK_THREAD_CPUTIME_ID) - before
    }

    func join() -> Double {
        // Joining fails only for a thread that has been joined.
        let status = pthread_join(self.thread, nil)
        precondition(status == 0, "a thread was joined twice")
        return self.processorSeconds
    }
}
