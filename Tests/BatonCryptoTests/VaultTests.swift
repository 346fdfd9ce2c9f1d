import BatonModel
import Glibc
import Testing

@testable import BatonCrypto

/// A folder of its own for one test, removed afterwards.
final class Folder {
    let path: String

    init() throws {
        var template = Array("/tmp/baton-crypto-XXXXXX".utf8CString)
        self.path = try #require(
            unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
                guard let made = unsafe mkdtemp(buffer.baseAddress!) else { return nil }
                return unsafe String(cString: made)
            })
    }

    deinit {
        for name in ["vault", "vault.new", "root.key", "link"] { _ = unsafe unlink("\(self.path)/\(name)") }
        _ = unsafe rmdir(self.path)
    }

    var vault: String { "\(self.path)/vault" }
}

func mode(_ path: String) throws -> mode_t {
    var status = stat()
    try #require(unsafe stat(path, &status) == 0)
    return status.st_mode & 0o7777
}

func overwrite(_ path: String, _ bytes: [UInt8]) throws {
    let file = unsafe open(path, O_WRONLY | O_TRUNC)
    try #require(file >= 0)
    defer { _ = close(file) }
    try #require(unsafe write(file, bytes, bytes.count) == bytes.count)
}

@Suite("Vault")
struct VaultTests {
    private func site() throws -> SiteID { try #require(SiteID("syd")) }

    @Test("a vault is made readable for its owner only and opens with the same keys")
    func happy() throws {
        let folder = try Folder()
        let made = try Vault.create(at: folder.vault, site: self.site())
        #expect(try mode(folder.vault) == 0o600)
        let opened = try Vault(opening: folder.vault)
        #expect(opened.site == made.site)
        #expect(opened.signingKey.publicKey == made.signingKey.publicKey)
        #expect(opened.unwrapPublicKey == made.unwrapPublicKey)
        #expect(opened.tlsKey.publicKey == made.tlsKey.publicKey)
        #expect(opened.tlsKey.publicKey != opened.signingKey.publicKey)
        #expect(try opened.membershipMark() == nil)
    }

    @Test("a vault is never overwritten by a new one")
    func exists() throws {
        let folder = try Folder()
        let key = try Vault.create(at: folder.vault, site: self.site()).signingKey.publicKey
        let fault = #expect(throws: CryptoFault.self) {
            try Vault.create(at: folder.vault, site: self.site())
        }
        #expect(fault?.code == .vaultExists)
        #expect(try Vault(opening: folder.vault).signingKey.publicKey == key)
    }

    @Test(
        "a vault that others may touch is refused",
        arguments: [0o640, 0o604, 0o620, 0o601, 0o777] as [mode_t])
    func permissions(wide: mode_t) throws {
        let folder = try Folder()
        _ = try Vault.create(at: folder.vault, site: self.site())
        try #require(unsafe chmod(folder.vault, wide) == 0)
        let fault = #expect(throws: CryptoFault.self) { try Vault(opening: folder.vault) }
        #expect(fault?.code == .vaultPermissions)
    }

    @Test("a missing vault and a link in its place are refused")
    func missing() throws {
        let folder = try Folder()
        #expect(throws: CryptoFault.self) { try Vault(opening: folder.vault) }
        _ = try Vault.create(at: folder.vault, site: self.site())
        try #require(unsafe symlink(folder.vault, "\(folder.path)/link") == 0)
        let fault = #expect(throws: CryptoFault.self) { try Vault(opening: "\(folder.path)/link") }
        #expect(fault?.code == .vaultMissing)
    }

    @Test("a vault cut at any length or changed in any byte is damaged, never half read")
    func damaged() throws {
        let folder = try Folder()
        _ = try Vault.create(at: folder.vault, site: self.site())
        let file = try SecretFile(reading: folder.vault)
        let whole = unsafe file.memory.withBytes { bytes in unsafe Array(bytes) }
        var broken = (0..<whole.count).map { Array(whole.prefix($0)) }
        for index in whole.indices {
            var changed = whole
            changed[index] ^= 0x80
            broken.append(changed)
        }
        for bytes in broken {
            try overwrite(folder.vault, bytes)
            let fault = #expect(throws: CryptoFault.self) { try Vault(opening: folder.vault) }
            #expect(fault?.code == .vaultDamaged)
        }
        try overwrite(folder.vault, whole)
        _ = try Vault(opening: folder.vault)
    }

    @Test("the highest membership epoch is remembered and never goes back")
    func membership() throws {
        let folder = try Folder()
        let vault = try Vault.create(at: folder.vault, site: self.site())
        let head = Blake2b().digest256([1])
        try vault.remember(Vault.MembershipMark(epoch: 5, head: head))
        try vault.remember(Vault.MembershipMark(epoch: 4, head: .zero))
        let again = try Vault(opening: folder.vault)
        #expect(try again.membershipMark() == Vault.MembershipMark(epoch: 5, head: head))
        #expect(again.signingKey.publicKey == vault.signingKey.publicKey)
        #expect(try mode(folder.vault) == 0o600)
    }

    @Test("a file whose sum holds and whose lengths lead beyond its end is damaged")
    func lengths() throws {
        let folder = try Folder()
        _ = try Vault.create(at: folder.vault, site: self.site())
        let bodies: [[UInt8]] = [
            [255], [4], [1, 65], [1, 65, 0], [1, 65, 255, 255], [1, 65, 0, 2, 0], [0, 0, 1],
        ]
        for body in bodies {
            let bytes = SecretFile.magic + body
            try overwrite(folder.vault, bytes + Blake2b().digest256(bytes).bytes)
            let fault = #expect(throws: CryptoFault.self) { try Vault(opening: folder.vault) }
            #expect(fault?.code == .vaultDamaged)
        }
    }

    @Test("what a killed process left beside is neither taken for keys nor in the way")
    func killedWhileCreating() throws {
        let folder = try Folder()
        let half = unsafe open(folder.vault + ".new", O_WRONLY | O_CREAT | O_EXCL, 0o600)
        try #require(half >= 0)
        try #require(unsafe write(half, SecretFile.magic, 4) == 4)
        _ = close(half)
        let made = try Vault.create(at: folder.vault, site: #require(SiteID("syd")))
        #expect(try Vault(opening: folder.vault).unwrapPublicKey == made.unwrapPublicKey)
        #expect(unsafe access(folder.vault + ".new", F_OK) != 0, "keys lie in two places")
        let fault = #expect(throws: CryptoFault.self) {
            try Vault.create(at: folder.vault, site: #require(SiteID("syd")))
        }
        #expect(fault?.code == .vaultExists)
        #expect(try Vault(opening: folder.vault).unwrapPublicKey == made.unwrapPublicKey)
    }

    @Test("what cannot be written whole leaves no vault behind")
    func createOnFullDisk() async {
        await #expect(processExitsWith: .success) {
            let folder = try Folder()
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 100, rlim_max: 100)
            try #require(unsafe setrlimit(Limit.fileSize, &limit) == 0)
            let fault = #expect(throws: CryptoFault.self) {
                try Vault.create(at: folder.vault, site: #require(SiteID("syd")))
            }
            #expect(fault?.code == .vaultUnwritable)
            #expect(unsafe access(folder.vault, F_OK) != 0)
        }
    }

    @Test("a replacement that cannot be written leaves the old vault whole")
    func fullDisk() async {
        await #expect(processExitsWith: .success) {
            let folder = try Folder()
            let vault = try Vault.create(at: folder.vault, site: #require(SiteID("syd")))
            // A file size limit stands for a full disk: the write stops part of the way.
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 100, rlim_max: 100)
            try #require(unsafe setrlimit(Limit.fileSize, &limit) == 0)
            let fault = #expect(throws: CryptoFault.self) {
                try vault.remember(Vault.MembershipMark(epoch: 1, head: .zero))
            }
            #expect(fault?.code == .vaultUnwritable)
            #expect(try Vault(opening: folder.vault).membershipMark() == nil)
        }
    }

    @Test("the root key has a file of its own")
    func root() throws {
        let folder = try Folder()
        let path = "\(folder.path)/root.key"
        let made = try RootKey.create(at: path)
        #expect(try RootKey.open(path).publicKey == made.publicKey)
        #expect(try mode(path) == 0o600)
        let fault = #expect(throws: CryptoFault.self) { try Vault(opening: path) }
        #expect(fault?.code == .vaultDamaged)
    }

    @Test("faults are told by code and path, without key bytes")
    func text() throws {
        let folder = try Folder()
        let fault = #expect(throws: CryptoFault.self) { try Vault(opening: folder.vault) }
        #expect("\(try #require(fault))".hasPrefix("[crypto.vault-missing] \(folder.vault)"))
    }
}
