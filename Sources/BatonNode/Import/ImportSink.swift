import BatonAPI

/// Gathers entries into batches, sends them to the node and counts what became of them.
struct ImportSink: ~Copyable {
    /// What an entry is for: cases and timeline entries are counted apart.
    enum Kind { case header, entry }

    private struct Waiting {
        let entry: BatchEntry
        let kind: Kind
        let source: String
        let line: Int
    }

    private let client: OperatorClient?
    private var waiting: [Waiting] = []
    private var waitingBytes = 0
    private var rejects: RejectsFile
    private(set) var summary = ImportSummary()

    /// Bytes of a request, well under the node's bound for a body.
    private static let bytesMax = 512 * 1024
    private static let tries = 4

    /// - Parameter client: Nil for a dry run: everything is read and judged, nothing is sent.
    /// - Throws: `file.exists`: the rejects would replace somebody's file.
    init(_ client: OperatorClient?, rejects: String) throws(NodeFault) {
        self.client = client
        self.rejects = try RejectsFile(rejects)
        self.summary.isDryRun = client == nil
    }

    mutating func begin(site: String?) { self.summary.site = site }
    mutating func countRow() { self.summary.rows += 1 }
    mutating func countElsewhere() { self.summary.elsewhere += 1 }

    mutating func reject(_ source: String, _ reject: CSVScanner.Reject) throws(NodeFault) {
        try self.rejects.add(source, reject)
        self.summary.rejected = self.rejects.count
        self.summary.rejectsFile = self.rejects.path
    }

    mutating func add(_ entry: BatchEntry, _ kind: Kind, source: String, line: Int) async throws(NodeFault) {
        let bytes = Self.bytes(of: entry)
        if self.waitingBytes + bytes > Self.bytesMax { try await self.flush() }
        self.waiting.append(Waiting(entry: entry, kind: kind, source: source, line: line))
        self.waitingBytes += bytes
        if self.waiting.count == BatchRequest.entriesMax { try await self.flush() }
    }

    /// Sends what waits.
    mutating func flush() async throws(NodeFault) {
        let batch = self.waiting
        self.waiting = []
        self.waitingBytes = 0
        guard !batch.isEmpty else { return }
        guard let client = self.client else {
            for entry in batch { self.count(entry.kind) }
            return
        }
        let reply = try await self.send(batch.map(\.entry), client)
        guard reply.outcomes.count == batch.count else {
            throw NodeFault(
                code: "import.bad-answer",
                "The node answered \(reply.outcomes.count) of \(batch.count) entries.",
                hint: "Check that the node and this program are of one version.")
        }
        for (entry, outcome) in zip(batch, reply.outcomes) {
            switch outcome.state {
            case .authored: self.count(entry.kind)
            case .known: self.summary.known += 1
            case .refused:
                let reason =
                    outcome.error.map { "the node refused it: \($0.message)" } ?? "the node refused it"
                try self.reject(entry.source, CSVScanner.Reject(line: entry.line, reason: reason))
            }
        }
    }

    mutating func finish(milliseconds: Int64) -> ImportSummary {
        self.summary.milliseconds = milliseconds
        return self.summary
    }

    private mutating func count(_ kind: Kind) {
        switch kind {
        case .header: self.summary.cases += 1
        case .entry: self.summary.entries += 1
        }
    }

    /// Sends a batch, again where the answer was lost or the node was busy: its entries are never written
    /// twice.
    private func send(_ entries: [BatchEntry], _ client: OperatorClient) async throws(NodeFault) -> BatchReply
    {
        var pause = Duration.milliseconds(200)
        for round in 1... {
            do throws(APIFault) { return try await client.batch(entries) } catch {
                guard error.exit == ExitCode.tryAgain.rawValue, round < Self.tries else {
                    throw self.fault(error)
                }
            }
            // Cancelled: the next try fails at once.
            try? await Task.sleep(for: pause)
            pause *= 3
        }
        preconditionFailure("a loop without an end ended")
    }

    private func fault(_ fault: APIFault) -> NodeFault {
        let done = self.summary.deltas + self.summary.known
        let hint =
            fault.exit == ExitCode.tryAgain.rawValue
            ? "\(done) rows are safe. Look whether the node runs, then repeat the import: it goes on where it stopped."
            : fault.hint
        return NodeFault(
            code: fault.code, fault.message, hint: hint, exit: ExitCode(rawValue: fault.exit) ?? .failed)
    }

    /// About what the entry takes in a request.
    private static func bytes(of entry: BatchEntry) -> Int {
        entry.operations.reduce(160) { $0 + 80 + Self.bytes(of: $1.value) }
    }

    private static func bytes(of value: APIValue?) -> Int {
        switch value {
        // An escaped character takes up to six.
        case .text(let text): text.utf8.count * 2
        case .list(let list): list.reduce(2) { $0 + Self.bytes(of: $1) }
        case .map(let map): map.values.reduce(2) { $0 + 20 + Self.bytes(of: $1) }
        case .integer, .null, nil: 20
        }
    }
}
