/// What a person answers to a question of yes or no.
enum YesNo {
    case yes
    case no

    /// - Parameter typed: `y`, `yes`, `n` or `no` in either case, with any spaces; nil for all else, also for nothing.
    init?(_ typed: String) {
        switch typed.lowercased().filter({ !$0.isWhitespace }) {
        case "y", "yes": self = .yes
        case "n", "no": self = .no
        default: return nil
        }
    }
}
