import BatonAPI
package import BatonCrypto
package import BatonModel

/// What a site says of itself to those who sign the membership: its public keys and its operators, in lines
/// that people can read out to each other, signed with the key that it names.
///
/// The signature proves only that the card is whole and that the key's holder wrote it. Whose card it is,
/// people establish by comparing keys over another channel.
package struct SiteCard: Sendable, Equatable {
    package struct Person: Sendable, Equatable {
        package let name: String
        package let userIDs: [UInt32]
        package let roles: [Role]

        package init(name: String, userIDs: [UInt32], roles: [Role]) {
            self.name = name
            self.userIDs = userIDs
            self.roles = roles
        }
    }

    package let site: SiteID
    package let region: String
    /// 32 bytes each.
    package let signingKey: [UInt8]
    package let tlsPin: [UInt8]
    package let unwrapKey: [UInt8]
    package let operators: [Person]

    package static let bytesMax = 64 * 1024
    private static let domain = Array("baton/site-card/1".utf8)
    private static let heading =
        "# Baton site card. Read the keys out over another channel before you sign them.\n"

    package init(
        site: SiteID, region: String, signingKey: [UInt8], tlsPin: [UInt8], unwrapKey: [UInt8],
        operators: [Person]
    ) {
        self.site = site
        self.region = region
        self.signingKey = signingKey
        self.tlsPin = tlsPin
        self.unwrapKey = unwrapKey
        self.operators = operators
    }

    /// Writes the card with its signature.
    package func text(signedBy key: SigningKey) -> String {
        let body = self.body
        return body + "signature: \(hexadecimal(key.sign(Self.domain + Array(body.utf8))))\n"
    }

    private var body: String {
        var text = Self.heading
        text += "card: 1\nsite: \(self.site)\nregion: \(self.region)\n"
        text += "signing-key: \(hexadecimal(self.signingKey))\n"
        text += "tls-pin: \(hexadecimal(self.tlsPin))\n"
        text += "unwrap-key: \(hexadecimal(self.unwrapKey))\n"
        for person in self.operators {
            let users = person.userIDs.map { "\($0)" }.joined(separator: ",")
            let roles = person.roles.map(\.word).joined(separator: ",")
            text += "operator: \(person.name) uid=\(users) role=\(roles)\n"
        }
        return text
    }

    /// Reads a card and checks its signature.
    ///
    /// - Parameter origin: The file's name, for the error.
    /// - Throws: `card.malformed`, `card.signature`.
    package init(reading text: String, origin: String) throws(NodeFault) {
        let malformed = NodeFault(
            code: "card.malformed", "\(origin) is not a site card of this version.",
            hint: "Ask the site for the file that baton init wrote.", exit: .usage)
        guard text.utf8.count <= Self.bytesMax, let mark = text.range(of: "\nsignature: ", backwards: true)
        else {
            throw malformed
        }
        let body = String(text[..<text.index(after: mark.lowerBound)])
        guard let card = Self(fields: Fields(body)) else { throw malformed }
        let signature = text[mark.upperBound...].trimmed
        guard let bytes = BatonModel.bytes(hexadecimal: String(signature)),
            SignatureVerifier().isValid(
                signature: bytes, message: Self.domain + Array(body.utf8), publicKey: card.signingKey)
        else {
            throw NodeFault(
                code: "card.signature", "The signature on \(origin) does not fit its text.",
                hint: "The file was changed on its way; ask the site for it again.", exit: .integrity)
        }
        self = card
    }

    private init?(fields: Fields?) {
        guard let fields, fields.one("card") == "1", let site = fields.one("site").flatMap({ SiteID($0) }),
            let region = fields.one("region"), Self.isRegion(region),
            let signingKey = fields.key("signing-key"), let tlsPin = fields.key("tls-pin"),
            let unwrapKey = fields.key("unwrap-key")
        else { return nil }
        let lines = fields.all("operator")
        let operators = lines.compactMap(Person.init(line:))
        guard operators.count == lines.count else { return nil }
        self.init(
            site: site, region: region, signingKey: signingKey, tlsPin: tlsPin, unwrapKey: unwrapKey,
            operators: operators)
    }

    /// One word, so that it reads the same in every table.
    package static func isRegion(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ("a"..."z").contains(Character(Unicode.Scalar($0))) || $0 == UInt8(ascii: "-")
                    || ("0"..."9").contains(Character(Unicode.Scalar($0)))
            }
    }

    package static func isOperatorName(_ text: String) -> Bool {
        Self.isRegion(text) && text.utf8.first != 45
    }

    /// The record that the membership keeps.
    package func record(clearances: [Compartment]) -> SiteRecord {
        SiteRecord(
            site: self.site, region: self.region, signingKey: self.signingKey, tlsPin: self.tlsPin,
            unwrapKey: self.unwrapKey, clearances: clearances)
    }
}

extension SiteCard.Person {
    fileprivate init?(line: String) {
        let words = line.split(separator: " ")
        guard words.count == 3, SiteCard.isOperatorName(String(words[0])), words[1].hasPrefix("uid="),
            words[2].hasPrefix("role=")
        else { return nil }
        let users = words[1].dropFirst(4).split(separator: ",").map { UInt32($0) }
        let roles = words[2].dropFirst(5).split(separator: ",").map { word in
            Role.allCases.first { $0.word == word }
        }
        guard !users.isEmpty, !roles.isEmpty, !users.contains(nil), !roles.contains(nil) else { return nil }
        self.init(name: String(words[0]), userIDs: users.compactMap { $0 }, roles: roles.compactMap { $0 })
    }

    /// Reads `NAME:UID[,UID…][:ROLE[,ROLE…]]`, as the command line gives it.
    package init?(argument text: String) {
        let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(pieces.count) else { return nil }
        let role = pieces.count == 3 ? String(pieces[2]) : Role.specialist.word
        self.init(line: "\(pieces[0]) uid=\(pieces[1]) role=\(role)")
    }
}

/// `key: value` lines; comments and empty lines are left out.
private struct Fields {
    private var entries: [(name: String, value: String)] = []
    private static let known = ["card", "site", "region", "signing-key", "tls-pin", "unwrap-key", "operator"]

    init?(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let colon = line.firstRange(of: ": ") else { return nil }
            let name = String(line[..<colon.lowerBound])
            guard Self.known.contains(name) else { return nil }
            self.entries.append((name, String(line[colon.upperBound...])))
        }
    }

    func all(_ name: String) -> [String] { self.entries.filter { $0.name == name }.map(\.value) }

    func one(_ name: String) -> String? {
        let found = self.all(name)
        return found.count == 1 ? found[0] : nil
    }

    func key(_ name: String) -> [UInt8]? {
        guard let bytes = self.one(name).flatMap({ BatonModel.bytes(hexadecimal: $0) }), bytes.count == 32
        else {
            return nil
        }
        return bytes
    }
}

extension String {
    fileprivate func range(of needle: String, backwards: Bool) -> Range<String.Index>? {
        self.ranges(of: needle).last
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}
