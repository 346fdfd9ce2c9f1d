import Foundation

/// A folder of scenario files.
enum ScenarioFolder {
    /// Sorted by name.
    static func paths(_ folder: String) throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw Complaint("There is no folder \"\(folder)\". Name the one that holds the scenarios.")
        }
        return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
    }
}
