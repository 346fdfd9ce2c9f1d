package import BatonModel

/// How one case went from hand to hand, for its review: each offer with its wait and its read-back, the changes of
/// custody, and how long the case was offered and nobody had taken it.
package struct ReviewHandoffs: Sendable {
    /// Empty where the baton was never offered nor moved.
    package let section: FileSection

    /// The handoffs in which the case was offered, each once, in the order of the offers.
    package static func documents(of file: CaseFile) -> [DocumentID] {
        (file.custody?.offers ?? []).compactMap(\.handoff).reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }
    }

    /// - Parameter handoffs: Where one is not here, its offers are listed without read-back.
    init(_ file: CaseFile, _ handoffs: [HandoffState], now: UInt64) {
        guard let custody = file.custody, custody.epochs.count > 1 || !custody.offers.isEmpty else {
            self.section = FileSection("handoffs", [])
            return
        }
        let papers = custody.offers.map { Paper($0, handoffs, of: file.document) }
        let items = zip(custody.offers, papers).enumerated().map { number, pair in
            Self.item(number + 1, pair.0, pair.1, custody, now: now)
        }
        self.section = FileSection(
            "handoffs",
            [Self.moves(custody)] + items + Self.readBacks(papers)
                + Self.unaccepted(custody, now: now))
    }

    /// What a handoff's document says of this case under one offer.
    private struct Paper {
        let label: String?
        /// Read-backs that differed from the record.
        let wrong: Int
        let isRead: Bool
        let isBulk: Bool
        let missingParts: Int
        let addenda: Int

        init(_ offer: CustodyOffer, _ handoffs: [HandoffState], of document: DocumentID) {
            let state = handoffs.first { $0.document == offer.handoff }
            let hash = offer.record
            let said = (state?.readBacks.entries ?? []).map(\.body).filter {
                $0.record == hash && $0.document == document
            }
            self.label =
                state?.drafts.entries.compactMap(\.body.record).first {
                    $0.items.contains { $0.document == document }
                }?.label
            self.wrong = said.count { !$0.isBulk && !$0.isGood }
            self.isRead = said.contains { !$0.isBulk && $0.isGood }
            self.isBulk = said.contains(where: \.isBulk)
            let accepts = (state?.moves.entries ?? []).map(\.body).filter {
                $0.kind == .accept && $0.record == hash
            }
            self.missingParts = accepts.flatMap(\.held).filter { $0.document == document }
                .reduce(0) { $0 + $1.missing.count }
            self.addenda = (state?.addenda.entries ?? []).count {
                $0.body.record == hash && ($0.body.document ?? document) == document
            }
        }

        var words: [String] {
            var words: [String] = []
            if self.isRead {
                words.append(
                    self.wrong == 0 ? "read back" : "read back after \(Count.words(self.wrong, "correction"))"
                )
            } else if self.wrong > 0 {
                words.append("read back wrongly \(Count.words(self.wrong, "time"))")
            } else if self.isBulk {
                words.append("taken without read-back")
            }
            if self.missingParts > 0 {
                words.append("\(Count.words(self.missingParts, "change")) not there when it was accepted")
            }
            if self.addenda > 0 { words.append(Count.words(self.addenda, "later addition")) }
            return words
        }
    }

    private static func moves(_ custody: CustodyState) -> FileItem {
        let openings = custody.epochs.dropFirst().map(\.opening)
        let accepted = openings.count { $0 == .accept }
        let taken = openings.count { if case .take = $0 { true } else { false } }
        let other = openings.count - accepted - taken
        var parts = ["\(accepted) accepted"]
        if taken > 0 { parts.append("\(taken) taken in an emergency") }
        if other > 0 { parts.append("\(other) by settlement or deposition") }
        return FileItem(
            id: "moves", state: "\(openings.count)",
            text: "\(Count.words(openings.count, "change")) of custody: \(parts.joined(separator: ", "))")
    }

    private static func item(
        _ number: Int, _ offer: CustodyOffer, _ paper: Paper, _ custody: CustodyState, now: UInt64
    ) -> FileItem {
        let until = custody.ended(offer)?.milliseconds ?? now
        let wait = until > offer.madeAt.milliseconds ? until - offer.madeAt.milliseconds : 0
        let head = [paper.label, "to \(offer.to)"].compactMap(\.self).joined(separator: " ")
        let words = [head, "\(offer.isEnded ? "after" : "for") \(TimeWords.span(wait))"] + paper.words
        return FileItem(
            id: "offer:\(number)", state: CustodyWords.words(offer.standing),
            text: words.joined(separator: ", "), by: offer.by, at: offer.madeAt.milliseconds,
            marks: offer.isAnswerProvisional ? ["provisional"] : [])
    }

    private static func readBacks(_ papers: [Paper]) -> [FileItem] {
        let read = papers.count(where: \.isRead)
        let corrections = papers.reduce(0) { $0 + $1.wrong }
        guard read > 0 || corrections > 0 else { return [] }
        return [
            FileItem(
                id: "read-back", state: "\(read)",
                text: "\(Count.words(read, "read-back")), \(Count.words(corrections, "correction"))")
        ]
    }

    /// Offers that stood at one time are counted once.
    private static func unaccepted(_ custody: CustodyState, now: UInt64) -> [FileItem] {
        guard !custody.offers.isEmpty else { return [] }
        let spans = custody.offers.map { offer in
            let from = offer.madeAt.milliseconds
            return from..<max(from, custody.ended(offer)?.milliseconds ?? now)
        }.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        var (total, reached): (UInt64, UInt64) = (0, 0)
        for span in spans {
            let from = max(span.lowerBound, reached)
            if span.upperBound > from { total += span.upperBound - from }
            reached = max(reached, span.upperBound)
        }
        let open = custody.offers.count { !$0.isEnded }
        return [
            FileItem(
                id: "unaccepted", state: open > 0 ? "open" : "over",
                text: "offered and not accepted for \(TimeWords.span(total)) in all",
                marks: open > 0 ? ["\(open) not answered"] : [])
        ]
    }
}
