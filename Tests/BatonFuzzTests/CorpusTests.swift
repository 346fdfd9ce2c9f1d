import BatonFuzz
import Foundation
import Testing

/// Gives every kept input to its target once: what fuzzing has found stays found.
@Suite("Kept inputs of the decoders")
struct CorpusTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Simulations/corpus")

    @Test("no kept input makes its decoder fall over", arguments: FuzzTarget.allCases)
    func replay(target: FuzzTarget) throws {
        let folder = Self.folder.appendingPathComponent(target.rawValue)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty, "\(target.rawValue) has a corpus")
        for file in files { target.run(Array(try Data(contentsOf: file))) }
    }

    @Test(
        "bytes of every short length and bytes cut from kept inputs are refused or read, never trapped on",
        arguments: FuzzTarget.allCases)
    func cut(target: FuzzTarget) throws {
        for byte in UInt8.min...UInt8.max { target.run([byte]) }
        let folder = Self.folder.appendingPathComponent(target.rawValue)
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .prefix(40)
        {
            let bytes = Array(try Data(contentsOf: file).prefix(512))
            for count in 0..<bytes.count { target.run(Array(bytes.prefix(count))) }
        }
    }
}
