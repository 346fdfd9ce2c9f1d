import BatonCrypto
import BatonEngine
import BatonModel
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
