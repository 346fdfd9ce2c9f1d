/// The one table of acts: the API does them by name, the desk makes its commands from it.
package enum ActTable {
    package static let all: [ActSpec] =
        TriageActs.specs + CheckActs.specs + ClockActs.specs + GateActs.specs + DecideActs.specs
        + ApproveActs.specs + ContainActs.specs + HoldActs.specs + ReportActs.specs + EvidenceActs.specs
        + ContactActs.specs + PageActs.specs + LinkActs.specs + SubjectActs.specs + SettleActs.specs
        + ReviewActs.specs + ReleaseActs.specs + CustodyActs.all

    /// - Parameter name: The command's words: `hold add`.
    package static func spec(_ name: String) -> ActSpec? { Self.all.first { $0.name == name } }

    /// Command words and the section that each shows when it stands alone.
    package static let sectionOfCommand: [(command: String, section: String)] = [
        ("triage", "triage"), ("check", "steps"), ("sla", "clocks"), ("verify", "gates"),
        ("decide", "decisions"), ("approve", "awaiting"), ("contain", "containment"), ("hold", "holds"),
        ("report", "reports"), ("evidence", "evidence"), ("contact", "contacts"), ("page", "pages"),
        ("link", "links"), ("subject", "people"), ("settle", "conflicts"), ("review", "review"),
        ("custody", "custody"), ("release", "awaiting"),
    ]
}
