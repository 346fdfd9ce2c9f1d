import Glibc
import Testing

@testable import BatonCrypto

@Suite("SecretBytes")
struct SecretBytesTests {
    @Test("a secret lends what was copied in and prints its size only")
    func lends() throws {
        let secret = try SecretBytes(copying: [1, 2, 3])
        #expect(unsafe secret.withBytes { bytes in unsafe Array(bytes) } == [1, 2, 3])
        #expect("\(secret)" == "a secret of 3 bytes")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(dumped.split(separator: "\n").count == 1)
    }

    @Test("a secret is read by several threads at once")
    func threads() async throws {
        let secret = try SecretBytes(copying: [UInt8](repeating: 9, count: 64))
        let sums = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    unsafe secret.withBytes { bytes in unsafe bytes.reduce(0) { $0 + Int($1) } }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums == [Int](repeating: 576, count: 8))
    }

    @Test("a secret cannot be written to once it is made")
    func readOnly() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let secret = try SecretBytes(copying: [1, 2, 3])
            unsafe secret.withBytes { bytes in
                let writable = unsafe UnsafeMutableRawBufferPointer(mutating: bytes)
                unsafe writable[0] = 9
            }
        }
    }

    @Test("memory that the kernel refuses is an error with a code")
    func refused() {
        let fault = #expect(throws: CryptoFault.self) {
            try unsafe SecretBytes(count: Int.max / 2) { (_) throws(CryptoFault) in }
        }
        #expect(fault?.code == .memoryExhausted)
    }

    @Test("a secret that cannot be locked is refused")
    func unlocked() async {
        await #expect(processExitsWith: .success) {
            // Root may lock memory whatever the limit says, so the child becomes somebody else first.
            try #require(geteuid() != 0 || setuid(65_534) == 0)
            var limit = rlimit(rlim_cur: 0, rlim_max: 0)
            try #require(unsafe setrlimit(Limit.lockedMemory, &limit) == 0)
            let fault = #expect(throws: CryptoFault.self) { try SecretBytes(copying: [1]) }
            #expect(fault?.code == .memoryExhausted)
        }
    }

    @Test("locked memory is given back, once, when the last owner lets go")
    func released() async {
        await #expect(processExitsWith: .success) {
            let before = try lockedKilobytes()
            do {
                let secrets = try (0..<64).map { try SecretBytes(copying: [UInt8($0)]) }
                #expect(try lockedKilobytes() >= before + 64 * 4)
                #expect(secrets.count == 64)
            }
            #expect(try lockedKilobytes() == before)
        }
    }

    @Test("the memory is given back when filling fails")
    func fillFails() async {
        await #expect(processExitsWith: .success) {
            let before = try lockedKilobytes()
            #expect(throws: CryptoFault.self) {
                try unsafe SecretBytes(count: 32) { (_) throws(CryptoFault) in
                    throw CryptoFault(.libraryFailed, "test")
                }
            }
            #expect(try lockedKilobytes() == before)
        }
    }

    @Test("hardening forbids core files and dumping")
    func hardening() async {
        await #expect(processExitsWith: .success) {
            try Hardening.apply()
            var limit = rlimit()
            try #require(unsafe getrlimit(Limit.coreFile, &limit) == 0)
            #expect(limit.rlim_cur == 0 && limit.rlim_max == 0)
        }
    }

    @Test("random bytes have the count asked for and do not repeat")
    func random() {
        #expect(Sodium.randomBytes(0).isEmpty)
        let first = Sodium.randomBytes(32)
        #expect(first.count == 32 && first != Sodium.randomBytes(32))
    }

    @Test("wiping leaves zeros, and comparison needs equal counts")
    func wipe() {
        var bytes: [UInt8] = [1, 2, 3]
        Sodium.wipe(&bytes)
        #expect(bytes == [0, 0, 0])
        #expect(Sodium.areEqual([1, 2], [1, 2]) && !Sodium.areEqual([1, 2], [1, 3]))
        #expect(!Sodium.areEqual([1], [1, 2]) && Sodium.areEqual([], []))
    }
}

/// VmLck of this process: pages that may not be swapped.
func lockedKilobytes() throws -> Int {
    let file = unsafe open("/proc/self/status", O_RDONLY)
    try #require(file >= 0)
    defer { _ = close(file) }
    var buffer = [UInt8](repeating: 0, count: 8192)
    let count = unsafe read(file, &buffer, buffer.count)
    let text = String(decoding: buffer.prefix(count), as: UTF8.self)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmLck:") })
    return try #require(Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]))
}

/// Linux's numbers of resource limits: Swift sees the names as an enum that `setrlimit` does not take.
enum Limit {
    static let fileSize: Int32 = 1
    static let coreFile: Int32 = 4
    static let lockedMemory: Int32 = 8
}
