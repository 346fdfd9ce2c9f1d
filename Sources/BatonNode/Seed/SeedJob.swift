package import BatonAPI
package import BatonModel

/// Fills a node with believable cases, for demonstrations, exercises and measurements. All of it is invented.
package struct SeedJob: Sendable {
    package struct Options: Sendable {
        /// Cases of the whole team.
        package var cases: Int
        package var seed: UInt64
        /// How far back the oldest one came in.
        package var days = 180
        /// Milliseconds since 1970 that count as now. The same moment makes the same cases at every site.
        package var now: Int64
        /// The sites among which the cases are divided; nil writes all of them here.
        package var split: SiteSplit?
        package var progress = ImportProgress.Style.silent

        package init(cases: Int, seed: UInt64, now: Int64) {
            self.cases = cases
            self.seed = seed
            self.now = now
        }
    }

    private let client: OperatorClient
    private let options: Options
    private let hashing: any Hashing

    package init(_ client: OperatorClient, options: Options, hashing: any Hashing) {
        self.client = client
        self.options = options
        self.hashing = hashing
    }

    /// Writes the cases of this site; what is here already is not written again.
    package func run() async throws(NodeFault) -> ImportSummary {
        let started = ContinuousClock.now
        let status: StatusReply
        do throws(APIFault) { status = try await self.client.status() } catch {
            throw NodeFault(
                code: error.code, error.message, hint: error.hint,
                exit: ExitCode(rawValue: error.exit) ?? .failed)
        }
        var sink = try ImportSink(self.client, rejects: "seed-rejects.csv")
        sink.begin(site: status.site)
        var progress = ImportProgress(self.options.progress)
        for number in 1...self.options.cases {
            sink.countRow()
            progress.show(done: number, total: self.options.cases, rows: number)
            if let split = self.options.split,
                split.site(of: "seed \(number)", hashing: self.hashing).description != status.site
            {
                sink.countElsewhere()
                continue
            }
            var made = SeedCase(
                seed: self.options.seed, number: number, now: self.options.now, days: self.options.days,
                hashing: self.hashing)
            for (index, entry) in made.entries(owner: status.operatorName).enumerated() {
                try await sink.add(entry, index == 0 ? .header : .entry, source: "seed", line: number)
            }
        }
        try await sink.flush()
        progress.end()
        return sink.finish(milliseconds: started.duration(to: .now).milliseconds)
    }
}
