import Foundation

/// A folder of its own for one run, closed to others, removed with all that is in it.
final class BenchFolder {
    let path: String
    /// Where the records of incarnations are kept: they count only on a tmpfs.
    let records: String

    init(in parent: String) throws {
        let name = "baton-bench-\(ProcessInfo.processInfo.processIdentifier)"
        self.path = parent + "/" + name
        self.records = "/dev/shm/" + name
        do {
            try FileManager.default.createDirectory(
                atPath: self.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw BenchFault("\(parent) takes no new folder: choose another with --dir")
        }
    }

    deinit {
        // What cannot be removed is left where the person can see it.
        try? FileManager.default.removeItem(atPath: self.path)
        try? FileManager.default.removeItem(atPath: self.records)
    }

    static func bytes(ofFileAt path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
}
