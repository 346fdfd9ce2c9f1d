/// Other ways to say a command that people bring along, as whole words: each becomes the line of the table's own.
/// Unlike a shortened word they mean one thing for ever, so scripts may use them too.
enum Phrases {
    /// What is typed, and what it means; `*` stands for one word that is kept.
    static let all: [(typed: String, meant: String)] = [
        ("log --verify", "log verify"), ("link --suggest", "link suggest"),
        ("roster override", "roster assign"), ("review action add", "review action"),
        ("assign to *", "assign *"), ("assign * to *", "assign * *"),
    ]

    /// The words as the table knows them; the same ones where no phrase fits.
    static func meant(_ words: [Word]) -> [Word] {
        for phrase in Self.all {
            let typed = phrase.typed.split(separator: " ")
            guard words.count >= typed.count, zip(typed, words).allSatisfy(Self.fits) else { continue }
            var kept = zip(typed, words).filter { $0.0 == "*" }.map(\.1)[...]
            let first = words[0]
            let own = phrase.meant.split(separator: " ").map { word in
                word == "*"
                    ? kept.removeFirst()
                    : Word(text: String(word), raw: String(word), column: first.column, isQuoted: false)
            }
            return own + words.dropFirst(typed.count)
        }
        return words
    }

    private static func fits(_ typed: Substring, _ word: Word) -> Bool {
        typed == "*" ? !word.text.hasPrefix("--") : !word.isQuoted && word.text.lowercased() == typed
    }
}
