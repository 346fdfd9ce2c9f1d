#ifndef BATON_DISK_H
#define BATON_DISK_H

#include "faultvfs.h"
#include <sqlite3.h>

/// What is durable and what only the kernel knows, file by file. `disk.c` keeps it, `vfs.c` is how SQLite gets there.

/// Power fails by sectors of this size.
#define BATON_SECTOR 512

typedef struct {
    uint8_t *bytes;
    size_t size, room;
} image;

/// A write since the last honest sync, or a truncation to `offset`.
typedef struct pending {
    bool is_truncation;
    uint64_t offset;
    size_t size;
    struct pending *next;
    uint8_t bytes[];
} pending;

/// The shared memory of a log's index. Handles of a dead process keep theirs until they are closed, as SQLite looks
/// into it while closing.
typedef struct {
    int users, count;
    void **regions;
    int shared[SQLITE_SHM_NLOCK];
    bool exclusive[SQLITE_SHM_NLOCK];
} shared_memory;

typedef struct file {
    char *name;
    uint64_t inode;
    int handles;
    /// The name leads here: in the kernel's view, and on the medium.
    bool is_linked, is_durably_linked;
    image seen, kept;
    pending *first, *last;
    uint64_t write_count;
    /// SQLite's five lock levels: how many hold SHARED or more, and which handle holds the higher ones.
    int sharers;
    const void *reserved, *waiting, *exclusive;
    shared_memory *memory;
    struct file *next;
} file;

typedef struct {
    baton_file_kind where;
    uint64_t after, left;
} armed;

struct baton_disk {
    sqlite3_vfs vfs;
    char vfs_name[40];
    uint64_t key, draws, inodes, capacity;
    /// Handles of an earlier epoch are those of a dead process.
    uint64_t epoch;
    int handles;
    bool is_frozen;
    uint32_t pace[3];
    armed arms[BATON_FAULT_COUNT];
    baton_disk_statistics statistics;
    file *files;
};

/// Mixes numbers into one (SplitMix64's finaliser): every choice of a disk is made of it.
uint64_t baton_mix(uint64_t one, uint64_t other);

/// Tells whether an armed fault strikes this operation, and counts it.
bool baton_disk_strikes(baton_disk *disk, baton_fault fault, baton_file_kind kind);

file *baton_disk_find(const baton_disk *disk, const char *name);
/// Makes a file; `name` NULL for one without a name. NULL when there is no memory.
file *baton_disk_create(baton_disk *disk, const char *name);
void baton_disk_unlink(baton_disk *disk, file *file, bool is_durable);
/// Frees a file that no name and no handle leads to.
void baton_disk_release(baton_disk *disk, file *file);

int baton_file_write(baton_disk *disk, file *file, uint64_t offset, const void *bytes, size_t size);
int baton_file_truncate(file *file, uint64_t size);
/// Brings the medium up to the kernel's view of the file, and of all names.
void baton_file_sync(baton_disk *disk, file *file);
/// A sync that fails: each remembered write was taken by the medium or not, and is forgotten either way.
void baton_file_fail_sync(baton_disk *disk, file *file);
uint64_t baton_disk_bytes(const baton_disk *disk);

void baton_memory_release(shared_memory *memory);
void baton_vfs_fill(baton_disk *disk);

#endif
