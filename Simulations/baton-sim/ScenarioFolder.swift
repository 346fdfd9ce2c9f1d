import Foundation

/// A folder of scenario files.
enum ScenarioFolder {
    private static let usual = "Simulations/scenarios"

    /// The files of a folder, or of the project's own where none is named.
    static func pathsAtHand(_ folder: String?) throws -> [String] {
        if let folder { return try Self.paths(folder) }
        guard FileManager.default.fileExists(atPath: Self.usual) else {
            Channel.tell(
                "There is no folder \(Self.usual) here: no scenarios are played. Name it by --scenarios.")
            return []
        }
        return try Self.paths(Self.usual)
    }

    /// Sorted by name.
    static func paths(_ folder: String) throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw Complaint("There is no folder \"\(folder)\". Name the one that holds the scenarios.")
        }
        return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
    }
}
