import BatonAPI
import Foundation

/// Plays the story at three real nodes, and reads from them what became of it.
package struct DemoRun {
    private let story = DemoStory.night
    private let program: String
    private let keep: String?
    private let cleanup: DemoCleanup
    private let say: (String) -> Void
    private var report = DemoReport()
    /// Case ids by the story's words.
    private var cases: [String: String] = [:]
    /// Ids of the deltas whose commit a node has confirmed.
    private var acknowledged: [String] = []

    private static let pollsMax = 3000

    /// - Parameters:
    ///   - program: This very program, to run its nodes.
    ///   - keep: A folder to use and to leave; nil takes a temporary one, which `cleanup` removes.
    ///   - cleanup: To be run by the caller at the end, whatever happens.
    ///   - say: Told each phase as it ends.
    package init(program: String, keep: String?, cleanup: DemoCleanup, say: @escaping (String) -> Void) {
        self.program = program
        self.keep = keep
        self.cleanup = cleanup
        self.say = say
    }

    /// - Returns: What was found, and where the cut-off site's desk is.
    /// - Throws: `demo.…`, or what a node refused.
    package mutating func play() async throws(NodeFault) -> (report: DemoReport, desk: Desk) {
        let started = ContinuousClock.now
        let team = try DemoTeam(self.story, folder: try self.folder())
        try await team.start(self.program, cleanup: self.cleanup)
        try await self.waitForLinks(team)
        let places = team.sites.map { "\($0.name) \($0.processID) at \($0.address)" }.joined(separator: ", ")
        self.end("start", started, "Three sites, three processes: \(places).")
        try await self.writeCaseload(team)
        try await self.cut(team)
        let divided = try await self.workApart(team)
        try await self.heal(team)
        try await self.check(team, divided)
        return (self.report, Desk(folder: team.cutSite.folder, person: self.story.sites[0].people[0].name))
    }

    /// Where the demo leaves a person.
    package struct Desk: Sendable {
        package let folder: NodeFolder
        package let person: String
    }

    package func text(_ report: DemoReport) -> [String] {
        DemoText(report: report, cutSite: self.story.cutSite).lines
    }

    // Phases.

    private mutating func folder() throws(NodeFault) -> String {
        let path: String
        if let keep = self.keep {
            path = NodeFolder(keep).path
            let entries = try? FileManager.default.contentsOfDirectory(atPath: path)
            guard entries?.isEmpty ?? true else {
                throw NodeFault(
                    code: "demo.folder", "The folder \(Quoted.name(path)) is not empty.",
                    hint: "Name a new one, or leave --keep out.", exit: .usage)
            }
            self.report.folder = path
        } else {
            let name = UUID().uuidString.prefix(8).lowercased()
            path = NodeFolder(FileManager.default.temporaryDirectory.path).path + "/baton-demo-\(name)"
        }
        try Files.makePrivateFolder(path)
        if self.keep == nil { self.cleanup.owns(folder: path) }
        return path
    }

    private mutating func writeCaseload(_ team: DemoTeam) async throws(NodeFault) {
        let started = ContinuousClock.now
        for step in self.story.before { try await self.perform(step, team) }
        try await self.waitUntilEqual(team.sites, team)
        let text =
            "\(self.cases.count) cases, \(self.acknowledged.count) changes; all three replicas are equal."
        self.end("caseload", started, text)
    }

    private mutating func cut(_ team: DemoTeam) async throws(NodeFault) {
        let started = ContinuousClock.now
        let cut = team.cutSite
        var reply = try await self.ask(team.client(cut)) { client throws(APIFault) in try await client.sync()
        }
        for site in team.others {
            reply = try await self.ask(team.client(cut)) { client throws(APIFault) in
                try await client.pause(site.name)
            }
            _ = try await self.ask(team.client(site)) { client throws(APIFault) in
                try await client.pause(cut.name)
            }
        }
        let states = reply.peers.map { "\($0.site) \($0.state)" }.joined(separator: ", ")
        self.end("cut", started, "\(cut.name) is cut off. It sees: \(states).")
    }

    private mutating func workApart(_ team: DemoTeam) async throws(NodeFault) -> DividedLog {
        let started = ContinuousClock.now
        let before = self.acknowledged.count
        for step in self.story.whileCut { try await self.perform(step, team) }
        try await self.waitUntilEqual(team.others, team)
        let divided = DividedLog(
            cutSite: try await self.snapshot(team.cutSite, team),
            others: try await self.snapshot(team.others[0], team))
        self.report.onlyAtCutSite = divided.onlyAtCutSite.count
        self.report.onlyAtOthers = divided.onlyAtOthers.count
        let text =
            "\(self.acknowledged.count - before) changes on both sides: "
            + "\(divided.onlyAtCutSite.count) only at \(team.cutSite.name), \(divided.onlyAtOthers.count) only at "
            + "\(team.others.map(\.name).joined(separator: " and "))."
        self.end("work apart", started, text)
        return divided
    }

    private mutating func heal(_ team: DemoTeam) async throws(NodeFault) {
        let started = ContinuousClock.now
        let cut = team.cutSite
        for site in team.others {
            _ = try await self.ask(team.client(site)) { client throws(APIFault) in
                try await client.resume(cut.name)
            }
            _ = try await self.ask(team.client(cut)) { client throws(APIFault) in
                try await client.resume(site.name)
            }
        }
        try await self.waitUntilEqual(team.sites, team)
        self.end("heal", started, "\(cut.name) is back; the three logs are equal.")
    }

    private mutating func check(_ team: DemoTeam, _ divided: DividedLog) async throws(NodeFault) {
        let started = ContinuousClock.now
        var healed: SiteSnapshot?
        for site in team.sites {
            let snapshot = try await self.snapshot(site, team)
            self.report.replicas.append(try await self.replica(site, snapshot, team))
            if site.name == team.cutSite.name { healed = snapshot }
        }
        self.report.acknowledged = self.acknowledged.count
        if let healed {
            let reader = DemoReader(divided: divided, healed: healed)
            self.report.people = reader.people
            self.report.merged = reader.merged
            self.report.unseen = reader.unseen
        }
        let client = team.client(team.cutSite)
        self.report.conflicts = try await self.ask(client) { client throws(APIFault) in
            try await client.conflicts().conflicts
        }
        self.report.problems = self.report.findProblems()
        self.end(
            "check", started, "Digests, signatures and the fate of every change read back from the nodes.")
    }

    private func replica(
        _ site: DemoSite, _ snapshot: SiteSnapshot, _ team: DemoTeam
    ) async throws(NodeFault) -> DemoReport.Replica {
        let (digest, verdict, status) = try await self.ask(team.client(site)) { client throws(APIFault) in
            (try await client.digest(), try await client.verify(), try await client.status())
        }
        let here = snapshot.deltaIDs
        return DemoReport.Replica(
            site: site.name, processID: Int(site.processID), address: site.address,
            documents: digest.documents,
            deltas: digest.deltas, waiting: status.counts.waiting, stateDigest: digest.stateDigest,
            logDigest: digest.logDigest, isSound: verdict.isSound, signatureChecks: verdict.signatureChecks,
            problem: verdict.problem, lost: self.acknowledged.count { !here.contains($0) })
    }

    // Steps.

    private mutating func perform(_ step: DemoStory.Step, _ team: DemoTeam) async throws(NodeFault) {
        let client = team.client(of: step.person)
        let reply: ChangeReply
        switch step.act {
        case .open(let word, let new):
            reply = try await self.ask(client) { client throws(APIFault) in try await client.create(new) }
            self.cases[word] = reply.detail.summary.id
        case .change(let word, let operations, let note):
            guard let id = self.cases[word] else { preconditionFailure("the story has no case \(word) yet") }
            try await self.waitForCase(id, at: client)
            let change = ChangeRequest(operations: operations, note: note)
            reply = try await self.ask(client) { client throws(APIFault) in
                try await client.change(id, change)
            }
        }
        self.acknowledged += reply.deltas
    }

    private func ask<Value>(
        _ client: OperatorClient, _ body: (OperatorClient) async throws(APIFault) -> Value
    ) async throws(NodeFault) -> Value {
        do throws(APIFault) { return try await body(client) } catch {
            throw NodeFault(
                code: error.code, error.message, hint: error.hint,
                exit: ExitCode(rawValue: error.exit) ?? .failed)
        }
    }

    private mutating func end(_ name: String, _ started: ContinuousClock.Instant, _ text: String) {
        let milliseconds = started.duration(to: .now).milliseconds
        self.report.phases.append(DemoReport.Phase(name: name, milliseconds: milliseconds))
        let line = "[\(DemoText.seconds(milliseconds)) s] \(text)"
        for line in DemoText.wrapped(line, indent: 8) { self.say(line) }
    }

    // Waiting and looking.

    private func waitForLinks(_ team: DemoTeam) async throws(NodeFault) {
        try await self.wait("the nodes do not find each other") { () throws(NodeFault) in
            for site in team.sites {
                let reply = try await self.ask(team.client(site)) { client throws(APIFault) in
                    try await client.sync()
                }
                let live = reply.peers.filter { $0.state == "live" }
                guard live.count == team.sites.count - 1 else { return false }
            }
            return true
        }
    }

    /// It may have been opened at another site a moment ago.
    private func waitForCase(_ id: String, at client: OperatorClient) async throws(NodeFault) {
        try await self.wait("a case of another site has not arrived") { () throws(NodeFault) in
            try await self.ask(client) { client throws(APIFault) in
                do throws(APIFault) { _ = try await client.show(id) } catch {
                    guard error.code == APIFaultKind.noSuchCase.code else { throw error }
                    return false
                }
                return true
            }
        }
    }

    private func waitUntilEqual(_ sites: [DemoSite], _ team: DemoTeam) async throws(NodeFault) {
        try await self.wait("the replicas do not become equal") { () throws(NodeFault) in
            var digests: Set<String> = []
            for site in sites {
                let status = try await self.ask(team.client(site)) { client throws(APIFault) in
                    try await client.status()
                }
                guard status.counts.waiting == 0 else { return false }
                digests.insert(status.logDigest)
            }
            return digests.count == 1
        }
    }

    private func wait(
        _ complaint: String, until isDone: () async throws(NodeFault) -> Bool
    ) async throws(NodeFault) {
        for _ in 0..<Self.pollsMax {
            if try await isDone() { return }
            // Cancelled: the next looks follow at once, and the end is near.
            try? await Task.sleep(for: .milliseconds(20))
        }
        throw NodeFault(
            code: "demo.stuck", "After a minute \(complaint).",
            hint: "Run it with --keep DIR and look into the nodes' node.log files.")
    }

    private func snapshot(_ site: DemoSite, _ team: DemoTeam) async throws(NodeFault) -> SiteSnapshot {
        try await self.ask(team.client(site)) { client throws(APIFault) in
            var cases: [SiteSnapshot.Case] = []
            for summary in try await client.queue(QueueQuery(.all, limit: 500)).cases {
                cases.append(
                    SiteSnapshot.Case(
                        detail: try await client.show(summary.id).detail,
                        deltas: try await client.log(summary.id).deltas,
                        timeline: try await client.timeline(summary.id, limit: 500).entries))
            }
            return SiteSnapshot(cases: cases)
        }
    }
}
