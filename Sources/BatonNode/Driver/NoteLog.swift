import BatonEngine
import BatonModel
import BatonProtocol
import Logging

extension NodeCounters {
    mutating func count(_ note: EngineNote) {
        switch note {
        case .linkGreeted: self.linksGreeted += 1
        case .linkLost: self.linksLost += 1
        case .merged(_, let added, let duplicates, _):
            self.deltasMerged += UInt64(added)
            self.deltasRepeated += UInt64(duplicates)
        case .signatureRefused: self.signaturesRefused += 1
        case .finding: self.findings += 1
        case .receiptTaken: self.receiptsTaken += 1
        case .linkRedundant, .catchUpStarted, .catchUpFinished, .receiptRefused, .membershipAdvanced,
            .cloneSuspected, .storeRefused, .peerWentBack, .shed:
            break
        }
    }
}

extension Logger {
    // long: one branch per kind of note.
    /// Writes a note as one line: constant words, data as metadata, never a case's text.
    func write(_ note: EngineNote) {
        switch note {
        case .linkGreeted(let site, let author, let offset):
            self.info(
                "peer greeted",
                metadata: [
                    "peer.site": "\(site)", "peer.author": "\(author)", "clock.offset-ms": "\(offset)",
                ])
        case .linkLost(let site, let fault?):
            self.warning(
                "peer refused",
                metadata: ["peer.site": "\(site)", "code": "\(fault.code)", "reason": "\(fault)"])
        case .linkLost(let site, nil): self.info("peer lost", metadata: ["peer.site": "\(site)"])
        case .linkRedundant(let site): self.debug("second link closed", metadata: ["peer.site": "\(site)"])
        case .catchUpStarted(let site, let missing):
            self.info(
                "catch-up started", metadata: ["peer.site": "\(site)", "delta.missing-there": "\(missing)"])
        case .catchUpFinished(let site, let count):
            self.info(
                "catch-up finished",
                metadata: [
                    "peer.site": "\(site)", "delta.sent": "\(count.deltasSent)",
                    "delta.received": "\(count.deltasReceived)", "bytes.sent": "\(count.bytesSent)",
                    "bytes.received": "\(count.bytesReceived)",
                ])
        case .merged(let site, let added, let duplicates, let waiting):
            self.debug(
                "deltas merged",
                metadata: [
                    "peer.site": "\(site)", "delta.added": "\(added)", "delta.repeated": "\(duplicates)",
                    "delta.waiting": "\(waiting)",
                ])
        case .signatureRefused(let site, let reference):
            self.warning("signature refused", metadata: ["peer.site": "\(site)", "delta": "\(reference)"])
        case .finding(let finding): self.write(finding)
        case .receiptTaken(let site): self.trace("receipt taken", metadata: ["peer.site": "\(site)"])
        case .receiptRefused(let site): self.warning("receipt refused", metadata: ["peer.site": "\(site)"])
        case .membershipAdvanced(let epoch):
            self.notice("membership advanced", metadata: ["membership.epoch": "\(epoch)"])
        case .peerWentBack(let author, let held, let stated):
            self.error(
                "a peer's own log went back",
                metadata: [
                    "author": "\(author)", "seq.held-here": "\(held)", "seq.stated-there": "\(stated)",
                ])
        case .shed(let site, let lane, let ranges):
            self.warning(
                "live changes dropped",
                metadata: [
                    "peer.site": "\(site)", "link.purpose": "\(lane.word)", "delta.ranges": "\(ranges)",
                ])
        case .cloneSuspected(let author):
            self.error("two machines use one incarnation", metadata: ["author": "\(author)"])
        case .storeRefused(let fault):
            self.error(
                "the replica refused", metadata: ["code": "\(fault.code)", "reason": "\(fault.message)"])
        }
    }

    private func write(_ finding: ApplyFinding) {
        switch finding {
        case .forkProven(let reference, let ids):
            self.error("fork proven", metadata: ["delta": "\(reference)", "delta.branches": "\(ids.count)"])
        case .partRefused(let reference): self.warning("part refused", metadata: ["delta": "\(reference)"])
        case .keyRefused(let scope):
            self.warning(
                "key refused", metadata: ["author": "\(scope.author)", "document": "\(scope.document)"])
        case .clockSuspect(let reference): self.warning("clock suspect", metadata: ["delta": "\(reference)"])
        case .voided(let reference): self.warning("delta void", metadata: ["delta": "\(reference)"])
        case .documentPrevSkipped(let reference):
            self.warning("document prev skipped", metadata: ["delta": "\(reference)"])
        }
    }
}
