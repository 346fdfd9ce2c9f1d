import BatonNode
import Foundation
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    private func issues(_ text: String) -> [String] {
        switch ConfigurationDecoder.decode(text) {
        case .success: []
        case .failure(let issues): issues.list.map(\.description)
        }
    }

    @Test("the example file has every key, is what the table makes, and is accepted")
    func example() throws {
        let file = try ProjectFile.text("config/node.example.yaml")
        #expect(file == ConfigurationText.example)
        guard case .success(let configuration) = ConfigurationDecoder.decode(file) else {
            Issue.record("the example file is refused: \(self.issues(file))")
            return
        }
        #expect(configuration.peers.map(\.site) == ["usw", "use"])
        #expect(configuration.limits == NodeLimits(), "the example shows the defaults of all limits")
    }

    @Test("the handbook's table is the key table")
    func handbook() throws {
        let text = try ProjectFile.text("docs/operations.md")
        #expect(text.contains("compares -->\n\n\(ConfigurationText.table)\n<!-- end"))
    }

    @Test("an unknown key is refused with its line and the nearest known one")
    func unknownKey() {
        #expect(
            self.issues("site: syd\nlisen: 127.0.0.1:1\n") == [
                "line 2: There is no key lisen. Did you mean listen?"
            ])
        #expect(
            self.issues("limits:\n  readial: 5s\n").first?.hasPrefix(
                "line 2: There is no key limits.readial.") == true)
        #expect(self.issues("peers:\n  - site: usw\n    adress: h:1\n").count == 1)
    }

    @Test(
        "what would make a value other than what stands there is refused",
        arguments: [
            "log: &a\n  level: info\n", "site: *a\n", "site: !!str syd\nfolder: !x /a\n", "<<: {site: syd}\n",
            "site: syd\n---\nsite: usw\n", "site: syd\nsite: usw\n", "limits: {redial: 30}\n",
            "limits: {redial: 1:30}\n",
            "limits: {frame: 12}\n", "listen: 7420\n", "listen: host:99999\n", "folder: var/lib\n",
            "log: {level: loud}\n",
            "incarnation: {records: /run}\n", "incarnation: {records: [run]}\n", "- site\n", "site: [syd]\n",
            "\t:\n",
            "rest: {notice: tomorrow}\n", "rest: {notice: 2026-02-30}\n", "rest: {break: 90s}\n",
            "rest: {day: 30}\n",
            "peers: [{site: usw, address: 'h:1'}, {site: usw, address: 'h:2'}]\n", "peers: [{site: usw}]\n",
        ])
    func refused(text: String) { #expect(!self.issues(text).isEmpty) }

    @Test("a site named no stays a name, and times carry units")
    func plainWords() {
        guard
            case .success(let configuration) = ConfigurationDecoder.decode("site: no\nlimits: {redial: 2m}\n")
        else {
            Issue.record("refused")
            return
        }
        #expect(configuration.site == "no")
        #expect(configuration.limits.redialMillisecondsMax == 120_000)
    }

    @Test("a file that is too large is refused before it is parsed")
    func tooLarge() {
        #expect(self.issues(String(repeating: "#", count: ConfigurationDecoder.bytesMax + 1)).count == 1)
    }

    @Test("an empty file gives the defaults")
    func empty() { #expect(ConfigurationDecoder.decode("# nothing\n") == .success(NodeConfiguration())) }

    @Test("addresses are read as people write them")
    func addresses() {
        #expect(PeerAddress("[::1]:7420")?.description == "[::1]:7420")
        #expect(PeerAddress("node.example:1")?.host == "node.example")
        for wrong in ["", ":1", "host", "host:", "host:x", "::1:7420", "a b:1", "host:70000"] {
            #expect(PeerAddress(wrong) == nil, "\(wrong)")
        }
    }
}
