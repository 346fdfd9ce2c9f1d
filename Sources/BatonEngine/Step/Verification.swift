package import BatonModel
package import BatonProtocol

/// Authenticity of one received chunk: work that needs no state, so that a node gives it to a pool of
/// threads.
package struct VerificationJob: Sendable, Equatable {
    enum Cargo: Sendable, Equatable {
        case deltas([WireDelta])
        case runs([UInt8], WireLimits)
    }

    let cargo: Cargo
    package let membership: Membership

    package init(deltas: [WireDelta], membership: Membership) {
        self.cargo = .deltas(deltas)
        self.membership = membership
    }

    /// - Parameter runs: A frame of `RunCodec`, which is decoded here.
    package init(runs: [UInt8], limits: WireLimits, membership: Membership) {
        self.cargo = .runs(runs, limits)
        self.membership = membership
    }
}

package struct VerificationOutcome: Sendable, Equatable {
    /// Authentic deltas in the order received.
    package var authentic: [Delta] = []
    /// Deltas that no signature vouches for.
    package var refused: [DeltaReference] = []
    /// The first thing that is not a delta at all: the sender's fault, since nobody relays what does not
    /// decode.
    package var malformed: ModelFault?
    /// An epoch that deltas name and that is not known here.
    package var unknownEpoch: UInt64?
    /// Keys that stood in a frame of runs.
    package var keys: [BareKey] = []
    /// What `PartOpener` opened of `authentic`; nil without one.
    package var ahead: OpenedAhead?
    /// How many deltas a frame of runs held.
    package var decodedInRuns = 0
    /// Signature checks made, for the figures.
    package var signatureChecks = 0

    package init() {}
}

extension VerificationJob {
    /// Decodes and authenticates the chunk.
    ///
    /// A contiguous run of one author costs one signature check: an authentic delta vouches for its
    /// predecessor, because `prev` is a hash over the predecessor's header *and* signature. A run whose
    /// last signature fails is checked one by one from its end, so that one bad delta takes nothing
    /// authentic with it.
    ///
    /// - Complexity: O(bytes) hashing, one Ed25519 check per run.
    package func run(hashing: some Hashing, verifying: some SignatureVerifying) -> VerificationOutcome {
        var outcome = VerificationOutcome()
        let decoded = self.decode(hashing, &outcome)
        var isAuthentic = [Bool](repeating: false, count: decoded.count)
        for run in Self.runs(decoded) {
            self.judge(run, decoded, &isAuthentic, &outcome, hashing, verifying)
        }
        guard isAuthentic.contains(false) else {
            outcome.authentic = decoded
            return outcome
        }
        for (index, delta) in decoded.enumerated() {
            if isAuthentic[index] {
                outcome.authentic.append(delta)
            } else {
                outcome.refused.append(delta.reference)
            }
        }
        return outcome
    }

    private func decode(_ hashing: some Hashing, _ outcome: inout VerificationOutcome) -> [Delta] {
        var decoded: [Delta] = []
        do throws(ModelFault) {
            switch self.cargo {
            case .runs(let bytes, let limits):
                let content = try RunCodec.decode(bytes, limits: limits, hashing: hashing)
                outcome.keys = content.keys
                outcome.decodedInRuns = content.deltas.count
                decoded = content.deltas
            case .deltas(let wires):
                decoded.reserveCapacity(wires.count)
                for wire in wires {
                    decoded.append(
                        try Delta(
                            headerBytes: wire.headerBytes, signature: wire.signature, parts: wire.parts,
                            hashing: hashing))
                }
            }
        } catch {
            outcome.malformed = error
        }
        return decoded
    }

    /// Groups places of `deltas` into runs: one author, rising by one, each naming the one before by id.
    private static func runs(_ deltas: [Delta]) -> [[Int]] {
        var runs: [[Int]] = []
        var open: [Author: Int] = [:]
        for (index, delta) in deltas.enumerated() {
            if let run = open[delta.header.author], let last = runs[run].last,
                deltas[last].header.seq + 1 == delta.header.seq,
                deltas[last].id == delta.header.prev || Mutant.isOn(.runByNumber)
            {
                runs[run].append(index)
            } else {
                open[delta.header.author] = runs.count
                runs.append([index])
            }
        }
        return runs
    }

    private func judge(
        _ run: [Int], _ deltas: [Delta], _ isAuthentic: inout [Bool], _ outcome: inout VerificationOutcome,
        _ hashing: some Hashing, _ verifying: some SignatureVerifying
    ) {
        var vouched = false
        for index in run.reversed() {
            let header = deltas[index].header
            // Authority is judged at each delta's own epoch, so a vouched delta still needs its entry to be
            // known.
            guard let entry = self.membership.entry(for: header.membership, hashing: hashing) else {
                outcome.unknownEpoch = max(outcome.unknownEpoch ?? 0, header.membership.epoch)
                vouched = false
                continue
            }
            guard let key = entry.site(header.author.site)?.signingKey else {
                vouched = false
                continue
            }
            if !vouched {
                outcome.signatureChecks += 1
                vouched =
                    Mutant.isOn(.signatureUnchecked)
                    || verifying.isValid(
                        signature: deltas[index].signature,
                        message: Delta.signedMessage(
                            team: self.membership.team, headerBytes: deltas[index].headerBytes),
                        publicKey: key)
            }
            isAuthentic[index] = vouched
        }
    }
}
