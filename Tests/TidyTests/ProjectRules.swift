extension Rule {
    static let errorCodes = Rule(name: "every error code is explained in docs/operations.md") { repository in
        let handbook = repository.text(of: "docs/operations.md") ?? ""
        let known = Set(
            handbook.split { !$0.isErrorCodeCharacter }.map { $0.last == "." ? $0.dropLast() : $0 })
        return repository.sources.flatMap { file -> [Finding] in
            let isCatalogue = ErrorCodes.isCatalogue(file.name)
            return file.findings(in: file.codeAndStringLines) { _, line in
                let codes = ErrorCodes.declared(on: line, isCatalogue: isCatalogue)
                guard let code = codes.first(where: { !known.contains(Substring($0)) }) else { return nil }
                return "`\(code)` is unknown to docs/operations.md; say there what it means and what to do"
            }
        }
    }

    /// Written in pieces, so that this file may be read by its own rule.
    static let foreignPaths = [
        "/wo" + "rk/", "../sha" + "red/", "/ro" + "ot/", "/tmp/mi" + "ni-", "/tmp/br" + "ief",
    ]

    static let outsidePaths = Rule(name: "no path leads out of the project") { repository in
        repository.files.flatMap { file -> [Finding] in
            guard foreignPaths.contains(where: { file.text.contains($0) }) else { return [] }
            return file.findings(in: file.lines) { _, line in
                guard let path = foreignPaths.first(where: { line.contains($0) }) else { return nil }
                return
                    "`\(path)` exists on one machine only; take it from an argument or the root"
            }
        }
    }

    static let simulationFiles = Rule(name: "every scenario, transcript and regression is used") {
        repository in
        let folders = ["scenarios", "transcripts", "regressions"].map { "Simulations/\($0)/" }
        let texts = repository.files.filter { file in
            file.isSwift || file.path.hasSuffix(".py") || file.name == "Makefile"
        }
        return repository.files.compactMap { file in
            guard folders.contains(where: { file.path.hasPrefix($0) }), file.name != "README.md" else {
                return nil
            }
            let stem = String(file.name.prefix { $0 != "." })
            guard !texts.contains(where: { $0.path != file.path && $0.text.contains(stem) }) else {
                return nil
            }
            return Finding(
                path: file.path, line: 0, message: "nothing names `\(stem)`; run it from a test, or delete it"
            )
        }
    }

    static let documentLinks = Rule(name: "links between documents lead somewhere") { repository in
        let paths = Set(repository.files.map(\.path))
        return repository.files.filter { $0.path.hasSuffix(".md") }.flatMap { file in
            file.findings(in: file.lines) { _, line in
                let missing = DocumentLinks.targets(on: line).first { target in
                    let path = DocumentLinks.resolve(target, from: file.path)
                    return !paths.contains(path) && !paths.contains { $0.hasPrefix(path + "/") }
                }
                return missing.map { "\($0) does not exist; link to where it went, or drop the link" }
            }
        }
    }
}

/// Where codes such as `store.disk-full` are declared.
enum ErrorCodes {
    /// In the file of an error type each literal of that shape is a code; elsewhere one that is called so.
    static func isCatalogue(_ name: String) -> Bool {
        ["Fault", "Error", "Issue", "Code", "Codes", "UserMessage"].contains { name.hasSuffix($0 + ".swift") }
    }

    static func declared(on line: Substring, isCatalogue: Bool) -> [String] {
        let pieces = line.split(separator: "\"", omittingEmptySubsequences: false)
        guard pieces.count >= 3 else { return [] }
        return stride(from: 1, to: pieces.count - 1, by: 2).compactMap { index in
            guard isCode(pieces[index]) else { return nil }
            let before = pieces[index - 1]
            let isNamed = [
                "code: ", "Code(", "Code(rawValue: ", ".badValue, ", ".notFound, ", ".refused, ", ".choice, ",
                ".secondPerson, ",
            ].contains { before.hasSuffix($0) }
            return isCatalogue || isNamed ? String(pieces[index]) : nil
        }
    }

    private static func isCode(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let family = parts.first, let name = parts.last else { return false }
        let isFamily =
            !family.isEmpty && family.utf8.allSatisfy { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }
        return isFamily && !name.isEmpty && name.allSatisfy { $0.isErrorCodeCharacter && $0 != "." }
    }
}

extension Character {
    var isErrorCodeCharacter: Bool {
        ("a"..."z").contains(self) || ("0"..."9").contains(self) || self == "-" || self == "."
    }
}

/// Relative links of Markdown: `[text](other.md#part)`.
enum DocumentLinks {
    static func targets(on line: Substring) -> [String] {
        var found: [String] = []
        var rest = line
        while let start = rest.firstRange(of: "](") {
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: ")") else { break }
            let target = rest[..<end].prefix { $0 != "#" && $0 != " " }
            if !target.isEmpty, !target.contains(":"), !target.hasPrefix("/") { found.append(String(target)) }
        }
        return found
    }

    static func resolve(_ target: String, from document: String) -> String {
        var parts = document.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/") where part != "." {
            if part == ".." { if !parts.isEmpty { parts.removeLast() } } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }
}
