import BatonAPI

/// What the demo plays: people, agencies and cases are invented; everything that is printed of them is read
/// back from the nodes.
struct DemoStory: Sendable {
    struct Site: Sendable {
        let name: String
        let region: String
        let people: [Person]
    }

    struct Person: Sendable {
        let name: String
        let role: String
    }

    /// One thing that somebody does, as one signed delta.
    struct Step: Sendable {
        let person: String
        let act: Act
    }

    enum Act: Sendable {
        /// Opens a case and remembers it by a word of the story.
        case open(String, NewCase)
        case change(String, [ChangeOperation], note: String?)
    }

    let team: String
    let sites: [Site]
    /// The site that is cut off.
    let cutSite: String
    let before: [Step]
    let whileCut: [Step]

    func site(of person: String) -> String {
        guard let site = self.sites.first(where: { $0.people.contains { $0.name == person } }) else {
            preconditionFailure("the story has nobody called \(person)")
        }
        return site.name
    }
}

extension DemoStory.Step {
    static func opens(_ person: String, _ word: String, _ new: NewCase) -> DemoStory.Step {
        DemoStory.Step(person: person, act: .open(word, new))
    }

    static func notes(_ person: String, _ word: String, _ note: String) -> DemoStory.Step {
        DemoStory.Step(person: person, act: .change(word, [], note: note))
    }

    static func sets(
        _ person: String, _ word: String, _ field: String, _ value: String, note: String? = nil
    ) -> DemoStory.Step {
        let operation = ChangeOperation(.set, field: field, value: .text(value))
        return DemoStory.Step(person: person, act: .change(word, [operation], note: note))
    }

    static func tags(_ person: String, _ word: String, _ tag: String) -> DemoStory.Step {
        DemoStory.Step(
            person: person,
            act: .change(word, [ChangeOperation(.add, field: "tags", value: .text(tag))], note: nil))
    }

    static func reaches(_ person: String, _ word: String, _ milestones: String..., note: String? = nil)
        -> DemoStory.Step
    {
        let operations = milestones.map { ChangeOperation(.milestone, field: $0) }
        return DemoStory.Step(person: person, act: .change(word, operations, note: note))
    }

    static func closes(_ person: String, _ word: String, _ why: String) -> DemoStory.Step {
        let operation = ChangeOperation(.close, value: .text(why))
        return DemoStory.Step(person: person, act: .change(word, [operation], note: nil))
    }
}

extension DemoStory {
    /// A night with three sites: Sydney is cut off for a while.
    static let night = DemoStory(
        team: "lantern desk",
        sites: [
            Site(
                name: "syd", region: "au",
                people: [Person(name: "alee", role: "lead"), Person(name: "ravi", role: "specialist")]),
            Site(
                name: "usw", region: "us-west",
                people: [Person(name: "kim", role: "lead"), Person(name: "pat", role: "specialist")]),
            Site(name: "use", region: "us-east", people: [Person(name: "joan", role: "specialist")]),
        ],
        cutSite: "syd", before: Self.evening, whileCut: Self.cutOff)

    private static let evening: [Step] = [
        .opens(
            "kim", "river",
            NewCase(
                type: "TTL", title: "Stated plan against a public event tonight, place not known",
                severity: "S1",
                source: "portal", agency: "Harlan County Sheriff", tags: ["threat"],
                note: "Post read by two of us: intent and capability, place missing.", owner: "kim")),
        .opens(
            "pat", "kestrel",
            NewCase(
                type: "EDR", title: "Last sign-in asked for a missing teenager", severity: "S1",
                source: "portal",
                agency: "Kestrel Bay Police", note: "Form complete; the agency's number is in our directory.")
        ),
        .opens(
            "joan", "lantern",
            NewCase(
                type: "CSEA", title: "Known-hash match, account closed, report to file", severity: "S2",
                source: "classifier", tags: ["known-hash"], note: "Content disabled, account closed.",
                owner: "joan")),
        .opens(
            "alee", "quarry",
            NewCase(
                type: "MCE", title: "Live video near a market, not confirmed", severity: "S2",
                source: "partner",
                agency: "Northmoor Emergency Centre", note: "Two uploads, one place.", owner: "alee")),
        .opens(
            "ravi", "heron",
            NewCase(
                type: "SENS", title: "Images shared without consent, 48 hour notice", severity: "S2",
                source: "regulator",
                agency: "Tamsin Online Safety Office", tags: ["notice"], owner: "ravi")),
        .opens(
            "joan", "signet",
            NewCase(
                type: "OTHER", title: "Request mail from a domain that imitates an agency", severity: "S3",
                source: "mail", tags: ["fraud"], note: "Certificate is two days old.")),
        .opens(
            "kim", "ferry",
            NewCase(
                type: "EDR", title: "Welfare check asked by harbour police", severity: "S2", source: "phone",
                agency: "Port Aldous Harbour Police", owner: "pat")),
        .reaches(
            "kim", "river", "acknowledged", "triaged", note: "Sheriff's night desk rung; call-back promised."),
        .reaches("alee", "quarry", "acknowledged", note: "Watching both uploads."),
        .reaches("joan", "lantern", "acknowledged", "triaged"),
        .sets("ravi", "heron", "situation", "Eleven copies found, nine removed."),
        .notes("alee", "river", "Local police asked whether the place could be theirs."),
        .notes("pat", "kestrel", "Call-back rings, nobody answers yet."),
    ]

    private static let cutOff: [Step] = [
        // One decision made twice: a person must choose.
        .sets(
            "alee", "river", "decision", "preserve only",
            note: "The number that called is not in our directory: nothing leaves before a call-back."),
        .sets(
            "kim", "river", "decision", "disclose last sign-in to Harlan County Sheriff",
            note: "Call-back made through the directory number; the officer is known there."),
        // Two people take one case: a person must choose.
        .sets("ravi", "kestrel", "owner", "ravi", note: "Took it: the agency rang Sydney."),
        .sets("pat", "kestrel", "owner", "pat", note: "Took it: call-back answered."),
        // Severity: the graver one stands, nobody has to be asked.
        .sets("alee", "quarry", "severity", "S0", note: "Second witness in the comments: shots heard."),
        .sets("joan", "quarry", "severity", "S1", note: "Partner confirms the place, not the people."),
        // Notes, tags and milestones add up.
        .tags("ravi", "heron", "media"),
        .sets("ravi", "heron", "situation", "Eleven copies found, ten removed; a reporter asked."),
        .tags("joan", "heron", "appeal"),
        .notes("joan", "heron", "The uploader appealed two removals."),
        .reaches("ravi", "ferry", "acknowledged", note: "Harbour police rang here as well."),
        .reaches(
            "pat", "ferry", "acknowledged", "triaged", note: "Vessel named; asking for the last signal."),
        // A close on one side, new evidence on the other.
        .reaches("joan", "lantern", "contained", "resolved", note: "Report filed, receipt came back."),
        .closes("kim", "lantern", "Report filed and received; nothing is pending."),
        .notes("alee", "lantern", "A second account with the same device signed in after the report."),
        .tags("alee", "lantern", "second-account"),
        // New work goes on everywhere.
        .opens(
            "alee", "wharf",
            NewCase(
                type: "TTL", title: "Threat against a clinic, author's country not known", severity: "S1",
                source: "user report", tags: ["threat"],
                note: "Three posts in an hour, more specific each time.",
                owner: "alee")),
        .opens(
            "joan", "beacon",
            NewCase(
                type: "EDR", title: "Location of a caller who hung up", severity: "S1", source: "portal",
                agency: "Wexley Dispatch", note: "Dispatch has one number and a voice.", owner: "joan")),
        .reaches("alee", "wharf", "acknowledged", "triaged"),
        .notes("kim", "beacon", "Second opinion asked for: the form names no danger yet."),
    ]
}
