package import BatonDesk
package import BatonModel

/// What one machine knows of the custody of a case.
package struct CustodySight: Sendable {
    package let site: SiteID
    package let state: CustodyState

    package init(site: SiteID, state: CustodyState) {
        self.site = site
        self.state = state
    }
}

extension Commit {
    /// Documents of which this transaction let custody operations pass, in that order.
    func custodyDocuments(_ replica: MemoryReplica) -> [DocumentID] {
        var documents: [DocumentID] = []
        for id in self.passed {
            guard let header = replica.row(id)?.delta.header,
                header.shape.contains(where: { $0.kind == .custody }),
                !documents.contains(header.document)
            else { continue }
            documents.append(header.document)
        }
        return documents
    }
}
