/// `GET /v1/cases/{ref}/export`: a case as one file for somebody outside, or for counsel.
package struct CaseExportReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let ref: String
    package let id: String
    /// `LE`, `counsel` or `team`.
    package let reader: String
    /// Parts of the case file that are in it.
    package let sections: [String]
    /// Changes whose restricted parts are not in it.
    package let withheld: Int64
    package let bytes: Int64
    /// Of the file's bytes, 64 hexadecimal digits.
    package let sha256: String
    /// The file.
    package let html: String

    package init(
        asOf: Freshness, ref: String, id: String, reader: String, sections: [String], withheld: Int64,
        file: (html: String, sha256: String)
    ) {
        self.asOf = asOf
        self.ref = ref
        self.id = id
        self.reader = reader
        self.sections = sections
        self.withheld = withheld
        self.bytes = Int64(file.html.utf8.count)
        self.sha256 = file.sha256
        self.html = file.html
    }
}
