import BatonAPI
import BatonModel

/// An entry and the team by which its site is chosen.
struct TeamEntry {
    let entry: BatchEntry
    let team: String
}

/// What one run of an import carries along.
struct ImportRun: ~Copyable {
    private var sink: ImportSink
    private let split: SiteSplit?
    private let site: SiteID?
    private let hashing: any Hashing
    private var progress: ImportProgress
    private let bytesTotal: Int
    private var bytesBefore = 0
    private let started = ContinuousClock.now

    init(
        sink: consuming ImportSink, split: SiteSplit?, site: SiteID?, hashing: any Hashing,
        progress: ImportProgress,
        bytesTotal: Int
    ) {
        self.sink = sink
        self.split = split
        self.site = site
        self.hashing = hashing
        self.progress = progress
        self.bytesTotal = bytesTotal
        self.sink.begin(site: site?.description)
    }

    /// - Returns: The next row that is well-formed; those that are not go to the rejects.
    mutating func nextRow(_ table: CSVTable) throws(NodeFault) -> CSVTable.Row? {
        while let item = try table.nextItem() {
            self.sink.countRow()
            self.show(table.bytesRead)
            switch item {
            case .row(let row): return row
            case .reject(let reject): try self.sink.reject(table.path, reject)
            }
        }
        return nil
    }

    mutating func show(_ bytesRead: Int) {
        self.progress.show(
            done: self.bytesBefore + bytesRead, total: self.bytesTotal, rows: self.sink.summary.rows)
    }

    mutating func endFile(_ bytesRead: Int) { self.bytesBefore += bytesRead }

    /// Writes an entry, or leaves it to the site of its team.
    mutating func add(_ entry: TeamEntry, _ kind: ImportSink.Kind, _ path: String, _ line: Int)
        async throws(NodeFault)
    {
        let owner = self.split?.site(of: entry.team, hashing: self.hashing)
        // Without a node there is no site to write for: a dry run then counts every row.
        guard let owner, let site = self.site, owner != site else {
            return try await self.sink.add(entry.entry, kind, source: path, line: line)
        }
        self.sink.countElsewhere()
    }

    mutating func reject(_ path: String, _ line: Int, _ fault: RowFault) throws(NodeFault) {
        try self.sink.reject(path, CSVScanner.Reject(line: line, reason: fault.reason))
    }

    mutating func finish() async throws(NodeFault) -> ImportSummary {
        try await self.sink.flush()
        self.progress.end()
        return self.sink.finish(milliseconds: self.started.duration(to: .now).milliseconds)
    }
}
