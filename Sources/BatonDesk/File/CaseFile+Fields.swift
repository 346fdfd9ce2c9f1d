import BatonEncoding
import BatonModel

extension CaseFile {
    /// The registers of the case: what is shown, and what stands beside it unread by whoever wrote the other.
    ///
    /// `*` marks a text of which another version was written apart; both are kept and the newest is shown.
    package var fieldSection: FileSection {
        let registers = self.state[.global]?.registers.entries ?? []
        return FileSection("fields", registers.compactMap { self.fieldItem($0.field, $0.value) })
    }

    private func fieldItem(_ field: FieldCode, _ writes: [Write]) -> FileItem? {
        guard let rule = DeskFieldTable.current.rule(self.document, field),
            let view = rule.policy.view(writes)
        else { return nil }
        let others = view.others.filter { $0.value != view.shown.value }
        var marks: [String] = []
        if view.isConflict { marks.append("conflict") }
        if !view.isConflict, !others.isEmpty { marks.append("*") }
        let words = RegisterWords(membership: self.membership)
        return FileItem(
            id: rule.name, state: others.isEmpty ? "stands" : "beside",
            text: words.text(field, view.shown.value), by: view.shown.actor.person,
            site: view.shown.reference.author.site, at: view.shown.stamp.milliseconds, marks: marks,
            details: others.map { other in
                .init(
                    "beside it", words.text(field, other.value), by: other.actor.person,
                    site: other.reference.author.site, at: other.stamp.milliseconds)
            })
    }
}
