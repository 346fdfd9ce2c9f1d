import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@testable import BatonStore

@Suite("What is known of signatures")
struct SignatureProgressTests {
    @Test("How far the check is survives a restart, and a wrong signature is an alarm of its site")
    func progress() throws {
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store)
        let delta = try peer.author(caseID(1), [operation(.append, CaseField.note, .text("a"))])
        #expect(try store.signatureProgress() == SignatureProgress())
        #expect(try store.alarms().isEmpty)
        let length = try store.logLength()
        var progress = SignatureProgress()
        progress.checked = 1
        try store.save(signatureProgress: progress)
        #expect(try store.alarms().isEmpty)
        progress.wrong = [delta.id]
        try store.save(signatureProgress: progress)
        store.close()
        let again = try folder.open()
        #expect(try again.signatureProgress() == progress)
        #expect(try again.alarms() == [.wrongSignature(delta.header.author.site, ids: [delta.id])])
        // The watcher looks again when this changes.
        #expect(try again.logLength() != length)
        #expect(try again.delta(delta.id) == delta)
    }
}
