import BatonCrypto
import BatonEngine
import BatonProtocol

/// Reads for peers, on the thread that reads.
extension NodeDriver {
    func load(_ order: LoadOrder, _ lane: LinkPurpose) async -> Result<LoadAnswer, ReplicaFault> {
        let reader = CatchUpReader(
            sealing: self.worker.cipher,
            pages: PageSealing(
                membership: self.context.membership, hashing: Blake2b(), verifying: SignatureVerifier()))
        return await self.worker.read(lane == .urgent ? .urgent : .bulk) { store throws(ReplicaFault) in
            try reader.answer(order, from: store)
        }
    }
}
