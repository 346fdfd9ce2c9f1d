package import BatonEncoding

extension MembershipEntry {
    private static let format: UInt64 = 1
    private static let sitesMax = 64
    private static let operatorsMax = 4096
    private static let rootsMax = 16

    /// Encodes the entry as the exact bytes that roots sign (CDDL `membership-entry`).
    package func encoded() -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 1024)
        writer.arrayHeader(9)
        writer.unsigned(Self.format)
        writer.unsigned(self.epoch)
        writer.bytes(self.prev.bytes)
        writer.unsigned(self.createdMilliseconds)
        writer.text(self.teamName)
        writer.arrayHeader(self.roots.count)
        for root in self.roots { writer.bytes(root) }
        writer.unsigned(self.rootThreshold)
        writer.arrayHeader(self.sites.count)
        for site in self.sites { site.encode(into: &writer) }
        writer.arrayHeader(self.operators.count)
        for person in self.operators { person.encode(into: &writer) }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(ModelFault) {
        var reader = CBORReader(bytes)
        try reader.expectArray(of: 9, "membership")
        guard try reader.modelUnsigned("membership.format") == Self.format else {
            throw .unsupported("membership.format")
        }
        let epoch = try reader.modelUnsigned("membership.epoch")
        guard let prev = Digest256(try reader.modelBytes("membership.prev", count: 32)) else {
            throw .malformed("membership.prev")
        }
        let created = try reader.modelUnsigned("membership.created")
        let name = try reader.modelText("membership.team", bytesMax: 128)
        var roots: [[UInt8]] = []
        for _ in 0..<(try reader.modelArray("membership.roots", upTo: Self.rootsMax)) {
            roots.append(Array(try reader.modelBytes("membership.root", count: 32)))
        }
        let threshold = try reader.modelUnsigned("membership.threshold")
        var sites: [SiteRecord] = []
        for _ in 0..<(try reader.modelArray("membership.sites", upTo: Self.sitesMax)) {
            sites.append(try SiteRecord(from: &reader))
        }
        var operators: [OperatorRecord] = []
        for _ in 0..<(try reader.modelArray("membership.operators", upTo: Self.operatorsMax)) {
            operators.append(try OperatorRecord(from: &reader))
        }
        try reader.modelFinish()
        self.init(
            epoch: epoch, prev: prev, createdMilliseconds: created, teamName: name, roots: roots,
            rootThreshold: threshold, sites: sites, operators: operators)
        // Lists in another order, or with repeats, would be a second way to write the same entry.
        guard self.encoded() == bytes, self.hasNoRepeats else { throw .malformed("membership") }
    }

    private var hasNoRepeats: Bool {
        zip(self.sites, self.sites.dropFirst()).allSatisfy { $0.site < $1.site }
            && zip(self.operators, self.operators.dropFirst()).allSatisfy { $0.id < $1.id }
            && zip(self.roots, self.roots.dropFirst()).allSatisfy { $0 != $1 }
            && Set(self.operators.map(\.name)).count == self.operators.count
            && self.sites.allSatisfy { Set($0.clearances).count == $0.clearances.count }
            && self.operators.allSatisfy { person in
                Set(person.roles).count == person.roles.count
                    && Set(person.userIDs).count == person.userIDs.count
            }
    }
}

extension SiteRecord {
    package func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(6)
        writer.text(self.site.description)
        writer.text(self.region)
        writer.bytes(self.signingKey)
        writer.bytes(self.tlsPin)
        writer.bytes(self.unwrapKey)
        writer.arrayHeader(self.clearances.count)
        for compartment in self.clearances { writer.unsigned(UInt64(compartment.code)) }
    }

    package init(from reader: inout CBORReader) throws(ModelFault) {
        try reader.expectArray(of: 6, "site")
        guard let site = SiteID(try reader.modelText("site.id")) else { throw .malformed("site.id") }
        let region = try reader.modelText("site.region", bytesMax: 64)
        let signing = Array(try reader.modelBytes("site.signing-key", count: 32))
        let pin = Array(try reader.modelBytes("site.tls-pin", count: 32))
        let unwrap = Array(try reader.modelBytes("site.unwrap-key", count: 32))
        var clearances: [Compartment] = []
        for _ in 0..<(try reader.modelArray("site.clearances", upTo: 255)) {
            clearances.append(Compartment(code: UInt8(try reader.modelUnsigned("site.clearance", upTo: 255))))
        }
        self.init(
            site: site, region: region, signingKey: signing, tlsPin: pin, unwrapKey: unwrap,
            clearances: clearances)
    }
}

extension OperatorRecord {
    package func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(5)
        writer.unsigned(UInt64(self.id.number))
        writer.text(self.name)
        writer.text(self.site.description)
        writer.arrayHeader(self.roles.count)
        for role in self.roles { writer.unsigned(UInt64(role.rawValue)) }
        writer.arrayHeader(self.userIDs.count)
        for user in self.userIDs { writer.unsigned(UInt64(user)) }
    }

    package init(from reader: inout CBORReader) throws(ModelFault) {
        try reader.expectArray(of: 5, "operator")
        let id = OperatorID(UInt32(try reader.modelUnsigned("operator.id", upTo: UInt64(UInt32.max))))
        let name = try reader.modelText("operator.name", bytesMax: 64)
        guard let site = SiteID(try reader.modelText("operator.site")) else {
            throw .malformed("operator.site")
        }
        var roles: [Role] = []
        for _ in 0..<(try reader.modelArray("operator.roles", upTo: 16)) {
            guard let role = Role(rawValue: UInt8(try reader.modelUnsigned("operator.role", upTo: 255)))
            else {
                throw .unsupported("operator.role")
            }
            roles.append(role)
        }
        var users: [UInt32] = []
        for _ in 0..<(try reader.modelArray("operator.users", upTo: 64)) {
            users.append(UInt32(try reader.modelUnsigned("operator.user", upTo: UInt64(UInt32.max))))
        }
        self.init(id: id, name: name, site: site, roles: roles, userIDs: users)
    }
}

extension SignedMembershipEntry {
    /// Writes `[entry bytes, [[root key, signature]…]]` (CDDL `signed-membership-entry`).
    package func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(2)
        writer.bytes(self.bytes)
        writer.arrayHeader(self.signatures.count)
        for signature in self.signatures {
            writer.arrayHeader(2)
            writer.bytes(signature.key)
            writer.bytes(signature.signature)
        }
    }

    package init(from reader: inout CBORReader) throws(ModelFault) {
        try reader.expectArray(of: 2, "signed membership")
        let bytes = try reader.modelBytes("membership bytes", upTo: 1 << 20)
        var signatures: [RootSignature] = []
        for _ in 0..<(try reader.modelArray("membership.signatures", upTo: 16)) {
            try reader.expectArray(of: 2, "membership.signature")
            let key = Array(try reader.modelBytes("membership.signature key", count: 32))
            signatures.append(
                RootSignature(
                    key: key, signature: Array(try reader.modelBytes("membership.signature", count: 64))))
        }
        try self.init(bytes: bytes, signatures: signatures)
    }
}
