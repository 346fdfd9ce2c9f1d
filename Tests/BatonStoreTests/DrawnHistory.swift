import BatonEngine
import BatonModel
import BatonSimulator

@testable import BatonStore

/// Deltas of several sites, some of them forked, in the order in which they were authored, and all their keys.
struct DrawnHistory {
    let team: SimulatedTeam
    var deltas: [Delta]
    let keys: [BareKey]

    init(seed: UInt64, steps: Int, documentCount: Int) {
        let team = SimulatedTeam()
        var generator = HistoryGenerator(seed: seed, team: team, documentCount: documentCount)
        let peers = team.sites.map { ReplicaPeer(team.context($0)) }
        let authored = generator.run(peers, steps: steps)
        var all: [BareKey] = []
        for entry in authored {
            for key in BatonStoreTests.keys(for: [entry.delta], in: entry.by.replica) where !all.contains(key)
            {
                all.append(key)
            }
        }
        self.team = team
        self.deltas = authored.map(\.delta)
        self.keys = all
    }

    func batch(_ range: Range<Int>) -> IncomingBatch {
        IncomingBatch(from: self.team.sites[1], deltas: Array(self.deltas[range]), keys: self.keys)
    }
}

/// The rows of tables as text, sorted within each.
///
/// - Parameter tables: For each table an expression that gives one text a row.
func textRows(_ store: ReplicaStore, _ tables: KeyValuePairs<String, String>) throws -> [String] {
    var rows: [String] = []
    for (table, columns) in tables {
        rows += try store.reading { (connection) throws(ReplicaFault) in
            let statement = try connection.prepare("SELECT \(columns) FROM \(table) ORDER BY 1")
            defer { statement.reset() }
            var found: [String] = []
            while try statement.step() { found.append("\(table): \(statement.text(0))") }
            return found
        }
    }
    return rows
}
