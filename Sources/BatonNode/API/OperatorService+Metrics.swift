import BatonAPI
import BatonEngine
import BatonModel
import BatonProtocol
import Foundation

/// Figures for a monitoring system. No text of a case and no name of a person is in them.
extension OperatorService {
    private typealias Sample = MetricsText.Sample

    func metrics() async -> APIReply {
        let snapshot = await self.driver.snapshot
        var text = MetricsText()
        text.add(
            "baton_build", .info, "The running build.",
            [Sample([("version", BatonVersion.current), ("site", self.ownSite.description)], 1)])
        text.add("baton_deltas", .gauge, "Deltas held here.", [Sample(snapshot.deltaCount)])
        text.add(
            "baton_membership_epoch", .gauge, "Epoch of the newest membership entry.",
            [Sample(snapshot.membershipEpoch)])
        text.add("baton_sessions", .gauge, "Running nodes in touch.", [Sample(snapshot.sessionCount)])
        self.peers(snapshot, &text)
        self.lags(snapshot, &text)
        self.links(snapshot, await self.driver.queuedBytes, &text)
        await self.work(&text)
        await self.alarms(&text)
        return APIReply(status: 200, body: Array(text.text.utf8), contentType: MetricsText.contentType)
    }

    private func peers(_ snapshot: EngineSnapshot, _ text: inout MetricsText) {
        func each(_ value: (EngineSnapshot.Peer) -> Sample?) -> [Sample] { snapshot.peers.compactMap(value) }
        func label(_ peer: EngineSnapshot.Peer) -> [(String, String)] { [("peer", peer.site.description)] }
        text.add(
            "baton_peer_state", .gauge, "1 for the state that the peer is in.",
            each { Sample(label($0) + [("state", $0.state)], 1) })
        text.add(
            "baton_peer_last_heard_timestamp_seconds", .gauge, unit: "seconds",
            "When the peer was last heard, since 1970.",
            each { peer in peer.lastHeardWallMilliseconds.map { Sample(label(peer), milliseconds: $0) } })
        text.add(
            "baton_peer_clock_offset_seconds", .gauge, unit: "seconds",
            "How far the peer's clock is ahead of ours.",
            each { peer in peer.clockOffsetMilliseconds.map { Sample(label(peer), milliseconds: $0) } })
        text.add(
            "baton_peer_round_trip_seconds", .gauge, unit: "seconds", "Shortest round trip of the bulk lane.",
            each { peer in peer.roundTripMilliseconds.map { Sample(label(peer), milliseconds: $0) } })
        text.add(
            "baton_peer_safe_deltas", .gauge, "Deltas of this life of our log that the peer has signed for.",
            each { Sample(label($0), self.receipts.count(of: self.author, at: $0.site)) })
        text.add(
            "baton_peer_cases_incomplete", .gauge, "Cases of which the peer has announced changes.",
            each { Sample(label($0), $0.documentsBehind) })
        text.add(
            "baton_session_sent_bytes", .counter, unit: "bytes", "Bytes sent in the session with the peer.",
            each { Sample(label($0), $0.count.bytesSent) })
        text.add(
            "baton_session_received_bytes", .counter, unit: "bytes",
            "Bytes received in the session with the peer.",
            each { Sample(label($0), $0.count.bytesReceived) })
    }

    private func lags(_ snapshot: EngineSnapshot, _ text: inout MetricsText) {
        text.add(
            "baton_missing_here_deltas", .gauge, "Deltas that the peer has stated and that are not here.",
            snapshot.peers.flatMap { peer in
                peer.lags.map {
                    Sample(
                        [("peer", peer.site.description), ("author", $0.author.description)], $0.count)
                }
            })
        text.add(
            "baton_announced_deltas", .gauge,
            "Deltas that the peer has listed by case and that are not here, by the lane of the case.",
            snapshot.peers.flatMap { peer in
                peer.lags.flatMap { lag in
                    lag.lanes.map {
                        Sample(
                            [
                                ("peer", peer.site.description), ("lane", $0.word),
                                ("author", lag.author.description),
                            ], $0.count)
                    }
                }
            })
        text.add(
            "baton_waiting_deltas", .gauge, "Deltas that wait to be sent to the peer.",
            snapshot.peers.flatMap { peer in
                peer.waiting.map {
                    Sample(
                        [
                            ("peer", peer.site.description), ("lane", $0.lane.word),
                            ("author", $0.author.description),
                        ], $0.count)
                }
            })
    }

    private func links(_ snapshot: EngineSnapshot, _ queued: [LinkID: Int], _ text: inout MetricsText) {
        func each(_ value: (EngineSnapshot.Link) -> UInt64) -> [Sample] {
            snapshot.links.filter(\.isLive).map {
                Sample(
                    [
                        ("peer", $0.site.description), ("lane", $0.lane.word),
                        ("link", "\($0.link.number)"),
                    ], value($0))
            }
        }
        text.add(
            "baton_link_queue_bytes", .gauge, unit: "bytes", "Bytes that the socket has not taken yet.",
            each { UInt64(clamping: queued[$0.link] ?? 0) })
        text.add(
            "baton_link_in_flight_bytes", .gauge, unit: "bytes", "Catch-up that the peer has not read yet.",
            each(\.bytesInFlight))
        text.add(
            "baton_link_chunks", .gauge, "Received chunks that are not committed yet.",
            each { UInt64(clamping: $0.chunksInFlight) })
    }

    /// From the kernel's own count of this process's pages; nil where it does not tell.
    private static var residentBytes: UInt64? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let words = String(decoding: data, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? UInt64(words[1]).map { $0 * UInt64(getpagesize()) } : nil
    }

    private func work(_ text: inout MetricsText) async {
        let counters = await self.driver.counters
        for (name, help, value) in [
            ("baton_changes_authored", "Deltas that were written here.", counters.changesAuthored),
            ("baton_commits", "Commits of changes written here.", counters.commitsShared),
            ("baton_deltas_merged", "Deltas that peers have brought.", counters.deltasMerged),
            ("baton_deltas_repeated", "Deltas that came again.", counters.deltasRepeated),
            ("baton_signature_checks", "Signatures looked at.", counters.signatureChecks),
            ("baton_signatures_refused", "Deltas that no signature vouched for.", counters.signaturesRefused),
            ("baton_receipts", "Receipts of peers.", counters.receiptsTaken),
            ("baton_links_greeted", "Links that became live.", counters.linksGreeted),
            ("baton_links_lost", "Links that ended.", counters.linksLost),
            ("baton_findings", "Things wrong with deltas, as the log says.", counters.findings),
        ] {
            text.add(name, .counter, help, [Sample(value)])
        }
        let waiting = self.driver.lane.waiting
        text.add(
            "baton_write_queue", .gauge, "Jobs that wait for the thread that writes.",
            [
                Sample([("kind", "orders")], waiting.orders), Sample([("kind", "urgent")], waiting.urgent),
                Sample([("kind", "words")], waiting.words), Sample([("kind", "bulk")], waiting.bulk),
            ])
        if let bytes = Self.residentBytes {
            text.add(
                "process_resident_memory_bytes", .gauge, unit: "bytes", "Resident memory.", [Sample(bytes)])
        }
    }

    /// Alarms of the exchange and alarms that the log proves, by kind.
    private func alarms(_ text: inout MetricsText) async {
        let proven = self.worker.alarms.alarms.map { AlarmView($0).code }
        let kinds = await self.driver.alarms.map(\.kind.rawValue) + proven
        let counts = Dictionary(kinds.map { ($0, 1) }, uniquingKeysWith: +)
        text.add(
            "baton_alarms", .gauge, "Alarms that stand.",
            counts.isEmpty
                ? [Sample(0)] : counts.sorted { $0.key < $1.key }.map { Sample([("kind", $0.key)], $0.value) }
        )
    }
}
