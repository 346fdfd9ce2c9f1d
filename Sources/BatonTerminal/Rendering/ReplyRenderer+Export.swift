import BatonAPI

extension ReplyRenderer {
    func exported(_ report: ExportReport) -> [Block] {
        var fields = [
            BlockField("case", report.ref), BlockField("for", report.reader),
            BlockField("parts", report.sections.joined(separator: ", ")),
            BlockField("SHA-256", report.sha256),
        ]
        if report.withheld > 0 {
            fields.append(BlockField("withheld", "parts of \(report.withheld) changes"))
        }
        return [.fields(fields)] + report.said.map { .line($0) }
            + [.line("When it is handed over: evidence move ev:N --to WHO --purpose WHY")]
    }
}
