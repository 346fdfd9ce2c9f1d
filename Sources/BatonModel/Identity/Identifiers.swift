/// Names one delta: BLAKE2b-256 over its header bytes and its signature.
package struct DeltaID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let digest: Digest256

    /// The id that stands where no delta is: the `prev` of a log that knows no earlier head.
    package static let none = DeltaID(digest: .zero)

    package init(digest: Digest256) { self.digest = digest }

    package init?(_ bytes: [UInt8]) { self.init(bytes[...]) }

    package init?(_ bytes: ArraySlice<UInt8>) {
        guard let digest = Digest256(bytes) else { return nil }
        self.digest = digest
    }

    package init?(_ bytes: some RandomAccessCollection<UInt8>) {
        guard let digest = Digest256(bytes) else { return nil }
        self.digest = digest
    }

    package var bytes: [UInt8] { self.digest.bytes }
    package var description: String { self.digest.description }

    package static func < (left: DeltaID, right: DeltaID) -> Bool { left.digest < right.digest }
}

/// Names the federation: the hash of the first membership entry. It stands in every signature's domain tag.
package struct TeamID: Hashable, Sendable, CustomStringConvertible {
    package let digest: Digest256

    package init(digest: Digest256) { self.digest = digest }

    package init?(_ bytes: some RandomAccessCollection<UInt8>) {
        guard let digest = Digest256(bytes) else { return nil }
        self.digest = digest
    }

    package var bytes: [UInt8] { self.digest.bytes }
    package var description: String { self.digest.description }
}

/// Names a person without saying who: a number that the membership gives out once and never again.
package struct OperatorID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: UInt32

    package init(_ number: UInt32) { self.number = number }

    package var description: String { "op\(self.number)" }

    package static func < (left: OperatorID, right: OperatorID) -> Bool { left.number < right.number }
}

/// Says where a part may be stored and read. Code 0 is `global`, 1 is `us`; more come by configuration.
package struct Compartment: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let code: UInt8

    package static let global = Compartment(code: 0)
    package static let us = Compartment(code: 1)

    package init(code: UInt8) { self.code = code }

    package var description: String {
        switch self {
        case .global: "global"
        case .us: "us"
        default: "compartment \(self.code)"
        }
    }

    package static func < (left: Compartment, right: Compartment) -> Bool { left.code < right.code }
}
