import BatonAPI

/// What the demo found when it looked at the nodes: nothing in it was known beforehand.
package struct DemoReport: Codable, Sendable, Equatable {
    package struct Phase: Codable, Sendable, Equatable {
        let name: String
        let milliseconds: Int64
    }

    package struct Person: Codable, Sendable, Equatable {
        let name: String
        let site: String
        let changes: Int
        let cases: Int
        /// `note 3, tags 1`: operations by field, the most frequent first.
        let what: String
    }

    /// A field or list that both sides changed and that needs nobody.
    package struct Merged: Codable, Sendable, Equatable {
        let ref: String
        let title: String
        let what: String
    }

    package struct Unseen: Codable, Sendable, Equatable {
        let ref: String
        let title: String
        let closedBy: Authorship
        let count: Int
        let updates: [Update]
    }

    package struct Update: Codable, Sendable, Equatable {
        let written: Authorship
        let what: String
    }

    package struct Replica: Codable, Sendable, Equatable {
        let site: String
        let processID: Int
        let address: String
        let documents: Int
        let deltas: Int
        let waiting: Int
        let stateDigest: String
        let logDigest: String
        let isSound: Bool
        let signatureChecks: Int
        let problem: String?
        /// Of the acknowledged deltas, those that are not here.
        let lost: Int
    }

    var phases: [Phase] = []
    var people: [Person] = []
    var acknowledged = 0
    var onlyAtCutSite = 0
    var onlyAtOthers = 0
    var merged: [Merged] = []
    var conflicts: [ConflictView] = []
    var unseen: [Unseen] = []
    var replicas: [Replica] = []
    /// Where everything is, if it was kept.
    var folder: String?

    /// What is wrong; empty when the demo ended well.
    package internal(set) var problems: [String] = []

    /// Judges what was found.
    func findProblems() -> [String] {
        var problems: [String] = []
        if Set(self.replicas.map(\.stateDigest)).count > 1 {
            problems.append("The replicas' states are not equal.")
        }
        if Set(self.replicas.map(\.logDigest)).count > 1 {
            problems.append("The replicas' logs are not equal.")
        }
        for replica in self.replicas {
            if replica.lost > 0 {
                problems.append("\(replica.lost) acknowledged deltas are lost at \(replica.site).")
            }
            if replica.waiting > 0 {
                problems.append("\(replica.waiting) deltas still wait at \(replica.site).")
            }
            if !replica.isSound {
                problems.append(
                    "The log of \(replica.site) is not sound: \(replica.problem ?? "no reason was given").")
            }
        }
        return problems
    }
}
