import Testing

@testable import BatonNode

@Suite("Comma-separated values")
struct ImportCSVTests {
    private typealias Event = CSVScanner.Event

    /// Feeds the text in pieces of every size from one byte up and expects the same events each time.
    private func events(_ text: String, limits: CSVScanner.Limits = CSVScanner.Limits()) -> [Event] {
        self.events(Array(text.utf8), limits: limits)
    }

    private func events(_ bytes: [UInt8], limits: CSVScanner.Limits = CSVScanner.Limits()) -> [Event] {
        var whole: [Event]?
        for size in [1, 2, 3, 7, max(1, bytes.count)] {
            var scanner = CSVScanner(limits: limits)
            var events: [Event] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += scanner.feed(bytes[start..<min(start + size, bytes.count)])
            }
            if let last = scanner.finish() { events.append(last) }
            if let whole { #expect(events == whole) } else { whole = events }
        }
        return whole ?? []
    }

    private func row(_ line: Int, _ fields: String...) -> Event {
        .row(CSVScanner.Row(line: line, fields: fields))
    }
    private func reject(_ line: Int, _ reason: String) -> Event {
        .reject(CSVScanner.Reject(line: line, reason: reason))
    }

    @Test("quotes, doubled quotes, commas and line breaks inside quotes are read as RFC 4180 says")
    func reading() {
        let found = self.events("a,b\r\n\"x, \"\"y\"\"\nz\",\r\n1,2")
        #expect(found == [self.row(1, "a", "b"), self.row(2, "x, \"y\"\nz", ""), self.row(4, "1", "2")])
    }

    @Test("blank lines are passed over and line numbers stay right")
    func blankLines() {
        #expect(self.events("a\n\n\r\nb\n\n") == [self.row(1, "a"), self.row(4, "b")])
        #expect(self.events("").isEmpty)
    }

    @Test("a row that breaks a rule is rejected and the next one is read")
    func rejecting() {
        let found = self.events("a\"b,c\n\"a\"b,c\na\rb\nok\n")
        #expect(
            found == [
                self.reject(1, "a quote stands inside a field that does not begin with one"),
                self.reject(2, "text follows a closing quote"),
                self.reject(3, "a carriage return stands alone in it"), self.row(4, "ok"),
            ])
    }

    @Test("a field beyond the limit rejects its row wherever it ends, and costs no memory")
    func longFields() {
        var limits = CSVScanner.Limits()
        limits.fieldBytesMax = 4
        let found = self.events("abcde,f\n\"123\n456\",g\nabcd\n", limits: limits)
        #expect(
            found == [
                self.reject(1, "a field is longer than 4 bytes"),
                self.reject(2, "a field is longer than 4 bytes"),
                self.row(4, "abcd"),
            ])
    }

    @Test("a megabyte in one field is rejected with its line, and reading goes on")
    func megabyteField() {
        let found = CSVScannerProbe.scan("a,b\n\(String(repeating: "x", count: 1 << 20)),1\nc,d\n")
        #expect(
            found == [
                self.row(1, "a", "b"), self.reject(2, "a field is longer than 32768 bytes"),
                self.row(3, "c", "d"),
            ])
    }

    @Test("a quote that is never closed is told with the line where it began")
    func unclosedQuote() {
        let reason = "a quote that begins here is never closed, so nothing after it was read (to line 4)"
        #expect(self.events("a\n\"b\nc\nd") == [self.row(1, "a"), self.reject(2, reason)])
    }

    @Test("NUL bytes and bytes that are not UTF-8 reject their rows; control and bidi characters stay")
    func oddBytes() {
        let bidi = "\u{202E}evil\u{1B}[2J"
        let bytes = Array("a\u{0}b\n".utf8) + [0xFF, 0xFE, 0x0A] + Array("\(bidi)\n".utf8)
        #expect(
            self.events(bytes) == [
                self.reject(1, "it holds a NUL byte, which text never does"),
                self.reject(2, "it is not UTF-8 text"),
                self.row(3, bidi),
            ])
    }

    @Test("more fields than the limit reject the row")
    func manyFields() {
        var limits = CSVScanner.Limits()
        limits.fieldsMax = 2
        #expect(
            self.events("a,b\n1,2,3\n", limits: limits) == [
                self.row(1, "a", "b"), self.reject(2, "it has more than 2 fields"),
            ])
    }
}

private enum CSVScannerProbe {
    static func scan(_ text: String) -> [CSVScanner.Event] {
        var scanner = CSVScanner()
        let events = scanner.feed(text.utf8)
        return events + [scanner.finish()].compactMap { $0 }
    }
}

@Suite("Times in imported files")
struct ImportTimeTests {
    private let strict = ImportTime(assumesUTC: false)

    @Test(
        "times with a zone are read to the millisecond",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2013-02-06T13:07:45Z", 1_360_156_065_000),
            ("2013-02-06 14:07:45+01:00", 1_360_156_065_000), ("2013-02-06T13:07:45.250Z", 1_360_156_065_250),
            ("2013-02-06T13:07:45,25987Z", 1_360_156_065_259), ("2000-02-29T23:59:59Z", 951_868_799_000),
            ("2013-02-06T08:07:45-0500", 1_360_156_065_000), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ])
    func good(text: String, milliseconds: Int64) {
        #expect(self.strict.read(text) == .at(milliseconds))
    }

    @Test("a time without zone is refused unless the file is said to be in UTC")
    func zones() {
        let text = "2013-02-06T13:07:45"
        let reason = "the time names no zone: add Z or +01:00, or give --zone UTC if the file is in UTC"
        #expect(self.strict.read(text) == .refused(reason))
        #expect(ImportTime(assumesUTC: true).read(text) == .at(1_360_156_065_000))
    }

    @Test(
        "what is not a time is refused",
        arguments: [
            "", "06/02/2013 13:07", "2013-02-30T00:00:00Z", "2013-13-01T00:00:00Z", "2013-02-06", "yesterday",
            "2013-02-06T25:00:00Z", "2013-02-06T13:07:45X", "2013-02-06T13:07:45Z+", "1960-01-01T00:00:00Z",
            "1970-01-01T00:00:00+01:00", "2013-2-6T1:2:3Z", "2013-02-06T13:07:45+1",
        ])
    func bad(text: String) {
        guard case .refused(let reason) = ImportTime(assumesUTC: true).read(text) else {
            Issue.record("it was read")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test("a day with slashes is told to be ambiguous")
    func slashes() {
        guard case .refused(let reason) = self.strict.read("06/02/2013 13:07") else {
            return #expect(Bool(false))
        }
        #expect(reason.hasPrefix("a day with slashes"))
    }
}
