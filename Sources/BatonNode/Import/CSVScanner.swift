/// Reads comma-separated values as RFC 4180 writes them, from pieces of any size, in bounded memory
/// whatever comes.
///
/// Strict on purpose: a quote inside an unquoted field, text after a closing quote and a lone carriage
/// return reject the row, because a guess would move every later field by one. Line feeds alone end rows
/// too, as most logs have them. A rejected row ends where the machine sees its end; the next row is read as
/// if nothing had happened.
///
/// ```
/// fieldStart ──text──▶ plain ──,──▶ fieldStart        quote inside plain, text after a quote:
///     │ "                 │ LF ──▶ row                      ──▶ skipping ── LF ──▶ reject
///     ▼                   ▼
///   quoted ──"──▶ closing ──,/LF──▶ fieldStart/row
/// ```
package struct CSVScanner: Sendable {
    package struct Limits: Sendable {
        /// Bytes of one field; a longer one rejects its row and is not kept.
        package var fieldBytesMax = 32 * 1024
        package var fieldsMax = 256

        package init() {}
    }

    package struct Row: Sendable, Equatable {
        /// Where it begins; the first line of the file is 1.
        package let line: Int
        package let fields: [String]
    }

    package struct Reject: Sendable, Equatable {
        package let line: Int
        /// One sentence.
        package let reason: String

        package init(line: Int, reason: String) {
            self.line = line
            self.reason = reason
        }
    }

    package enum Event: Sendable, Equatable {
        case row(Row)
        case reject(Reject)
    }

    private enum State { case fieldStart, plain, quoted, closing, skipping }

    private let limits: Limits
    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [[UInt8]] = []
    private var problem: String?
    private var sawCarriageReturn = false
    private var line = 1
    private var rowLine = 1

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Takes the next bytes.
    ///
    /// - Returns: The rows that ended within them, good and bad, in order.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            if byte == Self.lineFeed { self.line += 1 }
            if self.take(byte), let event = self.endRow() { events.append(event) }
        }
        return events
    }

    /// Ends the input: a last row without a line end counts, a quote that is still open does not.
    package mutating func finish() -> Event? {
        if self.state == .quoted, self.problem == nil {
            self.problem =
                "a quote that begins here is never closed, so nothing after it was read (to line \(self.line))"
        }
        let isEmpty = self.state == .fieldStart && self.fields.isEmpty && self.problem == nil
        guard !isEmpty || self.sawCarriageReturn else { return nil }
        return self.endRow()
    }

    // Bytes.

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")

    /// - Returns: True when the byte ends the row.
    private mutating func take(_ byte: UInt8) -> Bool {
        if byte == 0 { self.note("it holds a NUL byte, which text never does") }
        switch self.state {
        case .quoted:
            if byte == Self.quote { self.state = .closing } else { self.keep(byte) }
            return false
        case .skipping: return byte == Self.lineFeed
        case .fieldStart, .plain, .closing: return self.takeOutsideQuotes(byte)
        }
    }

    private mutating func takeOutsideQuotes(_ byte: UInt8) -> Bool {
        if self.sawCarriageReturn, byte != Self.lineFeed {
            self.skip("a carriage return stands alone in it")
            return false
        }
        switch byte {
        case Self.lineFeed: return true
        case Self.carriageReturn: self.sawCarriageReturn = true
        case Self.comma:
            self.endField()
            self.state = .fieldStart
        case Self.quote:
            switch self.state {
            case .fieldStart: self.state = .quoted
            case .closing:
                // Two quotes inside a quoted field stand for one.
                self.keep(byte)
                self.state = .quoted
            default: self.skip("a quote stands inside a field that does not begin with one")
            }
        default:
            guard self.state != .closing else {
                self.skip("text follows a closing quote")
                return false
            }
            self.state = .plain
            self.keep(byte)
        }
        return false
    }

    private mutating func keep(_ byte: UInt8) {
        guard self.problem == nil else { return }
        guard self.field.count < self.limits.fieldBytesMax else {
            return self.note("a field is longer than \(self.limits.fieldBytesMax) bytes")
        }
        self.field.append(byte)
    }

    private mutating func endField() {
        guard self.fields.count < self.limits.fieldsMax else {
            return self.note("it has more than \(self.limits.fieldsMax) fields")
        }
        self.fields.append(self.field)
        self.field = []
    }

    /// The first problem is the one that is told.
    private mutating func note(_ problem: String) {
        if self.problem == nil { self.problem = problem }
        self.field = []
    }

    private mutating func skip(_ problem: String) {
        self.note(problem)
        self.state = .skipping
    }

    private mutating func endRow() -> Event? {
        defer {
            self.state = .fieldStart
            self.field = []
            self.fields = []
            self.problem = nil
            self.sawCarriageReturn = false
            self.rowLine = self.line
        }
        let isBlank = self.state == .fieldStart && self.fields.isEmpty && self.problem == nil
        guard !isBlank else { return nil }
        self.endField()
        if let problem = self.problem { return .reject(Reject(line: self.rowLine, reason: problem)) }
        var texts: [String] = []
        texts.reserveCapacity(self.fields.count)
        for bytes in self.fields {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                return .reject(Reject(line: self.rowLine, reason: "it is not UTF-8 text"))
            }
            texts.append(text)
        }
        return .row(Row(line: self.rowLine, fields: texts))
    }
}
