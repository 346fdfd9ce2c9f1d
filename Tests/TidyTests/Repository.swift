import Foundation

/// One text file: its path from the root, its text, and Swift's code apart from its comments.
struct SourceFile {
    let path: String
    let text: String
    let code: String
    let lines: [Substring]
    let codeLines: [Substring]
    let codeAndStringLines: [Substring]
    let commentLines: [Substring]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        self.lines = Self.split(text)
        let swift = SwiftText(path.hasSuffix(".swift") ? text : "")
        self.code = swift.code
        self.codeLines = Self.split(swift.code)
        self.codeAndStringLines = Self.split(swift.codeAndStrings)
        self.commentLines = Self.split(swift.comments)
    }

    /// `BatonModel` for `Sources/BatonModel/Clock/HybridTime.swift`; empty outside the module folders.
    var module: String {
        let parts = self.path.split(separator: "/")
        let isModuleFolder = ["Sources", "Tests", "Simulations"].contains(parts.first ?? "")
        return parts.count > 2 && isModuleFolder ? String(parts[1]) : ""
    }

    var isSwift: Bool { self.path.hasSuffix(".swift") }
    var isTest: Bool { self.path.hasPrefix("Tests/") }
    var name: String { String(self.path.split(separator: "/").last ?? "") }

    private static func split(_ text: String) -> [Substring] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

/// Every text file that belongs to the project, read once for all rules.
struct Repository {
    let files: [SourceFile]

    /// Found from this file's own place, with symbolic links resolved.
    static let root: URL = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The project as it is on disk, without what was built and what is no text.
    static let project = Repository(files: load())

    private static let topLevel = [
        "Sources", "Tests", "Simulations", "config", "docs", ".ci",
        "Package.swift", "README.md", "Makefile", ".swift-format", ".editorconfig", ".gitignore",
    ]

    private static func load() -> [SourceFile] {
        topLevel.flatMap { paths(under: $0) }.sorted().compactMap { path in
            guard let data = try? Data(contentsOf: root.appending(path: path)) else { return nil }
            // A binary vector or a kept database is no text.
            guard let text = String(data: data, encoding: .utf8) else { return nil }
            return SourceFile(path: path, text: text)
        }
    }

    private static func paths(under path: String) -> [String] {
        let full = root.appending(path: path).path
        guard FileManager.default.fileExists(atPath: full) else { return [] }
        // What cannot be listed is a file.
        guard let inside = try? FileManager.default.contentsOfDirectory(atPath: full) else { return [path] }
        return inside.filter { $0 != "__pycache__" && !$0.hasPrefix(".build") && $0 != ".DS_Store" }
            .flatMap { paths(under: path + "/" + $0) }
    }

    var swift: [SourceFile] { self.files.filter(\.isSwift) }
    var sources: [SourceFile] { self.swift.filter { !$0.isTest && $0.path.contains("/") } }

    func text(of path: String) -> String? { self.files.first { $0.path == path }?.text }
}
