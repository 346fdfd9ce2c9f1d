import BatonEncoding
import BatonEngine
import BatonModel
import BatonProtocol
import BatonSimulator

/// Makes deltas that the engine itself would never sign, all valid but for what a test changes.
enum DeltaForge {
    /// Commits to, seals and signs a delta. Each part gets the plaintext of its compartment's operations.
    static func delta(
        _ header: Header, _ operations: [Operation], keys: [WrappedKey], signedBy site: SiteID? = nil,
        team: TeamID
    ) throws -> Delta {
        let sealing = StandInSealing()
        var header = header
        var plaintexts: [[UInt8]] = []
        for index in header.parts.indices {
            let compartment = header.parts[index].compartment
            let plaintext = PartPlaintext.encode(operations, compartment: compartment)
            plaintexts.append(plaintext)
            header.parts[index].key = keys[index].id
            header.parts[index].length = plaintext.count
            let place = PartPlace(scope: header.keyScope(part: index), seq: header.seq, index: index)
            header.parts[index].commitment = try sealing.commitment(
                to: plaintext, at: place, key: keys[index])
        }
        let bytes = header.encoded()
        let parts = try header.parts.indices.map { index in
            let place = PartPlace(scope: header.keyScope(part: index), seq: header.seq, index: index)
            return try sealing.seal(
                plaintexts[index], at: place, commitment: header.parts[index].commitment, header: bytes,
                key: keys[index])
        }
        let signing = StandInSigning(named: (site ?? header.author.site).description)
        let signature = signing.sign(Delta.signedMessage(team: team, headerBytes: bytes))
        return try Delta(headerBytes: bytes, signature: signature, parts: parts, hashing: StandInHashing())
    }

    /// Signs a changed header again and keeps the parts as they are.
    static func resigned(
        _ delta: Delta, team: TeamID, signature: [UInt8]? = nil, _ change: (inout Header) -> Void
    ) throws -> Delta {
        var header = delta.header
        change(&header)
        let bytes = header.encoded()
        let signing = StandInSigning(named: header.author.site.description)
        return try Delta(
            headerBytes: bytes,
            signature: signature ?? signing.sign(Delta.signedMessage(team: team, headerBytes: bytes)),
            parts: delta.parts, hashing: StandInHashing())
    }

    static func wire(
        _ delta: Delta, header: [UInt8]? = nil, signature: [UInt8]? = nil, parts: [[UInt8]?]? = nil
    ) -> WireDelta {
        WireDelta(
            headerBytes: header ?? delta.headerBytes, signature: signature ?? delta.signature,
            parts: parts ?? delta.parts)
    }

    static func flipped(_ bytes: [UInt8], at index: Int) -> [UInt8] {
        var out = bytes
        out[index] ^= 1
        return out
    }
}

/// One operation on a test field.
func operation(
    _ kind: OperationKind, _ field: FieldCode, _ body: CBORValue, in compartment: Compartment = .global
) -> Operation {
    Operation(
        shape: OperationShape(kind: kind, field: field, isMaterial: true), compartment: compartment,
        body: body)
}

func note(_ text: String) -> [Operation] { [operation(.append, SimulatedFields.note, .text(text))] }

func owner(_ number: UInt64) -> [Operation] { [operation(.set, SimulatedFields.owner, .unsigned(number))] }
