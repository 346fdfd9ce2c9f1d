import Foundation

/// Budgets by benchmark and figure: `{"merge": {"ratio": {"min": 0.65}}}`.
struct Thresholds {
    private struct Bound: Decodable {
        let min: Double?
        let max: Double?
    }

    private let bounds: [String: [String: Bound]]

    init(_ path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw BenchFault("the thresholds \(path) cannot be read", isUsage: true)
        }
        do {
            self.bounds = try JSONDecoder().decode([String: [String: Bound]].self, from: data)
        } catch {
            throw BenchFault("the thresholds \(path) do not decode: \(error)", isUsage: true)
        }
    }

    /// Lists what a result misses, in words; a figure that the result lacks is missed too.
    func missed(by result: BenchResult) -> [String] {
        var missed: [String] = []
        for (key, bound) in (self.bounds[result.name] ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let value = result[key] else {
                missed.append("\(result.name).\(key) was not measured")
                continue
            }
            if let least = bound.min, value < least {
                missed.append("\(result.name).\(key) \(value) < \(least)")
            }
            if let most = bound.max, value > most {
                missed.append("\(result.name).\(key) \(value) > \(most)")
            }
        }
        return missed
    }
}
