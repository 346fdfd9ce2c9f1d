import BatonEncoding
package import BatonModel

/// How a case ended on which somebody worked and which somebody else closed: it is told to them once. Knowing that
/// the work mattered helps people; what happened to anybody is not in it, so no text of the case is.
package struct CaseOutcome: Sendable, Equatable {
    package let document: DocumentID
    /// The close that it tells of.
    package let close: DeltaID
    /// A code of the rule book for closing; empty where none was given.
    package let code: String
    /// In the words of the rule book: `the harm was stopped`.
    package let meaning: String
    package let by: OperatorID
    package let site: SiteID
    /// Milliseconds since 1970.
    package let at: UInt64

    /// News of more than two weeks ago is none.
    package static let oldestDays: UInt64 = 14

    /// - Parameter actors: Who signed changes of the case.
    /// - Returns: Nil where the case is open, where the person did nothing in it, or closed it.
    package init?(_ file: CaseFile, actors: [OperatorID], person: OperatorID, rules: RuleBook) {
        guard file.summary.isClosed, actors.contains(person) else { return nil }
        let closes = file.state.compartments.flatMap(\.closures).map(\.write)
        guard let last = closes.max(by: { $1.isLater(than: $0) }),
            !closes.contains(where: { $0.actor.person == person })
        else { return nil }
        let said = last.value?.textValue ?? last.value.flatMap { LedgerMap($0)[1]?.textValue } ?? ""
        let word = String(said.prefix { $0 != ":" })
        let code = rules.codes.first { $0.code == word && $0.uses.contains(.close) }
        self.document = file.document
        self.close = last.dot.delta
        self.code = code?.code ?? ""
        self.meaning = code?.meaning ?? "closed, without a code"
        self.by = last.actor.person
        self.site = last.reference.author.site
        self.at = last.stamp.milliseconds
    }
}
