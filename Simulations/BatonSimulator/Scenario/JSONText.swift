/// A value of a JSON text, with the line where it stands: what a strict reader can complain about.
struct JSONValue: Sendable, Equatable {
    indirect enum Content: Sendable, Equatable {
        case null
        case bool(Bool)
        case number(Int64)
        case text(String)
        case array([JSONValue])
        case object([(key: String, value: JSONValue)])

        static func == (left: Content, right: Content) -> Bool {
            switch (left, right) {
            case (.null, .null): true
            case (.bool(let one), .bool(let two)): one == two
            case (.number(let one), .number(let two)): one == two
            case (.text(let one), .text(let two)): one == two
            case (.array(let one), .array(let two)): one == two
            case (.object(let one), .object(let two)):
                one.elementsEqual(two) { $0.key == $1.key && $0.value == $1.value }
            default: false
            }
        }
    }

    let line: Int
    let content: Content

    var kindWord: String {
        switch self.content {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .text: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// Reads JSON with whole numbers only, no repeated key and nothing after the end.
struct JSONText {
    private let bytes: [UInt8]
    private var place = 0
    private var line = 1
    private var depth = 0

    private init(_ text: String) { self.bytes = Array(text.utf8) }

    static func read(_ text: String) throws(ScenarioFault) -> JSONValue {
        var reader = JSONText(text)
        let value = try reader.value()
        reader.skipSpace()
        guard reader.place == reader.bytes.count else {
            throw ScenarioFault(reader.line, "the file goes on after its end", "remove what follows")
        }
        return value
    }

    private func fault(_ what: String, _ hint: String = "compare with docs/simulation.md") -> ScenarioFault {
        ScenarioFault(self.line, what, hint)
    }

    private mutating func skipSpace() {
        while self.place < self.bytes.count {
            switch self.bytes[self.place] {
            case UInt8(ascii: "\n"): self.line += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            default: return
            }
            self.place += 1
        }
    }

    private mutating func takes(_ character: Unicode.Scalar) -> Bool {
        self.skipSpace()
        guard self.place < self.bytes.count, self.bytes[self.place] == UInt8(ascii: character) else {
            return false
        }
        self.place += 1
        return true
    }

    private mutating func value() throws(ScenarioFault) -> JSONValue {
        self.skipSpace()
        let line = self.line
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth < 32 else { throw self.fault("the file nests too deep") }
        guard self.place < self.bytes.count else { throw self.fault("the file ends in the middle") }
        let content: JSONValue.Content
        switch self.bytes[self.place] {
        case UInt8(ascii: "{"): content = try self.object()
        case UInt8(ascii: "["): content = try self.array()
        case UInt8(ascii: "\""): content = .text(try self.text())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): content = .number(try self.number())
        default: content = try self.word()
        }
        return JSONValue(line: line, content: content)
    }

    private mutating func object() throws(ScenarioFault) -> JSONValue.Content {
        self.place += 1
        var members: [(key: String, value: JSONValue)] = []
        guard !self.takes("}") else { return .object([]) }
        repeat {
            self.skipSpace()
            guard self.place < self.bytes.count, self.bytes[self.place] == UInt8(ascii: "\"") else {
                throw self.fault("a member's name is missing", "names stand in double quotes")
            }
            let key = try self.text()
            guard !members.contains(where: { $0.key == key }) else {
                throw self.fault("\"\(key)\" stands here twice", "keep one of them")
            }
            guard self.takes(":") else { throw self.fault("a colon is missing after \"\(key)\"") }
            members.append((key, try self.value()))
        } while self.takes(",")
        guard self.takes("}") else {
            throw self.fault("a comma or a closing brace is missing", "look at the end of the line before")
        }
        return .object(members)
    }

    private mutating func array() throws(ScenarioFault) -> JSONValue.Content {
        self.place += 1
        var elements: [JSONValue] = []
        guard !self.takes("]") else { return .array([]) }
        repeat { elements.append(try self.value()) } while self.takes(",")
        guard self.takes("]") else {
            throw self.fault("a comma or a closing bracket is missing", "look at the end of the line before")
        }
        return .array(elements)
    }

    private mutating func text() throws(ScenarioFault) -> String {
        self.place += 1
        var out: [UInt8] = []
        while self.place < self.bytes.count {
            let byte = self.bytes[self.place]
            self.place += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"): out.append(try self.escaped())
            case 0..<32: throw self.fault("a text ends in the middle of a line", "close it with a quote")
            default: out.append(byte)
            }
        }
        throw self.fault("a text has no end", "close it with a quote")
    }

    private mutating func escaped() throws(ScenarioFault) -> UInt8 {
        guard self.place < self.bytes.count else { throw self.fault("a text has no end") }
        let known: [UInt8: UInt8] = [
            UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "\""): 34, UInt8(ascii: "\\"): 92,
            UInt8(ascii: "/"): 47,
        ]
        guard let byte = known[self.bytes[self.place]] else {
            throw self.fault(
                "a backslash may stand before n, t, \", / and \\ only", "type the character itself")
        }
        self.place += 1
        return byte
    }

    private mutating func number() throws(ScenarioFault) -> Int64 {
        let start = self.place
        if self.bytes[self.place] == UInt8(ascii: "-") { self.place += 1 }
        while self.place < self.bytes.count,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self.bytes[self.place])
        {
            self.place += 1
        }
        let digits = String(decoding: self.bytes[start..<self.place], as: UTF8.self)
        let goesOn =
            self.place < self.bytes.count
            && [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")]
                .contains(self.bytes[self.place])
        guard let number = Int64(digits), !goesOn else {
            throw self.fault("numbers here are whole and have at most 18 digits", "write times as \"2.5s\"")
        }
        return number
    }

    private mutating func word() throws(ScenarioFault) -> JSONValue.Content {
        let rest = self.bytes[self.place...]
        for (word, content) in [
            ("true", JSONValue.Content.bool(true)), ("false", .bool(false)), ("null", .null),
        ] where rest.starts(with: word.utf8) {
            self.place += word.utf8.count
            return content
        }
        throw self.fault("this is no JSON value", "texts stand in double quotes")
    }
}

/// Says what is wrong with a scenario, where, and what to do.
package struct ScenarioFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// 1 is the first; 0 where no line is to blame.
    package let line: Int
    package let what: String
    package let hint: String

    package init(_ line: Int, _ what: String, _ hint: String) {
        self.line = line
        self.what = what
        self.hint = hint
    }

    package var description: String {
        let place = self.line > 0 ? "line \(self.line): " : ""
        return "\(place)\(self.what); \(self.hint)"
    }

    /// The closest of the known words, for "did you mean".
    static func nearest(_ word: String, in known: [String]) -> String? {
        let ranked = known.map { (word: $0, distance: Self.distance(word, $0)) }
            .sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }
        guard let best = ranked.first, best.distance <= max(2, word.count / 3) else { return nil }
        return best.word
    }

    private static func distance(_ left: String, _ right: String) -> Int {
        let (one, two) = (Array(left.utf8), Array(right.utf8))
        var row = Array(0...two.count)
        for (index, byte) in one.enumerated() {
            var before = row[0]
            row[0] = index + 1
            for column in two.indices {
                let kept = before + (byte == two[column] ? 0 : 1)
                before = row[column + 1]
                row[column + 1] = min(kept, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[two.count]
    }
}
