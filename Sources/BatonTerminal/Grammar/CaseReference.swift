import BatonDesk

/// How a line names a case.
package enum CaseReference: Hashable, Sendable {
    /// `@3`: row 3 of the list printed last, frozen when it was printed.
    case row(Int)
    /// `EDR-7K3QM2`, a unique prefix of it, or a document id of 32 hexadecimal digits; as typed.
    case handle(String)

    /// What a word says at a place where a case may stand.
    package enum Reading: Equatable, Sendable {
        case reference(CaseReference)
        /// It could be either: `edr-related`.
        case unclear
        /// It was meant as a case and is none: a wrong check character, too few characters.
        case broken
        case other
    }

    /// Reads a word where only a case can stand.
    package static func read(_ word: Word) -> Result<CaseReference, CommandIssue> {
        if let row = Self.row(word.text) { return row }
        if Self.isDocumentID(word.text) { return .success(.handle(word.text)) }
        // `EDR` alone would be read as the beginning of a code.
        if let type = CaseType(word: word.text) {
            return .failure(
                CommandIssue(
                    .notAHandle, "`\(type.word)` is a type of case, not a case.",
                    "Use a handle such as EDR-7K3QM2, or see: queue --type \(type.word)", column: word.column)
            )
        }
        do throws(CaseHandleFault) {
            _ = try CaseHandleQuery(word.text)
            return .success(.handle(word.text))
        } catch {
            return .failure(
                CommandIssue(
                    .notAHandle, "`\(SafeText.line(word.text))` names no case: \(error).",
                    "Use a handle such as EDR-7K3QM2, or @3 for row 3 of the last list.", column: word.column)
            )
        }
    }

    /// Reads a word where free text may stand instead of a case. Lower case without a digit is not decided
    /// here.
    package static func reading(_ word: Word) -> Reading {
        guard !word.isQuoted else { return .other }
        switch Self.row(word.text) {
        case .success(let reference): return .reference(reference)
        case .failure:
            return word.text.count > 1 && word.text.dropFirst().allSatisfy(\.isNumber) ? .broken : .other
        case nil: break
        }
        let pieces = word.text.split(separator: "-", omittingEmptySubsequences: false)
        guard pieces.count >= 2, CaseType.words.contains(pieces[0].uppercased()) else { return .other }
        let isTypedAsHandle = word.text == word.text.uppercased() || pieces[1].contains { $0.isNumber }
        let isHandle = (try? CaseHandleQuery(word.text)) != nil
        if isHandle { return isTypedAsHandle ? .reference(.handle(word.text)) : .unclear }
        return isTypedAsHandle ? .broken : .other
    }

    private static func row(_ text: String) -> Result<CaseReference, CommandIssue>? {
        guard text.hasPrefix("@") else { return nil }
        if let row = Int(text.dropFirst()), row > 0 { return .success(.row(row)) }
        return .failure(
            CommandIssue(
                .notAHandle, "`\(SafeText.line(text))` is not a row.",
                "Rows are written @1, @2, @3; `queue` prints them."))
    }

    private static func isDocumentID(_ text: String) -> Bool {
        text.utf8.count == 32 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}
