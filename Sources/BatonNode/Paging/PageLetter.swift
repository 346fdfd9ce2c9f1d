import BatonDesk
import BatonModel

/// What the hook reads on its standard input: one JSON object, `baton.page/1` (docs/operations.md).
struct PageLetter: Encodable, Sendable, Equatable {
    struct Recipient: Encodable, Sendable, Equatable {
        let line: String
        let site: String
        let watch: String
        /// Desk names; empty where the roster keeps a seat and names nobody.
        let people: [String]
        /// Milliseconds since 1970.
        let until: Int64
    }

    let format = "baton.page/1"
    /// 32 hexadecimal digits; the same for every repeat, from whichever site.
    let id: String
    let kind: String
    /// Who sends.
    let site: String
    let caseRef: String
    let severity: String?
    let path: String
    /// From 1.
    let step: Int
    let to: String
    let recipients: [Recipient]
    let situation: String
    let background: String
    let assessment: String
    let recommendation: String
    /// The four parts as lines, for what only passes text on.
    let text: String
    /// What somebody types at the desk to have it in hand.
    let answer: String
    /// 1 for the first try of this node.
    let attempt: Int
    /// When it came due here, milliseconds since 1970.
    let since: Int64

    init(_ page: DuePage, _ held: PagingCase, label: String, site: SiteID, attempt: Int, names: Membership) {
        self.id = page.id.description
        self.kind = page.call.kind.rawValue
        self.site = site.description
        self.caseRef = held.handle
        self.severity = held.file.severity?.word
        self.path = page.call.path.key
        self.step = page.step + 1
        self.to = page.to
        self.recipients = page.duties.map { duty in
            Recipient(
                line: duty.line, site: duty.site, watch: duty.watch,
                people: duty.people.map { person in
                    switch person {
                    case .named(let name): name
                    case .number(let number): names.head.operatorRecord(number)?.name ?? "\(number)"
                    }
                }, until: duty.toMilliseconds)
        }
        let words = page.call.words
        self.situation = words.situation
        self.background = words.background
        self.assessment = words.assessment
        self.recommendation = words.recommendation
        self.answer = "page answer \(held.handle) \(label)"
        self.text = "\(words.text)\nAnswer: \(self.answer)"
        self.attempt = attempt
        self.since = page.sinceMilliseconds
    }

    private enum CodingKeys: String, CodingKey {
        case format, id, kind, site, severity, path, step, to, recipients, situation, background, assessment
        case recommendation, text, answer, attempt, since
        case caseRef = "case"
    }
}
