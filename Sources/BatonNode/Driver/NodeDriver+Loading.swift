import BatonCrypto
import BatonEngine

/// Reads for peers, on the thread that reads.
extension NodeDriver {
    func load(_ order: LoadOrder) async -> Result<LoadAnswer, ReplicaFault> {
        let reader = CatchUpReader(
            sealing: self.worker.cipher,
            pages: PageSealing(
                membership: self.context.membership, hashing: Blake2b(), verifying: SignatureVerifier()))
        return await self.worker.read { store throws(ReplicaFault) in try reader.answer(order, from: store) }
    }
}
