import Foundation
import Testing

@testable import BatonEncoding

/// Where the other implementation is found.
private enum Peer {
    static let python = ProcessInfo.processInfo.environment["BATON_PYTHON"]
}

/// Holds the codec against `cbor2`, an implementation by other people, through `Tests/Interop/cbor_peer.py`.
///
/// Set `BATON_PYTHON` to a Python that has the packages of `Tests/Interop/requirements.txt`.
///
/// `canonical=True` of cbor2 sorts map keys length-first, the order of RFC 7049 (RFC 8949 section 4.2.3),
/// while ours is the bytewise order of section 4.2.1. The two agree when all keys of a map are integers of
/// one sign, or all byte strings, or all texts, so both sides generate only such maps here; the bytewise
/// order across types is pinned by the RFC's own example in CBORValueTests.
@Suite("CBOR interoperation with cbor2", .enabled(if: Peer.python != nil))
struct CBORInteropTests {
    enum PeerFault: Error { case notConfigured, failed(status: Int32) }

    /// Runs the peer with `lines` as its input and returns its lines.
    private func peer(_ arguments: [String], lines: [String] = []) throws -> [String] {
        guard let python = Peer.python else { throw PeerFault.notConfigured }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Interop/cbor_peer.py")
        let process = Process()
        let input = Pipe()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [script.path] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // The peer reads its whole input before it writes, so neither side can block the other.
        try input.fileHandleForWriting.write(contentsOf: Data(lines.joined(separator: "\n").utf8))
        try input.fileHandleForWriting.close()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw PeerFault.failed(status: process.terminationStatus)
        }
        return String(decoding: answer, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("cbor2 decodes what we encode and encodes it to the same bytes")
    func ours() throws {
        var generator = Generator(seed: 8949)
        let encoded = (0..<3000).map { _ in hex(CBORValue.encode(generator.value(depth: 4, plainKeys: true)))
        }
        let answer = try self.peer(["decode"], lines: encoded)
        #expect(answer.count == encoded.count)
        for (ours, theirs) in zip(encoded, answer) { #expect(ours == theirs) }
    }

    @Test("we decode what cbor2 encodes and encode it to the same bytes")
    func theirs() throws {
        let encoded = try self.peer(["encode", "3000", "8949"])
        #expect(encoded.count == 3000)
        for line in encoded {
            let value = try CBORValue.decode(bytes(line))
            #expect(hex(CBORValue.encode(value)) == line)
        }
    }
}
