import BatonDesk
import Testing

@Suite("Texts that every site stores")
struct TextLintTests {
    @Test(
        "What identifies a person or deceives a reader is found",
        arguments: [
            ("write to j.doe@mail.example today", TextLint.Finding.mailAddress),
            ("(j@x.example)", .mailAddress), ("ring +61 2 5550 0100", .telephoneNumber),
            ("ring 415-555-0100 x", .telephoneNumber), ("(02) 5550 01002", .telephoneNumber),
            ("from 192.0.2.17:443", .networkAddress), ("2001:db8::17/64", .networkAddress),
            ("fe80:0:0:0:1:2:3:4", .networkAddress), ("see https://x.example/u/1", .link),
            ("www.x.example", .link), ("a\u{7}b", .control), ("a\u{202e}b", .direction),
        ])
    func found(_ text: String, _ finding: TextLint.Finding) {
        #expect(TextLint.findings(text).contains(finding))
    }

    @Test(
        "Plain words, dates, times, versions and references are let through",
        arguments: [
            "stated plan tonight, adult", "on 2026-11-22 at 02:51:30Z", "22 Nov 2026 14:12",
            "sheriff.harlan.example",
            "version 1.2.3", "dir:217", "step 4: call back", "4711-2026", "S0 -> S1", "a @ b",
            "12,000 cases in 2026",
            "ratio 3:2:1", "sha256:5b5b", "line\nline\ttab", "due 30 minutes (02:51)", "",
        ])
    func clean(_ text: String) { #expect(TextLint.findings(text).isEmpty) }
}
