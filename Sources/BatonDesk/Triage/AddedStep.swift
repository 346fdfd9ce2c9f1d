import BatonModel

/// A step that somebody adds to one case: what is to be done, by whom and until when.
struct AddedStep {
    let body: StepBody
    let words: String
    private let owner: OperatorRecord
    private let due: UInt64?

    /// - Parameter act: `words`, and `owner` (a desk name; who acts where it is left out) and `due`.
    init(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) {
        let words = try act.neededText("words")
        var owner = scene.person
        if let name = act.value("owner") {
            guard let found = scene.person(named: name) else {
                throw ActRefusal(
                    .notFound, "check.no-such-person", "The membership knows no `\(name)`.",
                    "Give the desk name of an operator.")
            }
            owner = found
        }
        let due = act.milliseconds("due")
        if let due, due <= scene.now {
            throw ActRefusal(
                .badValue, "check.past-due", "That time has passed.", "Give a later --due, or leave it out.")
        }
        // Two sites may add a step at the same time: the key is drawn, not counted, so that both stay.
        let key = "add-\(hexadecimal(scene.entropy.prefix(6)))"
        let checklist = StepBody.addedChecklist
        let id = Checklist.stepID(of: file.document, checklist: checklist, key: key, hashing: scene.hashing)
        var body = StepBody(.open, id: id, version: 1)
        body.checklist = checklist
        body.step = ChecklistStep(
            key: key, text: words, isMandatory: true, milestone: nil, gate: "", roles: [])
        body.ordinal = (file.checklist.steps.filter(\.isAdded).map(\.ordinal).max() ?? 0) + 1
        body.owner = owner.id
        body.due = due
        (self.body, self.words, self.owner, self.due) = (body, words, owner, due)
    }

    /// `confirm to the authority, for kim, by 23:30Z`.
    func line(_ scene: ActScene) -> String {
        let when = self.due.map { ", by \(TimeWords.instant($0, now: scene.now))" } ?? ""
        return "\(self.words), for \(self.owner.name)\(when)"
    }
}
