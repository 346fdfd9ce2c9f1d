package import BatonEngine
package import BatonModel

/// How far the signatures of the log have been checked one by one, and what was found.
package struct SignatureProgress: Sendable, Equatable {
    /// Arrivals up to here are checked.
    package var checked: Int64 = 0
    /// Deltas whose own signature is wrong, in order of arrival; no more than `wrongMax`.
    package var wrong: [DeltaID] = []

    /// Enough to say that a site misbehaves.
    package static let wrongMax = 64

    package init() {}
}

extension ReplicaStore {
    package func signatureProgress() throws(ReplicaFault) -> SignatureProgress {
        try self.reading { connection throws(ReplicaFault) in try connection.signatureProgress() }
    }

    package func save(signatureProgress progress: SignatureProgress) throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                let connection = try transaction.connection
                try connection.setMeta(.checkedSignatures, progress.checked)
                guard !progress.wrong.isEmpty else { return }
                try connection.setMeta(.wrongSignatures, progress.wrong.flatMap(\.bytes))
            }
        }
    }
}

extension Connection {
    func signatureProgress() throws(ReplicaFault) -> SignatureProgress {
        var progress = SignatureProgress()
        progress.checked = try self.metaInteger(.checkedSignatures) ?? 0
        let bytes = try self.metaBytes(.wrongSignatures) ?? []
        for start in stride(from: 0, to: bytes.count, by: Digest256.byteCount) {
            let end = min(start + Digest256.byteCount, bytes.count)
            guard let id = DeltaID(bytes[start..<end]) else {
                throw .damaged("the list of wrong signatures")
            }
            progress.wrong.append(id)
        }
        return progress
    }

    /// The alarm for wrong signatures, by site in order; empty while there is none.
    func signatureAlarms() throws(ReplicaFault) -> [LogAlarm] {
        var bySite: [SiteID: [DeltaID]] = [:]
        for id in try self.signatureProgress().wrong {
            let statement = try self.prepare("SELECT author_id FROM delta WHERE id = ?")
            defer { statement.reset() }
            statement.bind(1, id.bytes)
            guard try statement.step() else { continue }
            bySite[try self.author(row: statement.integer(0)).site, default: []].append(id)
        }
        return bySite.keys.sorted().map { .wrongSignature($0, ids: bySite[$0] ?? []) }
    }
}
