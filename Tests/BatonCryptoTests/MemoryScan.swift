import BatonModel
import Glibc
import Testing

@testable import BatonCrypto

/// Looks for bytes in the memory of this process that may reach a swap or crash file: every readable mapping
/// but those that are locked and left out of dumps, as guarded memory is.
///
/// The scan itself keeps what it looks for, and what it reads, in guarded memory only.
struct MemoryScan {
    private static let windowBytes = 16
    private static let chunkBytes = 1 << 20

    /// How many places hold a run of 16 bytes of the secret that starts at one of its 8-byte steps.
    static func places(of secret: SecretBytes) throws -> Int {
        let file = unsafe open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        try #require(file >= 0)
        defer { _ = close(file) }
        var found = 0
        // Chunks overlap, so that nothing hides on their borders.
        for region in try Self.ordinaryRegions() {
            var place = region.lowerBound
            while place < region.upperBound {
                let end = min(region.upperBound, place + UInt(Self.chunkBytes))
                found += try Self.count(secret, file, place..<end)
                place = end == region.upperBound ? end : end - UInt(Self.windowBytes)
            }
        }
        return found
    }

    private static func count(_ secret: SecretBytes, _ file: Int32, _ range: Range<UInt>) throws -> Int {
        var found = 0
        // The chunk lives and dies in guarded memory.
        _ = try unsafe SecretBytes(count: range.count) { (chunk) throws(CryptoFault) in
            let size = unsafe pread(file, chunk.baseAddress, chunk.count, off_t(range.lowerBound))
            guard size > 0 else { return }
            unsafe secret.withBytes { wanted in
                for start in stride(from: 0, through: wanted.count - Self.windowBytes, by: 8) {
                    let window = unsafe UnsafeRawBufferPointer(
                        rebasing: wanted[start..<start + Self.windowBytes])
                    unsafe found += Self.count(
                        window, in: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(chunk)[..<size]))
                }
            }
        }
        return found
    }

    private static func count(_ window: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) -> Int {
        guard let start = bytes.baseAddress, let wanted = window.baseAddress else { return 0 }
        var found = 0
        var from = 0
        while from + window.count <= bytes.count {
            guard let hit = unsafe memchr(start + from, Int32(window[0]), bytes.count - from) else { break }
            let place = unsafe UnsafeRawPointer(hit) - start
            guard place + window.count <= bytes.count else { break }
            if unsafe memcmp(hit, wanted, window.count) == 0 { found += 1 }
            from = place + 1
        }
        return found
    }

    /// Mappings as `smaps` tells them: a head line `from-to rwxp …`, facts, and at the end `VmFlags:`, where
    /// `lo` says locked and `dd` left out of dumps.
    static func ordinaryRegions() throws -> [Range<UInt>] {
        let text = try Self.text(of: "/proc/self/smaps")
        var regions: [Range<UInt>] = []
        var current: Range<UInt>?
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0] == "VmFlags:" {
                if let region = current, !(words.contains("lo") && words.contains("dd")) {
                    regions.append(region)
                }
                current = nil
            } else if let range = Self.range(words[0]) {
                let isKernels = line.hasSuffix("[vvar]") || line.hasSuffix("[vsyscall]")
                current = words[1].hasPrefix("r") && !isKernels ? range : nil
            }
        }
        return regions
    }

    private static func range(_ word: Substring) -> Range<UInt>? {
        let ends = word.split(separator: "-")
        guard ends.count == 2, let low = UInt(ends[0], radix: 16), let high = UInt(ends[1], radix: 16)
        else { return nil }
        return low..<high
    }

    private static func text(of path: String) throws -> String {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        try #require(file >= 0)
        defer { _ = close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(file, &piece, piece.count)
            try #require(count >= 0)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: piece[..<count])
        }
    }
}

@Suite("MemoryScan")
struct MemoryScanTests {
    private static let secretNames = ["vault-key", "signing-seed", "tls-seed", "unwrap-seed"]

    @Test("no secret of the vault lies in ordinary memory after it was made, replaced, opened and used")
    func vault() async {
        await #expect(processExitsWith: .success) {
            let folder = try Folder()
            let site = try #require(SiteID("syd"))
            try Vault.create(at: folder.vault, site: site)
                .remember(Vault.MembershipMark(epoch: 3, head: .zero))
            let vault = try Vault(opening: folder.vault)
            _ = vault.signingKey.sign([1, 2, 3])
            _ = vault.tlsKey.sign([1, 2, 3])
            let box = try SealedBox.seal(SecretBytes(drawing: 32), to: vault.unwrapPublicKey)
            _ = try vault.unwrapKey.open(box)
            let file = try SecretFile(reading: folder.vault)
            for name in Self.secretNames {
                let secret = try #require(try file.secret(name, count: 32))
                #expect(try MemoryScan.places(of: secret) == 0, "\(name) lies in ordinary memory")
            }
            withExtendedLifetime(vault) {}
        }
    }

    @Test("the scan finds a secret, and half of one, that was copied out of guarded memory")
    func planted() async {
        await #expect(processExitsWith: .success) {
            let secret = try SecretBytes(drawing: 32)
            #expect(try MemoryScan.places(of: secret) == 0)
            var whole = unsafe secret.withBytes { bytes in unsafe Array(bytes) }
            #expect(try MemoryScan.places(of: secret) >= 3)
            Sodium.wipe(&whole)
            #expect(try MemoryScan.places(of: secret) == 0)
            let half = unsafe secret.withBytes { bytes in unsafe Array(bytes.suffix(16)) }
            #expect(try MemoryScan.places(of: secret) >= 1)
            withExtendedLifetime(half) {}
        }
    }

    @Test("a document key that was drawn is wiped where it was drawn")
    func documentKey() async {
        await #expect(processExitsWith: .success) {
            let cipher = try PartCipher(vaultKey: SecretBytes(drawing: 32))
            let scope = try PartCipherTests.scope(seed: 0, generation: 1)
            let key = try cipher.makeKey(scope: scope, entropy: KernelEntropy().bytes(56))
            var bare = try cipher.export(key, scope: scope)
            let kept = try SecretBytes(copying: bare)
            Sodium.wipe(&bare)
            #expect(try MemoryScan.places(of: kept) == 0)
        }
    }
}
