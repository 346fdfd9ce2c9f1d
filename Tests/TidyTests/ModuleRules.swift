/// The module table of `docs/architecture.md`. The build graph forbids most of it already;
/// these tables also hold against the standard library and against products that a target may see in passing.
enum Modules {
    /// Pure modules and all that each may import. They know no clock, no disk, no network, no Foundation.
    static let pure: [String: Set<String>] = [
        "BatonEncoding": [],
        "BatonModel": ["BatonEncoding"],
        "BatonDesk": ["BatonEncoding", "BatonModel"],
        "BatonProtocol": ["BatonEncoding", "BatonModel"],
        "BatonEngine": ["BatonEncoding", "BatonModel", "BatonProtocol"],
    ]

    /// The others and what each must never import. A trailing `*` stands for any ending.
    static let banned: [String: [String]] = [
        "BatonHTTP2": ["NIO*", "BatonProtocol", "BatonModel", "GRDB", "Foundation*"],
        "BatonCrypto": ["NIO*", "GRDB", "Crypto", "BatonProtocol"],
        "BatonStore": ["NIO*", "BatonTransport", "BatonNode", "CSodium"],
        "BatonTransport": ["GRDB", "BatonModel", "BatonProtocol", "BatonDesk", "CNghttp2", "NIOHTTP2"],
        "BatonAPI": ["NIO*", "GRDB", "BatonStore", "BatonNode"],
        "BatonTerminal": ["NIO*", "GRDB", "BatonNode", "BatonStore", "BatonTransport"],
        "BatonNode": ["CNghttp2", "CSodium", "CSQLiteShim", "GRDB", "NIOHTTP2"],
        "baton": ["GRDB", "CNghttp2", "CSodium", "CSQLiteShim"],
        "BatonSimulator": ["NIO*", "BatonNode", "BatonTransport"],
    ]

    /// Nobody imports these: a second way to do what Swift concurrency or the named libraries do.
    static let bannedEverywhere = [
        "Dispatch", "FoundationNetworking", "XCTest", "NIOFoundationCompat", "NIO",
    ]

    static var guarded: [String] { (Array(pure.keys) + Array(banned.keys)).sorted() }

    static func matches(_ name: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? name.hasPrefix(String(pattern.dropLast())) : name == pattern
    }

    /// The module that a line imports: `GRDB` for `package import struct GRDB.Row`.
    static func imported(by line: Substring) -> String? {
        guard line.contains("import ") else { return nil }
        var words = line.split(separator: " ")[...]
        let prefixes = [
            "@preconcurrency", "@testable", "@_exported", "package", "internal", "private", "fileprivate",
            "public",
        ]
        while let word = words.first, prefixes.contains(String(word)) { words.removeFirst() }
        guard words.first == "import" else { return nil }
        words.removeFirst()
        let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias", "actor"]
        if let word = words.first, kinds.contains(String(word)) { words.removeFirst() }
        return words.first.flatMap { $0.split(separator: ".").first }.map(String.init)
    }
}

extension Rule {
    static let pureImports = Rule.perLine(
        "pure modules import only what the module table allows", needles: ["import "], in: \.pureFiles
    ) {
        file, line in
        guard let module = Modules.imported(by: line), let allowed = Modules.pure[file.module] else {
            return nil
        }
        if allowed.contains(module) { return nil }
        let list = allowed.sorted().joined(separator: ", ")
        return
            "\(file.module) may not import \(module), only \(list.isEmpty ? "the standard library" : list); "
            + "pass a value or a port in instead"
    }

    static let adapterImports = Rule.perLine(
        "adapters do not import what belongs to others", needles: ["import "], in: \.swift
    ) {
        file, line in
        guard let module = Modules.imported(by: line) else { return nil }
        if Modules.bannedEverywhere.contains(module) {
            return
                "\(module) is not used here; use Swift concurrency, Synchronization, NIOCore or Swift Testing"
        }
        let banned = file.isTest ? [] : Modules.banned[file.module] ?? []
        guard banned.contains(where: { Modules.matches(module, $0) }) else { return nil }
        return
            "\(file.module) must never import \(module); ask the module that owns it (docs/architecture.md)"
    }

    /// Calls that bring in time, chance, concurrency or output, with what a pure module does instead.
    static let impureCalls: [(call: String, instead: String)] = [
        ("Date()", "take the time as an argument"),
        ("ContinuousClock", "take the time as an argument"),
        ("SuspendingClock", "take the time as an argument"),
        (".random(", "draw from the entropy that is passed in"),
        (".randomElement(", "draw from the entropy that is passed in"),
        (".shuffled(", "draw from the entropy that is passed in"),
        (".shuffle(", "draw from the entropy that is passed in"),
        ("SystemRandomNumberGenerator", "draw from the entropy that is passed in"),
        ("Hasher()", "hash with the Hashing port; Swift's differs in every process"),
        (".hashValue", "hash with the Hashing port; Swift's differs in every process"),
        ("Task {", "return an action and let the driver run it"),
        ("Task.", "return an action and let the driver run it"),
        ("await ", "return an action and let the driver wait"),
        ("print(", "return a note"),
        ("debugPrint(", "return a note"),
        ("dump(", "return a note"),
        ("ObjectIdentifier(", "compare by value; addresses differ in every process"),
    ]

    static let pureCalls = Rule.perLine(
        "pure modules call no clock, no chance, no task and no output",
        needles: impureCalls.map(\.call) + [".now", "actor "], in: \.pureFiles
    ) {
        file, line in
        if line.readsAClock { return "`.now` reads a clock; take the time as an argument" }
        if line.declaresActor { return "keep a value here; actors live in BatonNode" }
        for (call, instead) in Rule.impureCalls {
            let offsets = line.offsets(ofWord: call)
            // `reader.print(` is somebody's method; `.random(` carries its own dot.
            let isMember = offsets.allSatisfy {
                $0 > 0 && line.utf8[line.utf8.index(line.startIndex, offsetBy: $0 - 1)] == UInt8(ascii: ".")
            }
            if !offsets.isEmpty, call.hasPrefix(".") || !isMember {
                return "`\(call)` in \(file.module): \(instead)"
            }
        }
        return nil
    }

    /// Without types this is a guess on the quiet side: it sees collections declared in the same file.
    static let hashOrder = Rule(name: "pure modules never walk a dictionary or set in its own order") {
        repository in
        repository.pureFiles.flatMap { file in
            let names = file.hashedNames
            return file.findings(in: file.codeLines) { index, line in
                guard line.walksHashed(names), !file.explains("order:", at: index) else { return nil }
                return
                    "hash order differs in every process; sort the keys, or say `// order: reason`"
            }
        }
    }
}

extension Repository {
    var pureFiles: [SourceFile] {
        self.swift.filter { $0.path.hasPrefix("Sources/") && Modules.pure[$0.module] != nil }
    }
}

extension SourceFile {
    /// What goes in hash order: `self.name` of each such property, the bare name where it means nothing else.
    var hashedNames: [String] {
        let all = self.codeLines.flatMap(\.annotations)
        let hashed = Set(all.filter(\.isHashed).map(\.name))
        let other = Set(all.filter { !$0.isHashed }.map(\.name))
        return hashed.map { "self." + $0 } + hashed.subtracting(other)
    }

    /// Whether the line or the one above carries a comment with this marker and words after it.
    func explains(_ marker: String, at index: Int) -> Bool {
        let near = [index, index - 1].filter { $0 >= 0 && $0 < self.commentLines.count }
        return near.contains { line in
            guard let range = self.commentLines[line].firstRange(of: marker) else { return false }
            return self.commentLines[line][range.upperBound...].trimmed.count >= 3
        }
    }
}

extension Substring {
    /// `Date.now`, `clock.now` and a bare `.now` read a clock; `state.now` and `self.now` are arguments kept.
    var readsAClock: Bool {
        let bytes = Array(self.utf8)
        return self.offsets(ofWord: ".now").contains { offset in
            var start = offset
            while start > 0, bytes[start - 1].isIdentifier { start -= 1 }
            guard start < offset else { return true }
            let base = String(decoding: bytes[start..<offset], as: UTF8.self)
            return base.first?.isUppercase == true || base.lowercased().hasSuffix("clock")
        }
    }

    var declaresActor: Bool {
        let words = self.split(separator: " ")
        guard let index = words.firstIndex(of: "actor"), index + 1 < words.count else { return false }
        let isHead = words[..<index].allSatisfy {
            ["package", "private", "fileprivate", "internal", "final"].contains($0)
        }
        return isHead && words[index + 1].first?.isUppercase == true
    }

    /// Whether a type that starts here is a dictionary or a set; `[(kind: K, count: Int)]` is an array.
    var startsHashedType: Bool {
        let type = self.trimmed
        if type.hasPrefix("Set<") || type.hasPrefix("Dictionary<") { return true }
        guard type.hasPrefix("[") else { return false }
        var depth = 0
        for byte in type.utf8 {
            if "([<".utf8.contains(byte) { depth += 1 }
            if ")]>".utf8.contains(byte) { depth -= 1 }
            if depth == 0 { return false }
            if depth == 1, byte == UInt8(ascii: ":") { return true }
        }
        return false
    }

    /// Each name before a colon, and whether a hashed collection follows it.
    var annotations: [(name: String, isHashed: Bool)] {
        guard self.contains("[") || self.contains("Set<") || self.contains("Dictionary<") else { return [] }
        return self.indices.filter { self[$0] == ":" }.map { colon in
            let name = self[..<colon].reversed().prefix { $0.isLetter || $0.isNumber }.reversed()
            return (String(name), self[self.index(after: colon)...].startsHashedType)
        }
    }

    func walksHashed(_ names: [String]) -> Bool {
        let line = self.trimmed
        guard line.hasPrefix("for "), let range = line.firstRange(of: " in ") else { return false }
        let walked = line[range.upperBound...].prefix { $0 != "{" }
        guard !walked.contains("sorted"), !walked.contains("zip") else { return false }
        let plain = walked.split(separator: " ").first.map(String.init) ?? ""
        let views = [".keys", ".values"].filter { plain.hasSuffix($0) }
        return names.contains(String(plain.dropLast(views.first?.count ?? 0)))
    }
}
