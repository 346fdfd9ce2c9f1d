import BatonDesk
import BatonEncoding
import BatonModel
import BatonStore

/// Opens one case with a long timeline among many, page by page, as a desk shows it.
///
/// What must not grow with the history: the time to the first page, and the memory.
struct OpenBenchmark {
    let entries: Int
    let others: Int
    let seed: UInt64
    let settings: ReplicaSettings
    let progress: Progress

    /// Entries on a page.
    private static let page = 50
    private static let ordersPerCommit = 512
    private static let rounds = 200
    private static let firstMilliseconds: UInt64 = 1_760_000_000_000

    func run(in folder: BenchFolder) throws -> BenchResult {
        let team = try BenchTeam(seed: self.seed)
        var generator = CaseGenerator(seed: self.seed)
        let opening = generator.next()
        let site = try BenchSite(0, of: team, in: folder, self.settings)
        try self.fill(site, opening, &generator)
        site.store.close()
        // Opened anew: what the first page needs is not in memory, except in the kernel's cache of the file.
        var reopening = Stopwatch()
        let again = try reopening.time { try BenchSite(0, of: team, in: folder, self.settings) }
        ResidentMemory.resetPeak()
        let before = ResidentMemory.bytes
        var first = Stopwatch()
        let page = try first.time { try Self.open(opening.document, at: again.store) }
        guard page.entries.count == Self.page else { throw BenchFault("the first page is not full") }
        var repeated: [Double] = []
        for _ in 0..<Self.rounds {
            var watch = Stopwatch()
            _ = try watch.time { try Self.open(opening.document, at: again.store) }
            repeated.append(watch.seconds)
        }
        let openPeak = ResidentMemory.peakBytes
        let (times, read) = try Self.pageThrough(opening.document, at: again.store)
        guard read >= self.entries else { throw BenchFault("paging read \(read) of \(self.entries) entries") }
        let peak = ResidentMemory.peakBytes
        let stateBytes = try again.store.document(opening.document)?.encodedForStorage().count ?? 0
        again.store.close()
        self.progress.clear()
        var result = BenchResult("open")
        result.add("entries", read)
        result.add("other_changes", self.others)
        result.add("page_entries", Self.page)
        result.add("reopen_milliseconds", reopening.seconds * 1000)
        result.add("first_page_milliseconds", first.seconds * 1000)
        result.add("again_p50_milliseconds", Percentiles(repeated)[0.5] * 1000)
        result.add("again_p99_milliseconds", Percentiles(repeated)[0.99] * 1000)
        result.add("page_p50_milliseconds", Percentiles(times)[0.5] * 1000)
        result.add("page_p99_milliseconds", Percentiles(times)[0.99] * 1000)
        result.add("last_page_milliseconds", (times.last ?? 0) * 1000)
        result.add("pages", times.count)
        result.add("state_bytes", stateBytes)
        result.add("rss_growth_open_bytes", max(0, openPeak - before))
        result.add("rss_growth_paging_bytes", max(0, peak - before))
        result.add("peak_rss_bytes", peak)
        return result
    }

    /// One case of many entries, its changes mixed with those of the other cases.
    private func fill(
        _ site: BenchSite, _ opening: CaseChange, _ generator: inout CaseGenerator
    ) throws {
        var random = BenchRandom(seed: self.seed ^ 0xca5e)
        var wall = Self.firstMilliseconds
        try site.author([opening], wall: wall)
        let all = self.entries + self.others
        var noted = 0
        var done = 0
        while done < all {
            var changes: [CaseChange] = []
            for place in done..<min(all, done + Self.ordersPerCommit) {
                // The long case gets its share evenly over the whole history.
                if noted < self.entries, (place + 1) * self.entries >= (noted + 1) * all {
                    noted += 1
                    changes.append(
                        CaseChange(
                            document: opening.document,
                            operations: [
                                CaseChange.operation(.append, CaseField.note, .text(random.words(120)))
                            ]))
                } else {
                    changes.append(generator.next())
                }
            }
            try site.author(changes, wall: wall)
            done += changes.count
            wall += UInt64(changes.count) * 450
            self.progress.show("authored", done, of: all)
        }
    }

    /// What a desk reads to show a case: its state, its summary, its name, the newest page.
    private static func open(_ document: DocumentID, at store: ReplicaStore) throws -> TimelinePage {
        guard try store.document(document) != nil, try store.summary(document) != nil,
            try store.handle(of: document) != nil
        else { throw BenchFault("the long case is not there") }
        return try store.timeline(document, limit: Self.page)
    }

    private static func pageThrough(
        _ document: DocumentID, at store: ReplicaStore
    ) throws -> (times: [Double], entries: Int) {
        var times: [Double] = []
        var read = 0
        var cursor: TimelineCursor?
        repeat {
            var watch = Stopwatch()
            let page = try watch.time { try store.timeline(document, before: cursor, limit: Self.page) }
            times.append(watch.seconds)
            read += page.entries.count
            cursor = page.next
        } while cursor != nil
        return (times, read)
    }
}
