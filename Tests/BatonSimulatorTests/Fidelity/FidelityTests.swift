import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@Suite("Fidelity of simulated runs")
struct FidelityTests {
    @Test("about a fifth of the seeds is real on each axis, and the axes are drawn apart")
    func mix() {
        let drawn = (UInt64(0)..<2_000).map { Fidelity.drawn(seed: $0) }
        for count in [
            drawn.count { $0.replica == .sqlite }, drawn.count { $0.crypto == .sodium },
            drawn.count { $0.transport == .http2 },
        ] { #expect((320...480).contains(count)) }
        #expect(Set(drawn).count == 8)
    }

    @Test("a share of a hundred makes every seed real, one of none makes none so")
    func extremes() {
        for seed in UInt64(0)..<50 {
            #expect(Fidelity.drawn(seed: seed, realPercent: 100) == .real)
            #expect(Fidelity.drawn(seed: seed, realPercent: 0) == .standIns)
        }
        #expect(Fidelity.real.description == "faulty+real+http2")
    }

    @Test(
        "keys come from names: the same in every run, another for another name",
        arguments: CryptoKind.allCases)
    func keys(kind: CryptoKind) {
        let message = Array("a message".utf8)
        let suite = kind.suite
        let key = suite.signing(named: "syd")
        #expect(key.publicKey == kind.suite.signing(named: "syd").publicKey)
        #expect(key.publicKey != suite.signing(named: "usw").publicKey)
        let signature = key.sign(message)
        #expect(signature == kind.suite.signing(named: "syd").sign(message))
        #expect(suite.verifying.isValid(signature: signature, message: message, publicKey: key.publicKey))
        #expect(
            !suite.verifying.isValid(signature: signature, message: message + [0], publicKey: key.publicKey))
    }

    @Test("with libsodium nobody forges by knowing the public key, as the stand-in lets tests do")
    func forging() {
        let message = Array("a message".utf8)
        let real = CryptoKind.sodium.suite
        let victim = real.signing(named: "syd").publicKey
        let forged = StandInSigning(publicKey: victim).sign(message)
        #expect(!real.verifying.isValid(signature: forged, message: message, publicKey: victim))
        #expect(
            CryptoKind.standIn.suite.verifying.isValid(signature: forged, message: message, publicKey: victim)
        )
    }
}
