import BatonEncoding
package import BatonModel

extension Hello {
    /// Encodes the hello as the exact bytes that are signed (CDDL `hello`).
    package func encoded() -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 256)
        writer.arrayHeader(11)
        writer.unsigned(self.versionOldest)
        writer.unsigned(self.versionNewest)
        writer.unsigned(self.level)
        writer.bytes(self.team.bytes)
        self.author.encode(into: &writer)
        writer.bytes(self.bootNonce)
        writer.unsigned(self.membershipEpoch)
        writer.bytes(self.membershipHead.bytes)
        writer.bytes(self.haveDigest.bytes)
        writer.unsigned(self.wallMilliseconds)
        writer.bytes(self.nonce)
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(ModelFault) {
        var reader = CBORReader(bytes)
        try reader.expectArray(of: 11, "hello")
        let oldest = try reader.modelUnsigned("hello.oldest")
        let newest = try reader.modelUnsigned("hello.newest")
        let level = try reader.modelUnsigned("hello.level")
        guard let team = TeamID(try reader.modelBytes("hello.team", count: 32)) else {
            throw .malformed("hello.team")
        }
        let author = try Author(from: &reader)
        let bootNonce = Array(try reader.modelBytes("hello.boot-nonce", count: 16))
        let epoch = try reader.modelUnsigned("hello.epoch")
        guard let head = Digest256(try reader.modelBytes("hello.membership", count: 32)),
            let have = Digest256(try reader.modelBytes("hello.have-digest", count: 32))
        else { throw .malformed("hello.digest") }
        let wall = try reader.modelUnsigned("hello.wall")
        let nonce = Array(try reader.modelBytes("hello.nonce", count: 16))
        try reader.modelFinish()
        self.init(
            versionOldest: oldest, versionNewest: newest, level: level, team: team, author: author,
            bootNonce: bootNonce, membershipEpoch: epoch, membershipHead: head, haveDigest: have,
            wallMilliseconds: wall, nonce: nonce)
    }
}

extension Receipt {
    /// Encodes the receipt as the exact bytes that are signed (CDDL `receipt`).
    package func encoded() -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 256)
        writer.arrayHeader(4)
        self.receiver.encode(into: &writer)
        writer.unsigned(self.wallMilliseconds)
        var set = HaveSet()
        for have in self.haves { set.set(have) }
        set.encode(into: &writer)
        writer.arrayHeader(self.compartments.count)
        for compartment in self.compartments { writer.unsigned(UInt64(compartment.code)) }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(ModelFault) {
        var reader = CBORReader(bytes)
        try reader.expectArray(of: 4, "receipt")
        let receiver = try Author(from: &reader)
        let wall = try reader.modelUnsigned("receipt.wall")
        let haves = try HaveSet(from: &reader).authors
        var compartments: [Compartment] = []
        for _ in 0..<(try reader.modelArray("receipt.compartments", upTo: 255)) {
            compartments.append(
                Compartment(code: UInt8(try reader.modelUnsigned("receipt.compartment", upTo: 255))))
        }
        try reader.modelFinish()
        self.init(receiver: receiver, wallMilliseconds: wall, haves: haves, compartments: compartments)
    }
}
