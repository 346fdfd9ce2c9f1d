/// The figures of one benchmark, in the order in which they are told.
struct BenchResult {
    enum Figure {
        case count(Int)
        case real(Double)
        case flag(Bool)
        case text(String)
    }

    let name: String
    private(set) var figures: [(key: String, figure: Figure)] = []

    init(_ name: String) { self.name = name }

    mutating func add(_ key: String, _ value: Int) { self.figures.append((key, .count(value))) }
    mutating func add(_ key: String, _ value: Double) { self.figures.append((key, .real(value))) }
    mutating func add(_ key: String, _ value: Bool) { self.figures.append((key, .flag(value))) }
    mutating func add(_ key: String, _ value: String) { self.figures.append((key, .text(value))) }

    subscript(key: String) -> Double? {
        switch self.figures.first(where: { $0.key == key })?.figure {
        case .count(let value)?: Double(value)
        case .real(let value)?: value
        case .flag(let value)?: value ? 1 : 0
        case .text?, nil: nil
        }
    }

    /// One line of JSON. Keys and texts here are plain words and need no escapes.
    var json: String {
        let pairs = self.figures.map { "\"\($0.key)\":\(Self.json($0.figure))" }
        return "{\"benchmark\":\"\(self.name)\"," + pairs.joined(separator: ",") + "}"
    }

    var text: String {
        let width = self.figures.map(\.key.count).max() ?? 0
        let lines = self.figures.map { pair in
            "  " + pair.key + String(repeating: " ", count: width - pair.key.count + 2)
                + Self.plain(pair.figure)
        }
        return ([self.name] + lines).joined(separator: "\n")
    }

    private static func json(_ figure: Figure) -> String {
        if case .text(let text) = figure { return "\"\(text)\"" }
        return Self.plain(figure)
    }

    private static func plain(_ figure: Figure) -> String {
        switch figure {
        case .count(let value): "\(value)"
        case .real(let value): Self.rounded(value)
        case .flag(let value): value ? "true" : "false"
        case .text(let text): text
        }
    }

    /// Three digits behind the point for what is small, none for rates.
    private static func rounded(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        if abs(value) >= 1000 { return "\(Int(value.rounded()))" }
        return "\((value * 1000).rounded() / 1000)"
    }
}

/// Divides; a rate over no time is 0, not infinite.
func perSecond(_ count: Int, _ seconds: Double) -> Double { seconds > 0 ? Double(count) / seconds : 0 }
