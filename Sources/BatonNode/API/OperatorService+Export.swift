import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// The case file for law enforcement and counsel.
extension OperatorService {
    private static let notesMax = 10_000
    private static let pageNotes = 500

    func export(
        _ reference: String, _ query: inout APIQuery, _ desk: Desk
    ) async throws(APIFault) -> CaseExportReply {
        let word = query.text("for") ?? ""
        try query.finish()
        guard let reader = ExportReader(word: word) else {
            throw APIFault(
                .badQuery, "It was not said for whom the file is.",
                "Give for: one of \(ExportReader.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        let id = try await self.resolve(reference, desk)
        let file = try await self.caseFile(id, desk)
        do throws(ActRefusal) { try CaseExport.check(file, for: reader) } catch { throw APIFault(error) }
        let wording = Wording(membership: desk.membership)
        let (handle, withheld, notes) = try await self.read(desk) { replica throws(ReplicaFault) in
            (
                try replica.store.handle(of: id)?.description ?? id.description,
                try replica.store.holdings(of: id, waitingMax: 0).lackingParts,
                reader.hasNotes ? try replica.notes(id, limit: Self.notesMax, page: Self.pageNotes) : []
            )
        }
        let page = CasePage(
            CasePage.Head(
                handle: handle, title: file.summary.title, site: self.ownSite, madeBy: desk.person.name,
                madeAt: NodeClock.wallMilliseconds, withheld: Int(clamping: withheld)),
            file: file, rules: self.rules, for: reader, notes: notes, name: wording.name)
        let html = page.html
        return CaseExportReply(
            asOf: await self.freshness(of: id), ref: handle, id: id.description, reader: reader.rawValue,
            sections: page.sectionNames, withheld: Int64(clamping: withheld),
            file: (html, hexadecimal(Blake2b.sha256(Array(html.utf8)))))
    }
}

extension CaseReader {
    /// The notes of a case, oldest first.
    fileprivate func notes(
        _ id: DocumentID, limit: Int, page: Int
    ) throws(ReplicaFault) -> [CasePage.Note] {
        var notes: [CasePage.Note] = []
        var cursor: TimelineCursor?
        repeat {
            let found = try self.store.timeline(id, before: cursor, limit: page)
            for entry in found.entries {
                let view = self.timeline(entry)
                notes.append(
                    CasePage.Note(
                        at: UInt64(clamping: view.originallyAt ?? view.written.at),
                        by: view.originallyBy ?? view.written.by,
                        site: entry.write.reference.author.site, text: view.text))
            }
            cursor = found.next
        } while cursor != nil && notes.count < limit
        return notes.reversed()
    }
}
