internal import SwiftASN1

/// Writes and reads the few X.509 and PKCS#8 shapes an Ed25519 identity needs.
enum CertificateDER {
    private static let ed25519: ASN1ObjectIdentifier = [1, 3, 101, 112]
    private static let commonName: ASN1ObjectIdentifier = [2, 5, 4, 3]
    private static let basicConstraints: ASN1ObjectIdentifier = [2, 5, 29, 19]
    private static let keyUsage: ASN1ObjectIdentifier = [2, 5, 29, 15]
    private static let version3 = 2

    /// TBSCertificate, the part that is signed (RFC 5280 section 4.1).
    static func body(publicKey: [UInt8], serial: [UInt8]) throws -> [UInt8] {
        var coder = DER.Serializer()
        try coder.appendConstructedNode(identifier: .sequence) { body in
            try body.serialize(Self.version3, explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific)
            body.appendPrimitiveNode(identifier: .integer) { $0.append(contentsOf: Self.positive(serial)) }
            try Self.appendAlgorithm(to: &body)
            try Self.appendName(to: &body)
            try body.appendConstructedNode(identifier: .sequence) { validity in
                try validity.serialize(
                    UTCTime(year: 2020, month: 1, day: 1, hours: 0, minutes: 0, seconds: 0))
                try validity.serialize(
                    GeneralizedTime(
                        year: 9_999, month: 12, day: 31, hours: 23, minutes: 59, seconds: 59,
                        fractionalSeconds: 0))
            }
            try Self.appendName(to: &body)
            body.serializeRawBytes(try Self.publicKeyInfo(publicKey))
            try body.serialize(explicitlyTaggedWithTagNumber: 3, tagClass: .contextSpecific) { part in
                try Self.appendExtensions(to: &part)
            }
        }
        return coder.serializedBytes
    }

    static func certificate(body: [UInt8], signature: [UInt8]) throws -> [UInt8] {
        var coder = DER.Serializer()
        try coder.appendConstructedNode(identifier: .sequence) { certificate in
            certificate.serializeRawBytes(body)
            try Self.appendAlgorithm(to: &certificate)
            try certificate.serialize(ASN1BitString(bytes: signature[...]))
        }
        return coder.serializedBytes
    }

    /// SubjectPublicKeyInfo (RFC 8410 section 4).
    static func publicKeyInfo(_ publicKey: [UInt8]) throws -> [UInt8] {
        var coder = DER.Serializer()
        try coder.appendConstructedNode(identifier: .sequence) { info in
            try Self.appendAlgorithm(to: &info)
            try info.serialize(ASN1BitString(bytes: publicKey[...]))
        }
        return coder.serializedBytes
    }

    /// PKCS#8 PrivateKeyInfo (RFC 8410 section 7).
    static func privateKey(_ seed: [UInt8]) throws -> [UInt8] {
        var inner = DER.Serializer()
        try inner.serialize(ASN1OctetString(contentBytes: seed[...]))
        var coder = DER.Serializer()
        try coder.appendConstructedNode(identifier: .sequence) { info in
            try info.serialize(0)
            try Self.appendAlgorithm(to: &info)
            try info.serialize(ASN1OctetString(contentBytes: inner.serializedBytes[...]))
        }
        return coder.serializedBytes
    }

    /// Finds the SubjectPublicKeyInfo of any certificate and returns its bytes as they stand.
    static func spki(of der: [UInt8]) throws -> [UInt8] {
        try DER.sequence(DER.parse(der), identifier: .sequence) { certificate in
            guard let body = certificate.next() else {
                throw ASN1Error.invalidASN1Object(reason: "no TBSCertificate")
            }
            while certificate.next() != nil {}
            return try DER.sequence(body, identifier: .sequence) { fields in
                var parts: [ASN1Node] = []
                while let part = fields.next() { parts.append(part) }
                // Version 1 certificates leave the first part out; the pin needs neither.
                let hasVersion = parts.first?.identifier.tagClass == .contextSpecific
                let index = hasVersion ? 6 : 5
                guard parts.count > index, parts[index].identifier == .sequence else {
                    throw ASN1Error.invalidASN1Object(reason: "no SubjectPublicKeyInfo")
                }
                return Array(parts[index].encodedBytes)
            }
        }
    }

    private static func appendAlgorithm(to coder: inout DER.Serializer) throws {
        try coder.appendConstructedNode(identifier: .sequence) { try $0.serialize(Self.ed25519) }
    }

    private static func appendName(to coder: inout DER.Serializer) throws {
        try coder.appendConstructedNode(identifier: .sequence) { name in
            try name.appendConstructedNode(identifier: .set) { part in
                try part.appendConstructedNode(identifier: .sequence) { pair in
                    try pair.serialize(Self.commonName)
                    try pair.serialize(ASN1UTF8String("baton"))
                }
            }
        }
    }

    /// Not a CA; signs handshakes only.
    private static func appendExtensions(to coder: inout DER.Serializer) throws {
        try coder.appendConstructedNode(identifier: .sequence) { list in
            // An empty sequence: cA is false by default.
            try Self.appendExtension(Self.basicConstraints, [0x30, 0x00], to: &list)
            // BIT STRING with 7 unused bits: digitalSignature.
            try Self.appendExtension(Self.keyUsage, [0x03, 0x02, 0x07, 0x80], to: &list)
        }
    }

    private static func appendExtension(
        _ name: ASN1ObjectIdentifier, _ value: [UInt8], to coder: inout DER.Serializer
    ) throws {
        try coder.appendConstructedNode(identifier: .sequence) { entry in
            try entry.serialize(name)
            try entry.serialize(true)
            try entry.serialize(ASN1OctetString(contentBytes: value[...]))
        }
    }

    /// A positive INTEGER in its shortest form: the first byte is forced into 0x40…0x7f.
    private static func positive(_ serial: [UInt8]) -> [UInt8] {
        [serial[0] & 0x7f | 0x40] + serial.dropFirst()
    }
}
