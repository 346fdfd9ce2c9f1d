/// Writes figures as OpenMetrics text, version 1.0.0.
///
/// Families come in the order given, samples in the order given; the same figures give the same bytes.
/// - Source: OpenMetrics 1.0.0, section "Text format"; names after Prometheus' conventions (base units,
///   `_total` for counters).
struct MetricsText {
    static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    enum Kind: String {
        case gauge
        case counter
        case info
    }

    struct Sample {
        let labels: [(String, String)]
        let value: String

        init(_ value: some BinaryInteger) { self.init([], value) }

        init(_ labels: [(String, String)], _ value: some BinaryInteger) {
            self.labels = labels
            self.value = "\(value)"
        }

        /// - Parameter milliseconds: Written as seconds with three digits.
        init(_ labels: [(String, String)] = [], milliseconds: some BinaryInteger) {
            let (whole, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
            let digits = "\(rest)"
            let padded = String(repeating: "0", count: 3 - digits.count) + digits
            self.labels = labels
            self.value = "\(milliseconds < 0 ? "-" : "")\(whole).\(padded)"
        }
    }

    private var lines: [String] = []

    /// - Parameter name: Without `_total` and `_info`, which the format adds to the samples.
    mutating func add(
        _ name: String, _ kind: Kind, unit: String? = nil, _ help: String, _ samples: [Sample]
    ) {
        guard !samples.isEmpty else { return }
        self.lines.append("# TYPE \(name) \(kind.rawValue)")
        if let unit {
            precondition(name.hasSuffix("_\(unit)"), "the name \(name) must end with its unit \(unit)")
            self.lines.append("# UNIT \(name) \(unit)")
        }
        self.lines.append("# HELP \(name) \(Self.escaped(help))")
        let suffix =
            switch kind {
            case .gauge: ""
            case .counter: "_total"
            case .info: "_info"
            }
        for sample in samples {
            let labels = sample.labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
            self.lines.append("\(name)\(suffix)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)")
        }
    }

    /// The whole text with its end mark.
    var text: String { (self.lines + ["# EOF"]).joined(separator: "\n") + "\n" }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.append(character)
            }
        }
        return out
    }
}
