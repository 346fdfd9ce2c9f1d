import BatonCrypto
import BatonEngine
import BatonModel
import BatonStore
import Glibc
import Synchronization

/// What the verifying threads of a node do with a chunk: authenticate it, and open of it what the site may
/// read.
final class BenchVerifier: Sendable {
    private let cipher: PartCipher
    private let clearances: [Compartment]
    private let opener = Mutex(PartOpener())

    init(cipher: PartCipher, clearances: [Compartment]) {
        self.cipher = cipher
        self.clearances = clearances
    }

    func run(_ job: VerificationJob) -> VerificationOutcome {
        var outcome = job.run(hashing: Blake2b(), verifying: SignatureVerifier())
        self.opener.withLock {
            $0.open(
                &outcome, clearances: self.clearances, sealing: self.cipher, entropy: KernelEntropy())
        }
        return outcome
    }
}

/// Chunks that are verified by a thread of their own while the thread that made this applies others.
///
/// Invariant: the thread alone touches `outcomes` and `processorSeconds` until `wait` has joined it.
@safe final class VerifyingThread {
    private let verifier: BenchVerifier
    private let jobs: [VerificationJob]
    private var outcomes: [VerificationOutcome] = []
    private var processorSeconds = 0.0
    private var thread = pthread_t()

    init(_ jobs: [VerificationJob], by verifier: BenchVerifier) throws {
        self.jobs = jobs
        self.verifier = verifier
        let held = unsafe Unmanaged.passRetained(self)
        let status = unsafe pthread_create(
            &self.thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<VerifyingThread>.fromOpaque(argument).takeRetainedValue().work()
                return nil
            }, held.toOpaque())
        guard status == 0 else {
            unsafe held.release()
            throw BenchFault("the system gives no thread to verify on (\(status))")
        }
    }

    private func work() {
        BackgroundThread.yieldFromNowOn()
        let before = Stopwatch.read(CLOCK_THREAD_CPUTIME_ID)
        self.outcomes = self.jobs.map { self.verifier.run($0) }
        self.processorSeconds = Stopwatch.read(CLOCK_THREAD_CPUTIME_ID) - before
    }

    /// - Returns: One outcome for each job, and what they cost. Call it once.
    func wait() -> (outcomes: [VerificationOutcome], processorSeconds: Double) {
        // Joining fails only for a thread that has been joined.
        let status = pthread_join(self.thread, nil)
        precondition(status == 0, "a verifying thread was joined twice")
        return (self.outcomes, self.processorSeconds)
    }
}
