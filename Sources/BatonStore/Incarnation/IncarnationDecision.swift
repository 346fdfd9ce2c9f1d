package import BatonModel

/// The end of an author's log: its last number and the delta there; number 0 and no delta before the first
/// one.
package struct LogHead: Hashable, Sendable {
    package let seq: UInt64
    package let id: DeltaID

    package static let none = LogHead(seq: 0, id: .none)

    package init(seq: UInt64, id: DeltaID) {
        self.seq = seq
        self.id = id
    }
}

/// What a node writes, outside its database and on storage that does not outlive the kernel, about the
/// incarnation that it is living.
package struct IncarnationClaim: Hashable, Sendable {
    /// The kernel's boot id: 16 bytes.
    package var bootID: [UInt8]
    package var file: FileIdentity
    package var author: Author
    /// The head that the transaction about to commit will leave.
    package var intended: LogHead
    /// The head that a commit has left. Deltas leave the node only while both are equal.
    package var settled: LogHead

    package init(bootID: [UInt8], file: FileIdentity, author: Author, intended: LogHead, settled: LogHead) {
        self.bootID = bootID
        self.file = file
        self.author = author
        self.intended = intended
        self.settled = settled
    }
}

/// Tells one file from its copies on a running machine.
package struct FileIdentity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64

    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

/// What a start finds.
package struct IncarnationEvidence: Hashable, Sendable {
    package var bootID: [UInt8]
    package var file: FileIdentity
    /// The author that the database says it is; nil in a new one.
    package var author: Author?
    /// The head of that author's log in the database.
    package var head: LogHead

    package init(bootID: [UInt8], file: FileIdentity, author: Author?, head: LogHead) {
        self.bootID = bootID
        self.file = file
        self.author = author
        self.head = head
    }
}

/// Why a start opens a new incarnation.
package enum IncarnationBreak: String, Hashable, Sendable {
    case newReplica = "new-replica"
    /// No storage that is certain to be emptied by a restart of the machine.
    case noVolatileStorage = "no-volatile-storage"
    case noRecord = "no-record"
    case otherBoot = "other-boot"
    case otherFile = "other-file"
    case otherAuthor = "other-author"
    case otherHead = "other-head"
}

/// Decides whether a start continues its incarnation.
///
/// The guarantee: **no number of an author is ever on two deltas that left this node.** A delta leaves
/// after `write` has returned, and around every commit that moves the own head from C to I the claim is
/// written twice:
///
///     claim (C, C)  →  claim (intended I, settled C)  →  COMMIT  →  claim (I, I)  →  `write` returns
///
/// The cases, D being the head that the database shows at the next start in the same boot, on the same file:
///
/// 1. Killed before the first claim: claim (C, C), D = C. Equal: **resume at C**. The transaction is gone,
/// and
///    nothing of it left.
/// 2. Killed between first claim and COMMIT, or COMMIT failed: claim (I, C), D = C. Nothing of I left, as the
///    second claim precedes every sending: **resume at C**, whatever brought D to C.
/// 3. Killed between COMMIT and second claim: claim (I, C), D = I: the commit took place, nothing of it left:
///    **resume at I**.
/// 4. Killed after the second claim: claim (I, I), D = I: **resume at I**.
/// 5. The disk was rolled back under a running kernel, even within the same inode: claim (I, I), D before I:
///    **open**. Without the second claim this could not be told from case 2.
/// 6. D is ahead of the claim, or on another branch: a claim was lost, or somebody else wrote as us:
/// **open**. 7. The machine restarted (power, kernel): the claim is gone with the volatile storage, or
/// names another boot:
///    **open**. So a commit that the disk lost although the kernel had it never counts as continued.
/// 8. A copy (other machine: other boot; same machine: other inode): **open**. An inode may be used again
/// by a
///    restored file: its head or author differs, which opens, or is exactly ours, which is continuity.
/// 9. A machine rolled back together with its memory does not start, so nothing here can see it. Its peers
/// do:
///    two deltas at one place prove a fork.
package enum IncarnationDecision: Hashable, Sendable {
    case resume(Author, LogHead)
    case open(IncarnationBreak)

    package init(claim: IncarnationClaim?, evidence: IncarnationEvidence) {
        self = Self.decide(claim, evidence)
    }

    private static func decide(_ claim: IncarnationClaim?, _ evidence: IncarnationEvidence)
        -> IncarnationDecision
    {
        guard let author = evidence.author else { return .open(.newReplica) }
        guard let claim else { return .open(.noRecord) }
        guard claim.bootID == evidence.bootID else { return .open(.otherBoot) }
        guard claim.file == evidence.file else { return .open(.otherFile) }
        guard claim.author == author else { return .open(.otherAuthor) }
        guard evidence.head == claim.settled || evidence.head == claim.intended else {
            return .open(.otherHead)
        }
        return .resume(author, evidence.head)
    }
}
