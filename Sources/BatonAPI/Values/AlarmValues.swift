/// Something in the log that a person has to look into: a site told two stories, or has two lives.
package struct AlarmView: Codable, Sendable, Equatable {
    /// `alarm.fork`, `alarm.same-beginning`, `alarm.two-lives` or `alarm.wrong-signature`.
    package let code: String
    /// The site whose log it is.
    package let site: String
    /// One sentence: what.
    package let message: String
    /// One sentence: what to do.
    package let hint: String
    /// Ids of the deltas that prove it, hexadecimal; the log keeps them.
    package let deltas: [String]

    package init(code: String, site: String, message: String, hint: String, deltas: [String]) {
        self.code = code
        self.site = site
        self.message = message
        self.hint = hint
        self.deltas = deltas
    }
}
