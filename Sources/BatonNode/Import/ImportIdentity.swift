package import BatonModel

/// Names what is imported by its content, so that any site that reads the same row makes the same name.
package enum ImportIdentity {
    /// The id of the case for an incident of an ITSM log: BLAKE2b-256 of `"baton/import/itsm/1" ‖ incident
    /// id`.
    package static func document(incident: String, hashing: some Hashing) -> DocumentID {
        let digest = hashing.digest256(Array("baton/import/itsm/1".utf8), Array(incident.utf8))
        return DocumentID(kind: .escalation, suffix: digest.bytes)
    }

    /// The id of a case of another event log. The log's name keeps case numbers of two logs apart.
    package static func document(log: String, caseID: String, hashing: some Hashing) -> DocumentID {
        let digest = hashing.digest256(
            Array("baton/import/events/1".utf8), Self.joined([log, caseID]))
        return DocumentID(kind: .escalation, suffix: digest.bytes)
    }

    /// The key of a row: 32 hexadecimal digits of a hash of its kind and all its values.
    package static func rowKey(_ kind: String, _ values: [String], hashing: some Hashing) -> String {
        let digest = hashing.digest256(Array("baton/import/row/1".utf8), Self.joined([kind] + values))
        return hexadecimal(digest.bytes.prefix(16))
    }

    /// Texts with their lengths before them, so that no two lists read alike.
    private static func joined(_ texts: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for text in texts {
            appendBigEndian(UInt64(text.utf8.count), to: &bytes)
            bytes.append(contentsOf: text.utf8)
        }
        return bytes
    }
}

/// Divides rows among sites by a stable hash of the team that wrote them: every site that reads the file
/// divides alike.
package struct SiteSplit: Sendable, Equatable {
    /// Sorted, so that the order on the command line does not matter.
    package let sites: [SiteID]

    /// - Parameter sites: At least one.
    package init(_ sites: [SiteID]) {
        precondition(!sites.isEmpty, "rows cannot be divided among no sites")
        self.sites = Set(sites).sorted()
    }

    package func site(of team: String, hashing: some Hashing) -> SiteID {
        let digest = hashing.digest256(Array("baton/import/site/1".utf8), Array(team.utf8))
        return self.sites[Int(digest.word0 % UInt64(self.sites.count))]
    }
}

/// Says why a row was not imported: one sentence.
package struct RowFault: Error, Sendable, Equatable {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
}

/// Checks that rows of any log share.
enum ImportRule {
    static let referenceBytesMax = 256
    static let whoBytesMax = 128

    static func identifier(_ text: String, _ column: String) throws(RowFault) -> String {
        guard text.contains(where: { !$0.isWhitespace }) else { throw RowFault("\(column) is empty") }
        guard text.utf8.count <= Self.referenceBytesMax else {
            throw RowFault("\(column) is longer than \(Self.referenceBytesMax) bytes")
        }
        return text
    }

    static func who(_ text: String, _ column: String) throws(RowFault) -> String {
        guard text.utf8.count <= Self.whoBytesMax else {
            throw RowFault("\(column) is longer than \(Self.whoBytesMax) bytes")
        }
        return text
    }

    static func time(_ text: String, _ column: String, _ time: ImportTime) throws(RowFault) -> Int64 {
        switch time.read(text) {
        case .at(let milliseconds): return milliseconds
        case .refused(let reason): throw RowFault("\(column): \(reason)")
        }
    }

    /// Cuts text to a number of bytes, between characters.
    static func cut(_ text: String, bytesMax: Int) -> String {
        guard text.utf8.count > bytesMax else { return text }
        var out = ""
        var bytes = 0
        for character in text {
            bytes += character.utf8.count
            guard bytes <= bytesMax else { break }
            out.append(character)
        }
        return out
    }
}
