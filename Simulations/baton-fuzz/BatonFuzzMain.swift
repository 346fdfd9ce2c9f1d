import BatonFuzz
import CFuzz
import Foundation
import Synchronization

/// `baton-fuzz TARGET [PATH or libFuzzer option]…`: with libFuzzer it searches, without it runs each file once.
@main
enum BatonFuzzMain {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count > 1, let target = FuzzTarget(rawValue: arguments[1]) else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " | ")
            FileHandle.standardError.write(Data("usage: baton-fuzz \(names) [FILE or FOLDER]…\n".utf8))
            exit(2)
        }
        chosen.withLock { $0 = target }
        let code = Self.search(Array([arguments[0]] + arguments.dropFirst(2)))
        exit(code >= 0 ? code : Self.replay(arguments.dropFirst(2), target))
    }

    private static func search(_ arguments: [String]) -> Int32 {
        var pointers = unsafe arguments.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            unsafe baton_fuzz_run(Int32(arguments.count), buffer.baseAddress) { bytes, count in
                let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
                chosen.withLock { $0 }.run(input)
                return 0
            }
        }
    }

    private static func replay(_ paths: ArraySlice<String>, _ target: FuzzTarget) -> Int32 {
        var count = 0
        for path in paths.filter({ !$0.hasPrefix("-") }) {
            for file in Self.files(at: path) {
                guard let data = FileManager.default.contents(atPath: file) else { continue }
                target.run(Array(data))
                count += 1
            }
        }
        print("\(target.rawValue): \(count) inputs, none made it fall over")
        return 0
    }

    private static func files(at path: String) -> [String] {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
        guard isFolder.boolValue else { return [path] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().map { "\(path)/\($0)" }
    }
}

/// What libFuzzer's callback, which carries no state, gives its inputs to.
private let chosen = Mutex(FuzzTarget.cbor)
