import BatonStore

/// Durable authoring: single changes, groups that share a commit, and what the disk alone would allow.
struct AuthorBenchmark {
    let deltas: Int
    let singles: Int
    let seed: UInt64
    let settings: ReplicaSettings
    let progress: Progress

    /// Orders that share a commit: a burst of a busy desk.
    private static let group = 64
    private static let syncs = 500
    private static let firstMilliseconds: UInt64 = 1_760_000_000_000

    func run(in folder: BenchFolder) throws -> BenchResult {
        let site = try BenchSite(0, of: try BenchTeam(seed: self.seed), in: folder, self.settings)
        var generator = CaseGenerator(seed: self.seed)
        var wall = Self.firstMilliseconds
        let before = try RawSync.times(in: folder.path, count: Self.syncs)
        var single: [Double] = []
        for number in 1...self.singles {
            let change = generator.next()
            var watch = Stopwatch()
            try watch.time { try site.author([change], wall: wall) }
            single.append(watch.seconds)
            wall += 450
            if number % 100 == 0 { self.progress.show("authored", number, of: self.singles) }
        }
        let after = try RawSync.times(in: folder.path, count: Self.syncs)
        var grouped = Stopwatch()
        var commits: [Double] = []
        var done = 0
        while done < self.deltas {
            let changes = (0..<min(Self.group, self.deltas - done)).map { _ in generator.next() }
            let start = grouped.seconds
            try grouped.time { try site.author(changes, wall: wall) }
            commits.append(grouped.seconds - start)
            done += changes.count
            wall += UInt64(changes.count) * 450
            self.progress.show("authored in groups", done, of: self.deltas)
        }
        self.progress.clear()
        return self.report(
            site, raw: before + after, single: single, commits: commits, grouped: grouped)
    }

    private func report(
        _ site: BenchSite, raw: [Double], single: [Double], commits: [Double], grouped: Stopwatch
    ) -> BenchResult {
        let rawTimes = Percentiles(raw)
        let singleTimes = Percentiles(single)
        let commitTimes = Percentiles(commits)
        var result = BenchResult("author")
        result.add("deltas", self.deltas)
        result.add("singles", self.singles)
        result.add("seed", Int(self.seed))
        result.add("incarnation_recorded", site.isRecorded)
        result.add("single_p50_milliseconds", singleTimes[0.5] * 1000)
        result.add("single_p99_milliseconds", singleTimes[0.99] * 1000)
        result.add("single_per_second", perSecond(single.count, single.reduce(0, +)))
        result.add("group_orders", Self.group)
        result.add("group_commit_p50_milliseconds", commitTimes[0.5] * 1000)
        result.add("group_commit_p99_milliseconds", commitTimes[0.99] * 1000)
        result.add("grouped_deltas_per_second", perSecond(self.deltas, grouped.seconds))
        result.add("grouped_processor_seconds", grouped.processorSeconds)
        result.add("raw_sync_per_second", perSecond(raw.count, raw.reduce(0, +)))
        result.add("raw_sync_p50_milliseconds", rawTimes[0.5] * 1000)
        result.add("raw_sync_p99_milliseconds", rawTimes[0.99] * 1000)
        result.add("peak_rss_bytes", ResidentMemory.peakBytes)
        return result
    }
}
