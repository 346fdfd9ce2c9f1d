#ifndef BATON_FAULT_VFS_H
#define BATON_FAULT_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A disk in memory that SQLite writes to, which knows what it was asked to make durable and what it was not, and
/// fails as disks fail.
///
/// Each disk is an SQLite VFS of its own, so that many nodes live in one process: open `file:NAME?vfs=VFS`.
///
/// Nothing here draws a random number or asks for the time. What a crash does to a sector is a function of the key
/// that the caller gives, the file, the write and the sector, so that one choice never moves another; all other
/// faults strike when the caller has armed them for the n-th operation from now.
///
/// Each file is kept twice: `seen` is what the kernel would show (the page cache), `kept` is what is on the medium.
/// An honest sync brings `kept` up to `seen`; until then the writes are remembered one by one.
///
/// One disk belongs to one thread at a time.
typedef struct baton_disk baton_disk;

/// What can be armed. The number is the place in `baton_disk_statistics.hits`.
typedef enum {
    /// A write or truncation that finds no space: SQLITE_FULL, nothing written.
    BATON_FAULT_FULL = 0,
    /// EIO at a read.
    BATON_FAULT_READ = 1,
    /// EIO at a write, nothing written.
    BATON_FAULT_WRITE = 2,
    /// A sync that fails, after which the kernel holds the pages for clean: what the medium took of them is drawn
    /// (key of the disk), and a later sync that succeeds does not write them again.
    BATON_FAULT_SYNC = 3,
    /// A sync that reports success and does nothing.
    BATON_FAULT_LYING_SYNC = 4,
    /// A write that lands at another place of the same file and reports success.
    BATON_FAULT_MISDIRECTED = 5,
    /// The machine stops in the middle of this write, truncation, sync or deletion: from here on every call fails
    /// and changes nothing, until `baton_disk_kill` or `baton_disk_lose_power`.
    BATON_FAULT_FREEZE = 6,
    BATON_FAULT_COUNT = 7
} baton_fault;

/// Which files a fault is armed for.
typedef enum { BATON_ANY_FILE = 0, BATON_DATABASE_FILE = 1, BATON_LOG_FILE = 2 } baton_file_kind;

/// Counts since the disk was made.
typedef struct {
    uint64_t reads, writes, syncs, bytes_read, bytes_written;
    /// Microseconds that the operations would have taken on a disk of the set pace.
    uint64_t busy_microseconds;
    uint64_t hits[BATON_FAULT_COUNT];
} baton_disk_statistics;

/// Of 256 unsynced sectors, how many a power loss drops, garbles and tears; the rest is kept.
typedef struct {
    uint8_t dropped, garbled, torn;
} baton_loss;

/// Makes an empty disk and registers its VFS.
///
/// - key: decides what only the disk draws: SQLite's own randomness, what a failed sync leaves, where a misdirected
///   write lands.
/// - Returns NULL when there is no memory.
baton_disk *baton_disk_make(uint64_t key);

/// Unregisters and frees. No file may be open.
void baton_disk_free(baton_disk *disk);

/// The name to open with `vfs=`.
const char *baton_disk_vfs_name(const baton_disk *disk);

/// Handles that SQLite has not closed yet, those of killed processes included.
int baton_disk_open_handles(const baton_disk *disk);

// Faults.

/// Lets `after` operations of the fault's sort pass, then strikes `count` times (UINT64_MAX: until disarmed).
/// Replaces what was armed of that fault.
void baton_disk_arm(baton_disk *disk, baton_fault fault, baton_file_kind where, uint64_t after, uint64_t count);
void baton_disk_disarm(baton_disk *disk, baton_fault fault);

/// Bytes that all files together may have; 0: no bound.
void baton_disk_set_capacity(baton_disk *disk, uint64_t bytes);

/// How long operations take, in microseconds: it is counted, nobody waits.
void baton_disk_set_pace(baton_disk *disk, uint32_t read, uint32_t write, uint32_t sync);

bool baton_disk_is_frozen(const baton_disk *disk);
baton_disk_statistics baton_disk_statistics_of(const baton_disk *disk);

/// Flips one bit of a file, on the medium and in the kernel's view. False when the file is not that long.
bool baton_disk_flip(baton_disk *disk, const char *name, uint64_t offset, unsigned bit);

/// Removes a file's name, durably. Handles keep what they have open. False when there is no such file.
bool baton_disk_remove(baton_disk *disk, const char *name);

// Ends of processes and machines.

/// The process dies: its handles are dead, locks and shared memory are gone, the kernel's view stays.
void baton_disk_kill(baton_disk *disk);

/// The machine loses power: of each unsynced write, sector by sector, something is kept, dropped, garbled or torn.
/// A name that was not yet durable may be gone, a deletion that was not yet durable may be undone.
void baton_disk_lose_power(baton_disk *disk, uint64_t key, baton_loss loss);

// Whole disks.

/// Replaces everything by a copy of what `source` shows: a backup put back, or a clone. Handles are dead then.
/// - in_place: files of equal name stay the same file (inode); otherwise all are new files.
/// - Returns false when there is no memory; the disk is empty then.
bool baton_disk_copy(baton_disk *disk, const baton_disk *source, bool in_place);

/// Empties the disk: amnesia. Handles are dead then.
void baton_disk_wipe(baton_disk *disk);

// Looking.

/// The number of the file of this name, never given twice on a disk; 0 when there is none.
uint64_t baton_disk_inode(const baton_disk *disk, const char *name);

/// Bytes of a file as the kernel shows it, or -1.
int64_t baton_disk_size(const baton_disk *disk, const char *name);

/// Bytes written and not yet durable, all files together.
uint64_t baton_disk_unsynced_bytes(const baton_disk *disk);

/// Copies up to `count` bytes of a file as the kernel shows it. Returns how many.
size_t baton_disk_read(const baton_disk *disk, const char *name, uint64_t offset, uint8_t *out, size_t count);

#endif
