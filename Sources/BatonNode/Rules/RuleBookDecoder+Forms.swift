import BatonDesk

extension RuleBookDecoder {
    mutating func forms(_ file: YAMLRecord) {
        for node in file.list("forms") {
            guard
                let record = YAMLRecord(
                    node, "form",
                    required: ["id", "title", "purpose", "recipient", "reading", "counsel_ok", "blocks"],
                    optional: ["rule"], file.complaints),
                let purpose = record.word("purpose", FormTemplate.Purpose.self),
                let reading = record.word("reading", LegalRule.Reading.self)
            else { continue }
            let form = FormTemplate(
                id: record.name("id"), title: record.text("title"), purpose: purpose,
                filing: FormTemplate.Filing(
                    recipient: record.text("recipient"), rule: record.name("rule"), reading: reading,
                    counselOK: record.flag("counsel_ok")),
                blocks: record.list("blocks").compactMap { node in
                    YAMLRecord(
                        node, "block", required: ["key", "title", "fields"], optional: ["repeated"],
                        file.complaints
                    ).map { Self.block($0) }
                })
            self.define(.form(form.id), record)
            self.book.forms.append(form)
        }
    }

    private static func block(_ record: YAMLRecord) -> FormTemplate.Block {
        var fields: [FormTemplate.Field] = []
        for node in record.list("fields") {
            guard
                let field = YAMLRecord(
                    node, "field", required: ["key", "label", "kind", "required", "stays"],
                    optional: ["choices"], record.complaints),
                let kind = field.word("kind", FormTemplate.Field.Kind.self),
                let residency = field.word("stays", FormTemplate.Residency.self)
            else { continue }
            let choices = field.texts("choices")
            let wantsChoices = kind == .choice || kind == .choices
            if choices.isEmpty == wantsChoices {
                record.complaints.add(
                    node,
                    wantsChoices
                        ? "This field lets choose, but has no choices."
                        : "This field has choices, but does not let choose.",
                    "Write `choices: [first, second]` with kind choice or choices, and nowhere else.")
            }
            fields.append(
                FormTemplate.Field(
                    key: field.name("key"), label: field.text("label", bytesMax: 120), kind: kind,
                    isRequired: field.flag("required"), residency: residency, choices: choices))
        }
        return FormTemplate.Block(
            key: record.name("key"), title: record.text("title"), isRepeated: record.flag("repeated"),
            fields: fields)
    }
}
