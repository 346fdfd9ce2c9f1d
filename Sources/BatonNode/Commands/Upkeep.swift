package import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// What the commands do that have a data folder to themselves. Where a node holds it, they fail with
/// `store.locked`.
package enum Upkeep {
    package struct Digests: Codable, Sendable, Equatable {
        package let site: String
        package let stateDigest: String
        package let logDigest: String
        package let documents: Int
        package let deltas: Int
        package let unread: Int
    }

    package struct RebuildReport: Codable, Sendable, Equatable {
        package let before: Digests
        package let after: Digests
        package let deltasFolded: Int
        package var isEqual: Bool { self.before == self.after }
    }

    package struct LogReport: Codable, Sendable, Equatable {
        package let site: String
        package let isSound: Bool
        package let authors: Int
        package let deltas: Int
        package let signatureChecks: Int
        package let partsOpened: Int
        package let problem: String?
        package let alarms: [AlarmView]
    }

    package static func digests(_ folder: NodeFolder) throws(NodeFault) -> Digests {
        let (keys, store, _) = try NodeOpening.offline(folder)
        defer { store.close() }
        do throws(ReplicaFault) { return try Self.digests(store, keys.site) } catch { throw NodeFault(error) }
    }

    /// Checks the whole log: ids, every signature, chains, commitments, audit.
    package static func verifyLog(_ folder: NodeFolder) throws(NodeFault) -> LogReport {
        let (keys, store, membership) = try NodeOpening.offline(folder)
        defer { store.close() }
        do throws(ReplicaFault) {
            let finding = try LogVerifier(store: store, membership: membership, sealing: keys.vault.cipher)
                .run()
            return LogReport(
                site: keys.site.description, isSound: finding.problem == nil, authors: finding.authors,
                deltas: finding.deltas, signatureChecks: finding.signatureChecks,
                partsOpened: finding.partsOpened,
                problem: finding.problem, alarms: finding.alarms.map { AlarmView($0) })
        } catch {
            throw NodeFault(error)
        }
    }

    /// Folds the log again and compares.
    package static func rebuild(_ folder: NodeFolder) throws(NodeFault) -> RebuildReport {
        let (keys, store, membership) = try NodeOpening.offline(folder)
        defer { store.close() }
        // Nothing is authored in a rebuild, so the author only stands in for the site whose clearances count.
        let context = ReplicaContext(
            author: Author(site: keys.site, incarnation: Incarnation(counter: 0, nonce: 0)),
            previousHead: .none,
            membership: membership, fold: Fold(table: DeskFieldTable.current), hashing: Blake2b(),
            sealing: keys.vault.cipher, signing: keys.vault.signingKey, entropy: KernelEntropy())
        do throws(ReplicaFault) {
            let before = try Self.digests(store, keys.site)
            let count = try Rebuild(store: store, context: context).run()
            return RebuildReport(
                before: before, after: try Self.digests(store, keys.site), deltasFolded: count)
        } catch {
            throw NodeFault(error)
        }
    }

    private static func digests(_ store: ReplicaStore, _ site: SiteID) throws(ReplicaFault) -> Digests {
        let state = try store.stateDigest()
        let counts = try store.counts()
        return Digests(
            site: site.description, stateDigest: state.digest.description,
            logDigest: try store.logDigest().description, documents: state.documents, deltas: counts.deltas,
            unread: counts.unread)
    }

    // Configuration.

    /// Reads the settings of a node: a named file, else `node.yaml` in the folder, else the defaults.
    ///
    /// - Throws: `config.refused` with every complaint, one a line.
    package static func configuration(
        file: String?, folder: NodeFolder?
    ) throws(NodeFault) -> NodeConfiguration {
        let path = file ?? folder.flatMap { Files.exists($0.settings) ? $0.settings : nil }
        guard let path else { return NodeConfiguration() }
        switch ConfigurationDecoder.decode(try Files.readText(path, bytesMax: ConfigurationDecoder.bytesMax))
        {
        case .success(let configuration): return configuration
        case .failure(let issues):
            let lines = issues.list.map { "\(path):\($0.line): \($0.message) \($0.hint)" }
            throw NodeFault(
                code: "config.refused", "The configuration was refused:\n\(lines.joined(separator: "\n"))",
                hint: "Correct the file, then run baton config check.", exit: .usage)
        }
    }
}
