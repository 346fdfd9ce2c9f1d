package import BatonModel

/// One message between two nodes (CDDL `message`).
package enum Message: Sendable, Equatable {
    /// The dialler's first word: a nonce and the versions it speaks. Nothing else is said before the
    /// listener has answered.
    case greet(Greeting)
    case hello(SignedHello)
    case membership([SignedMembershipEntry])
    case have(HavePart)
    /// Whole deltas, each by itself: the urgent lane.
    case deltas(DeltaChunk)
    /// Runs of deltas without what the receiver works out again: the bulk lane.
    case runs(RunChunk)
    /// How many changes of which documents the receiver lacks, before they come.
    case outline(OutlinePart)
    case receipt(SignedReceipt)
    /// A token to return, and the sender's have digest: replicas that stay unequal find out.
    case ping(UInt64, Digest256)
    case pong(UInt64)
    /// Asks for a pong with the same token once everything before it has been read.
    case mark(UInt64)
    /// Asks whether ranges of logs are the same here and there.
    case compare(Comparison)
    case compared(ComparisonAnswer)
    /// Who is at a desk there, and what they are about to do.
    case presence(PresencePart)
    /// A hint of a kind that this version does not have; it is read past.
    case unknownHint([UInt8])
    /// The last word before closing: a stable code.
    case farewell(String)

    package var name: String {
        switch self {
        case .greet: "greet"
        case .hello: "hello"
        case .membership: "membership"
        case .have: "have"
        case .deltas: "deltas"
        case .runs: "runs"
        case .outline: "outline"
        case .receipt: "receipt"
        case .ping: "ping"
        case .pong: "pong"
        case .mark: "mark"
        case .compare: "compare"
        case .compared: "compared"
        case .presence: "presence"
        case .unknownHint: "unknown-hint"
        case .farewell: "farewell"
        }
    }
}

package enum ProtocolVersion {
    /// 2: two connections a pair, catch-up in phases, runs. 3: runs by forms, in one byte string. 4: hints, which may
    /// be read past; presence. 5: stamps of runs by their distance. 6: lanes in an outline.
    package static let current: UInt64 = 6
    package static let oldest: UInt64 = 3
    /// The first that reads past a hint that it does not know; earlier ones are sent none.
    package static let hints: UInt64 = 4
    /// The first that reads a stamp in runs as the distance from the one before.
    package static let stampSteps: UInt64 = 5
    /// The first that reads the lane of a document in an outline.
    package static let outlineLanes: UInt64 = 6
}

/// What a connection of a pair is for. Two connections, so that a full queue of bulk bytes never stands
/// before an urgent one.
package enum LinkPurpose: UInt8, Sendable, Hashable, Comparable, CaseIterable {
    case urgent = 0
    case bulk = 1

    package var word: String { self == .urgent ? "urgent" : "bulk" }

    package static func < (left: LinkPurpose, right: LinkPurpose) -> Bool { left.rawValue < right.rawValue }
}

package struct Greeting: Sendable, Equatable {
    /// 16 random bytes.
    package let nonce: [UInt8]
    package let versionOldest: UInt64
    package let versionNewest: UInt64
    package let purpose: LinkPurpose

    package init(nonce: [UInt8], versionOldest: UInt64, versionNewest: UInt64, purpose: LinkPurpose) {
        self.nonce = nonce
        self.versionOldest = versionOldest
        self.versionNewest = versionNewest
        self.purpose = purpose
    }
}

/// A part of a have-set. A set with many holes does not fit one frame: parts are added up until the last.
package struct HavePart: Sendable, Equatable {
    package var have: HaveSet
    package var isLast: Bool

    package init(_ have: HaveSet, isLast: Bool = true) {
        self.have = have
        self.isLast = isLast
    }
}

/// What a node says of itself when a link opens.
package struct Hello: Sendable, Equatable {
    package var versionOldest: UInt64
    package var versionNewest: UInt64
    /// The feature level that the node reads and writes.
    package var level: UInt64
    package var team: TeamID
    package var author: Author
    /// 16 random bytes of this run of the process: two of them alive for one incarnation are a clone.
    package var bootNonce: [UInt8]
    package var membershipEpoch: UInt64
    package var membershipHead: Digest256
    package var haveDigest: Digest256
    package var wallMilliseconds: UInt64
    /// 16 random bytes of this link.
    package var nonce: [UInt8]

    package init(
        versionOldest: UInt64 = ProtocolVersion.oldest, versionNewest: UInt64 = ProtocolVersion.current,
        level: UInt64, team: TeamID, author: Author, bootNonce: [UInt8], membershipEpoch: UInt64,
        membershipHead: Digest256, haveDigest: Digest256, wallMilliseconds: UInt64, nonce: [UInt8]
    ) {
        self.versionOldest = versionOldest
        self.versionNewest = versionNewest
        self.level = level
        self.team = team
        self.author = author
        self.bootNonce = bootNonce
        self.membershipEpoch = membershipEpoch
        self.membershipHead = membershipHead
        self.haveDigest = haveDigest
        self.wallMilliseconds = wallMilliseconds
        self.nonce = nonce
    }
}

/// A hello with the site's signature over it, both link nonces and both TLS keys: it cannot be used on
/// another link.
package struct SignedHello: Sendable, Equatable {
    package let bytes: [UInt8]
    package let hello: Hello
    package let signature: [UInt8]

    package init(bytes: [UInt8], signature: [UInt8]) throws(ModelFault) {
        guard signature.count == Delta.signatureBytes else { throw .malformed("hello.signature") }
        self.bytes = bytes
        self.hello = try Hello(decoding: bytes)
        self.signature = signature
    }
}

/// What binds a hello to its link: the dialler's and the listener's TLS key pins, the dialler's greeting nonce,
/// and for the dialler's own hello the nonce of the listener's: so neither can be played again on another link.
package struct LinkBinding: Sendable, Equatable {
    package let diallerPin: [UInt8]
    package let listenerPin: [UInt8]
    package let greetingNonce: [UInt8]
    /// Of the listener's hello; empty while that is not known.
    package var listenerNonce: [UInt8] = []

    package init(diallerPin: [UInt8], listenerPin: [UInt8], greetingNonce: [UInt8]) {
        self.diallerPin = diallerPin
        self.listenerPin = listenerPin
        self.greetingNonce = greetingNonce
    }

    /// The bytes that a hello's signature covers.
    package func signedMessage(hello bytes: [UInt8], isDialler: Bool) -> [UInt8] {
        var message = Array("baton/hello/1".utf8)
        message.append(isDialler ? 1 : 0)
        message.append(contentsOf: self.diallerPin)
        message.append(contentsOf: self.listenerPin)
        message.append(contentsOf: self.greetingNonce)
        if isDialler { message.append(contentsOf: self.listenerNonce) }
        message.append(contentsOf: bytes)
        return message
    }
}

/// Deltas as they travel: exact header bytes, signature, parts. Keys that open them go ahead.
package struct DeltaChunk: Sendable, Equatable {
    package var keys: [BareKey]
    package var deltas: [WireDelta]
    /// How many more the sender has for this receiver after this chunk: progress for people, never trusted.
    package var remaining: UInt64

    package init(keys: [BareKey], deltas: [WireDelta], remaining: UInt64) {
        self.keys = keys
        self.deltas = deltas
        self.remaining = remaining
    }
}

/// Deltas in runs (`RunCodec`), still encoded: they are decoded where they are verified, off the engine.
package struct RunChunk: Sendable, Equatable {
    package var bytes: [UInt8]
    /// As in `DeltaChunk`.
    package var remaining: UInt64

    package init(bytes: [UInt8], remaining: UInt64) {
        self.bytes = bytes
        self.remaining = remaining
    }
}

package struct WireDelta: Sendable, Equatable {
    package let headerBytes: [UInt8]
    package let signature: [UInt8]
    package let parts: [[UInt8]?]

    package init(headerBytes: [UInt8], signature: [UInt8], parts: [[UInt8]?]) {
        self.headerBytes = headerBytes
        self.signature = signature
        self.parts = parts
    }

    package init(_ delta: Delta) {
        self.init(headerBytes: delta.headerBytes, signature: delta.signature, parts: delta.parts)
    }
}

/// What a receiver states after its commit: the logs it holds durably. It is also the witness statement on
/// each author's head.
package struct Receipt: Sendable, Equatable {
    package var receiver: Author
    package var wallMilliseconds: UInt64
    package var haves: [AuthorHave]
    /// Compartments that the receiver stores.
    package var compartments: [Compartment]

    package init(receiver: Author, wallMilliseconds: UInt64, haves: [AuthorHave], compartments: [Compartment])
    {
        self.receiver = receiver
        self.wallMilliseconds = wallMilliseconds
        self.haves = haves
        self.compartments = compartments
    }
}

package struct SignedReceipt: Sendable, Equatable {
    package let bytes: [UInt8]
    package let receipt: Receipt
    package let signature: [UInt8]

    package init(bytes: [UInt8], signature: [UInt8]) throws(ModelFault) {
        guard signature.count == Delta.signatureBytes else { throw .malformed("receipt.signature") }
        self.bytes = bytes
        self.receipt = try Receipt(decoding: bytes)
        self.signature = signature
    }

    /// The bytes that the receiver signs: `"baton/receipt/1" ‖ team ‖ receipt`.
    package static func signedMessage(team: TeamID, _ bytes: [UInt8]) -> [UInt8] {
        Array("baton/receipt/1".utf8) + team.bytes + bytes
    }
}
