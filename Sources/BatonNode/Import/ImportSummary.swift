/// What an import did.
package struct ImportSummary: Codable, Sendable, Equatable {
    /// The site that wrote; absent in a dry run without a node.
    package var site: String?
    package var isDryRun = false
    /// Rows read, good and bad, headers of the files not counted.
    package var rows = 0
    /// Cases begun here now.
    package var cases = 0
    /// Timeline entries written here now.
    package var entries = 0
    /// Rows that were here already.
    package var known = 0
    /// Rows that other sites are to write.
    package var elsewhere = 0
    package var rejected = 0
    /// Where the rejected rows are told; absent when there are none.
    package var rejectsFile: String?
    package var milliseconds: Int64 = 0

    package init() {}

    package var deltas: Int { self.cases + self.entries }

    package var deltasPerSecond: Int64 {
        self.milliseconds > 0 ? Int64(self.deltas) * 1000 / self.milliseconds : 0
    }

    private enum CodingKeys: String, CodingKey {
        case site, isDryRun, rows, cases, entries, known, elsewhere, rejected, rejectsFile, milliseconds,
            deltas
        case deltasPerSecond
    }

    package func encode(to encoder: any Encoder) throws {
        var box = encoder.container(keyedBy: CodingKeys.self)
        try box.encodeIfPresent(self.site, forKey: .site)
        try box.encode(self.isDryRun, forKey: .isDryRun)
        try box.encode(self.rows, forKey: .rows)
        try box.encode(self.cases, forKey: .cases)
        try box.encode(self.entries, forKey: .entries)
        try box.encode(self.known, forKey: .known)
        try box.encode(self.elsewhere, forKey: .elsewhere)
        try box.encode(self.rejected, forKey: .rejected)
        try box.encodeIfPresent(self.rejectsFile, forKey: .rejectsFile)
        try box.encode(self.milliseconds, forKey: .milliseconds)
        try box.encode(self.deltas, forKey: .deltas)
        try box.encode(self.deltasPerSecond, forKey: .deltasPerSecond)
    }

    package init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: CodingKeys.self)
        self.site = try box.decodeIfPresent(String.self, forKey: .site)
        self.isDryRun = try box.decode(Bool.self, forKey: .isDryRun)
        self.rows = try box.decode(Int.self, forKey: .rows)
        self.cases = try box.decode(Int.self, forKey: .cases)
        self.entries = try box.decode(Int.self, forKey: .entries)
        self.known = try box.decode(Int.self, forKey: .known)
        self.elsewhere = try box.decode(Int.self, forKey: .elsewhere)
        self.rejected = try box.decode(Int.self, forKey: .rejected)
        self.rejectsFile = try box.decodeIfPresent(String.self, forKey: .rejectsFile)
        self.milliseconds = try box.decode(Int64.self, forKey: .milliseconds)
    }

    /// Lines for people.
    package var lines: [String] {
        let verb = self.isDryRun ? "Would write" : "Wrote"
        var lines = [
            "\(verb) \(Self.cases(self.cases)) and \(Self.entries(self.entries))"
                + "\(self.site.map { " at \($0)" } ?? "")."
        ]
        if self.known > 0 { lines.append("\(Self.rows(self.known)) here already.") }
        if self.elsewhere > 0 { lines.append("\(self.elsewhere) more for other sites to write.") }
        if self.rejected > 0, let file = self.rejectsFile {
            lines.append(
                "\(Self.rows(self.rejected)) rejected; lines and reasons are in \(Quoted.name(file)).")
        }
        if !self.isDryRun, self.deltas > 0 {
            let seconds = "\(self.milliseconds / 1000).\(self.milliseconds % 1000 / 100)"
            lines.append("\(self.deltas) deltas in \(seconds) s: \(self.deltasPerSecond)/s.")
        }
        return lines
    }

    private static func cases(_ count: Int) -> String { count == 1 ? "1 case" : "\(count) cases" }
    private static func entries(_ count: Int) -> String { count == 1 ? "1 entry" : "\(count) entries" }
    private static func rows(_ count: Int) -> String { count == 1 ? "1 row was" : "\(count) rows were" }
}
