import BatonCrypto
import BatonDesk
import BatonEncoding
import BatonModel
import Foundation

/// One line of workload W, as a change to a case.
struct WorkloadRow {
    let isAtFirstSite: Bool
    let isSeed: Bool
    /// Milliseconds since 1970.
    let at: UInt64
    let change: CaseChange
}

/// Reads workload W line by line, so that its size is not in the memory that is measured.
@safe final class WorkloadFile {
    private let path: String
    private let stream: UnsafeMutablePointer<FILE>
    private var line: UnsafeMutablePointer<CChar>?
    private var capacity = 0
    private var number = 0
    private let decoder = JSONDecoder()

    init(_ path: String) throws {
        guard let stream = unsafe fopen(path, "r") else {
            throw BenchFault("the workload \(path) cannot be read (--file)", isUsage: true)
        }
        self.path = path
        unsafe self.stream = stream
    }

    deinit {
        _ = unsafe fclose(self.stream)
        unsafe free(self.line)
    }

    /// Gives the next line; nil at the end.
    func next() throws -> WorkloadRow? {
        let count = unsafe getline(&self.line, &self.capacity, self.stream)
        guard count > 0, let line = unsafe self.line else { return nil }
        self.number += 1
        do {
            let data = unsafe Data(bytes: line, count: count)
            return try WorkloadRow(try self.decoder.decode(WorkloadLine.self, from: data))
        } catch {
            throw BenchFault("line \(self.number) of \(self.path) is not one of workload W: \(error)")
        }
    }
}

/// The JSON object of a line.
struct WorkloadLine: Decodable {
    let site: String
    let phase: String
    let at: UInt64
    let `case`: String
    let op: String
    let title: String?
    let kind: String?
    let severity: String?
    let owner: String?
    let field: String?
    let value: String?
    let text: String?
    let tag: String?
}

extension WorkloadRow {
    fileprivate init(_ line: WorkloadLine) throws {
        self.isAtFirstSite = line.site == "A"
        self.isSeed = line.phase == "seed"
        self.at = line.at
        let id = Blake2b().digest256(Array(line.case.utf8)).bytes
        self.change = CaseChange(
            document: DocumentID(kind: .escalation, suffix: Array(id.prefix(15))),
            operations: try Self.operations(line))
    }

    private static func operations(_ line: WorkloadLine) throws -> [BatonModel.Operation] {
        switch line.op {
        case "create":
            return [
                CaseChange.set(CaseField.title, .text(line.title ?? "")),
                CaseChange.set(CaseField.type, try Self.place(of: line.kind, in: Self.kinds, from: 1)),
                CaseChange.set(
                    CaseField.severity, try Self.place(of: line.severity, in: Self.severities, from: 0)),
                CaseChange.set(CaseField.owner, Self.person(line.owner)),
                CaseChange.set(CaseField.receivedAt, .unsigned(line.at)),
            ]
        case "note": return [CaseChange.operation(.append, CaseField.note, .text(line.text ?? ""))]
        case "tag": return [CaseChange.operation(.add, CaseField.tags, .text(line.tag ?? ""))]
        case "set":
            switch line.field {
            case "severity":
                return [
                    CaseChange.set(
                        CaseField.severity, try Self.place(of: line.value, in: Self.severities, from: 0))
                ]
            case "owner": return [CaseChange.set(CaseField.owner, Self.person(line.value))]
            case "status": return [try Self.status(line.value ?? "")]
            default: throw BenchFault("an unknown field")
            }
        default: throw BenchFault("an unknown operation")
        }
    }

    private static let kinds = ["incident", "complaint", "safety", "change", "audit"]
    private static let severities = ["sev1", "sev2", "sev3", "sev4", "sev5"]

    private static func place(of word: String?, in words: [String], from first: Int) throws -> CBORValue {
        guard let word, let place = words.firstIndex(of: word) else { throw BenchFault("an unknown word") }
        return CBORValue(place + first)
    }

    /// A status is no field of ours: it follows from milestones and closures, which are what a desk would
    /// enter.
    private static func status(_ word: String) throws -> BatonModel.Operation {
        switch word {
        case "open": CaseChange.operation(.reopen, CaseField.closure, .null)
        case "closed": CaseChange.operation(.close, CaseField.closure, .null)
        case "acknowledged": CaseChange.operation(.milestone, CaseField.acknowledged, .null)
        case "escalated": CaseChange.operation(.milestone, CaseField.triaged, .null)
        case "handed_off", "waiting": CaseChange.operation(.milestone, CaseField.active, .null)
        case "mitigated": CaseChange.operation(.milestone, CaseField.contained, .null)
        case "resolved": CaseChange.operation(.milestone, CaseField.resolved, .null)
        default: throw BenchFault("an unknown status")
        }
    }

    /// W names 40 people by words; here a person is a number, drawn from the name.
    private static func person(_ name: String?) -> CBORValue {
        let word = Blake2b().digest256(Array((name ?? "").utf8)).word0
        return .unsigned(1 + (word >> 40))
    }
}
