package import BatonAPI
import BatonModel
package import BatonStore

extension AlarmView {
    package init(_ alarm: LogAlarm) {
        switch alarm {
        case .fork(let first, let ids, let places):
            let more = places > 1 ? ", and \(places - 1) more numbers are contested" : ""
            self.init(
                code: "alarm.fork", site: first.author.site.description,
                message: "\(first.author.site) has signed several deltas as \(first)\(more).",
                hint: "Both branches count; ask the site who holds its keys, and replace them.",
                deltas: ids.map(\.description))
        case .sameBeginning(let site, let head, let authors, let ids):
            let start = head == .none ? "from nothing" : "from one point of its log"
            self.init(
                code: "alarm.same-beginning", site: site.description,
                message: "\(authors.count) lives of \(site) began \(start): \(Self.list(authors)).",
                hint: "A backup restored twice, a cloned machine, or a lost disk: stop all copies but one.",
                deltas: ids.map(\.description))
        case .twoLives(let older, let newer, let ids):
            self.init(
                code: "alarm.two-lives", site: older.site.description,
                message: "\(older) went on writing after \(newer) had begun.",
                hint: "Two machines seem to run as \(older.site): stop one, or check the clocks.",
                deltas: ids.map(\.description))
        case .wrongSignature(let site, let ids):
            let count = ids.count == 1 ? "a change" : "\(ids.count) changes"
            self.init(
                code: "alarm.wrong-signature", site: site.description,
                message: "\(site) has chained \(count) whose own signature is wrong.",
                hint: "The changes count. Ask the site which build wrote them, and replace it.",
                deltas: ids.map(\.description))
        case .damagedIndex(let site, let names):
            self.init(
                code: "alarm.damaged-index", site: site.description,
                message: "Parts of this replica do not match its tables: \(names.joined(separator: ", ")).",
                hint: "Lists may leave rows out: stop the node, run baton repair, look at the disk.",
                deltas: [])
        }
    }

    init(_ alarm: PeerAlarm) {
        let (author, site) = (alarm.author, alarm.author.site)
        switch alarm.kind {
        case .peerWentBack:
            self.init(
                code: "alarm.peer-went-back", site: site.description,
                message: "\(author) holds less of its own log than this site does (change \(alarm.seq)).",
                hint: "Its disk went back; it is given back what it lost. Ask the site what happened.",
                deltas: [])
        case .replicaWentBack:
            self.init(
                code: "alarm.replica-went-back", site: site.description,
                message: "\(author) is here in part only, though this site signed for change \(alarm.seq).",
                hint: "This disk went back; the rest comes from the peers. Look what was restored here.",
                deltas: [])
        case .logSplit:
            self.init(
                code: "alarm.log-split", site: site.description,
                message: "\(author) has another change \(alarm.seq) where this site signed for one.",
                hint: "Its log has split: ask the site who holds its keys, and replace them.", deltas: [])
        }
    }

    private static func list(_ authors: [Author]) -> String {
        authors.map(\.description).joined(separator: ", ")
    }
}
