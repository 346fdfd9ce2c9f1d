#include "disk.h"

#include <stdlib.h>
#include <string.h>

// How SQLite reaches a disk: the methods of sqlite3_vfs and sqlite3_io_methods, as `os_unix.c` documents them.

typedef struct {
    sqlite3_file base;
    baton_disk *disk;
    file *file;
    uint64_t epoch;
    baton_file_kind kind;
    int level;
    bool is_deleted_on_close;
    uint16_t shared_mask, exclusive_mask;
    shared_memory *memory;
} handle;

static bool is_dead(const handle *at) { return at->disk->is_frozen || at->epoch != at->disk->epoch; }

/// Counts an operation, and stops the machine in the middle of it where that is armed.
static bool freezes(handle *at) {
    if (!baton_disk_strikes(at->disk, BATON_FAULT_FREEZE, at->kind)) { return false; }
    at->disk->is_frozen = true;
    return true;
}

// Shared memory of the log's index.

void baton_memory_release(shared_memory *memory) {
    if (memory == NULL || --memory->users > 0) { return; }
    for (int index = 0; index < memory->count; index++) { free(memory->regions[index]); }
    free(memory->regions);
    free(memory);
}

/// Gives the handle the file's shared memory; the file itself is one of its users.
static bool memory_open(handle *at) {
    if (at->memory != NULL) { return true; }
    if (at->file->memory == NULL) {
        at->file->memory = calloc(1, sizeof(shared_memory));
        if (at->file->memory == NULL) { return false; }
        at->file->memory->users = 1;
    }
    at->memory = at->file->memory;
    at->memory->users++;
    return true;
}

static int vfs_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **out) {
    handle *at = (handle *)base;
    *out = NULL;
    if (is_dead(at)) { return SQLITE_IOERR_SHMMAP; }
    if (!memory_open(at)) { return SQLITE_IOERR_NOMEM; }
    shared_memory *memory = at->memory;
    while (memory->count <= region) {
        if (!extend) { return SQLITE_OK; }
        void **regions = realloc(memory->regions, sizeof(void *) * (size_t)(memory->count + 1));
        if (regions == NULL) { return SQLITE_IOERR_NOMEM; }
        memory->regions = regions;
        regions[memory->count] = calloc(1, (size_t)size);
        if (regions[memory->count] == NULL) { return SQLITE_IOERR_NOMEM; }
        memory->count++;
    }
    *out = memory->regions[region];
    return SQLITE_OK;
}

static void shm_unlock(handle *at, uint16_t mask) {
    for (int slot = 0; slot < SQLITE_SHM_NLOCK; slot++) {
        uint16_t bit = (uint16_t)(1u << slot);
        if ((mask & bit) == 0) { continue; }
        if (at->shared_mask & bit) { at->memory->shared[slot]--; }
        if (at->exclusive_mask & bit) { at->memory->exclusive[slot] = false; }
    }
    at->shared_mask &= (uint16_t)~mask;
    at->exclusive_mask &= (uint16_t)~mask;
}

static int vfs_shm_lock(sqlite3_file *base, int offset, int count, int flags) {
    handle *at = (handle *)base;
    if (at->memory == NULL) { return SQLITE_IOERR_SHMLOCK; }
    uint16_t mask = (uint16_t)(((1u << (offset + count)) - 1) & ~((1u << offset) - 1));
    if (flags & SQLITE_SHM_UNLOCK) {
        shm_unlock(at, mask);
        return SQLITE_OK;
    }
    if (is_dead(at)) { return SQLITE_IOERR_SHMLOCK; }
    bool is_shared = flags & SQLITE_SHM_SHARED;
    if (is_shared && (at->shared_mask & mask) == mask) { return SQLITE_OK; }
    for (int slot = offset; slot < offset + count; slot++) {
        bool is_own = at->exclusive_mask & (1u << slot);
        if (at->memory->exclusive[slot] && !is_own) { return SQLITE_BUSY; }
        if (!is_shared && at->memory->shared[slot] > 0) { return SQLITE_BUSY; }
    }
    for (int slot = offset; slot < offset + count; slot++) {
        if (is_shared) { at->memory->shared[slot]++; } else { at->memory->exclusive[slot] = true; }
    }
    if (is_shared) { at->shared_mask |= mask; } else { at->exclusive_mask |= mask; }
    return SQLITE_OK;
}

/// One thread: nothing can be seen out of order.
static void vfs_shm_barrier(sqlite3_file *base) { (void)base; }

static int vfs_shm_unmap(sqlite3_file *base, int deletes) {
    handle *at = (handle *)base;
    if (at->memory == NULL) { return SQLITE_OK; }
    shm_unlock(at, UINT16_MAX);
    // Freed with the last handle that is closed; the name `-shm` never stood on the disk.
    bool is_current = at->file->memory == at->memory;
    if (is_current && (deletes || at->memory->users == 2)) {
        at->file->memory = NULL;
        baton_memory_release(at->memory);
    }
    baton_memory_release(at->memory);
    at->memory = NULL;
    return SQLITE_OK;
}

// Locks of the database file.

static int vfs_lock(sqlite3_file *base, int level) {
    handle *at = (handle *)base;
    file *file = at->file;
    if (is_dead(at)) { return SQLITE_IOERR_LOCK; }
    if (at->level >= level) { return SQLITE_OK; }
    if (level == SQLITE_LOCK_SHARED) {
        if (file->waiting != NULL || file->exclusive != NULL) { return SQLITE_BUSY; }
        file->sharers++;
        at->level = SQLITE_LOCK_SHARED;
        return SQLITE_OK;
    }
    if (file->reserved != NULL && file->reserved != at) { return SQLITE_BUSY; }
    if (level == SQLITE_LOCK_RESERVED) {
        file->reserved = at;
        at->level = level;
        return SQLITE_OK;
    }
    if (file->waiting != NULL && file->waiting != at) { return SQLITE_BUSY; }
    file->waiting = at;
    at->level = SQLITE_LOCK_PENDING;
    if (file->sharers > 1) { return SQLITE_BUSY; }
    file->exclusive = at;
    at->level = SQLITE_LOCK_EXCLUSIVE;
    return SQLITE_OK;
}

static int vfs_unlock(sqlite3_file *base, int level) {
    handle *at = (handle *)base;
    file *file = at->file;
    if (at->epoch != at->disk->epoch || at->level <= level) {
        at->level = level < at->level ? level : at->level;
        return SQLITE_OK;
    }
    if (file->reserved == at) { file->reserved = NULL; }
    if (file->waiting == at) { file->waiting = NULL; }
    if (file->exclusive == at) { file->exclusive = NULL; }
    if (level == SQLITE_LOCK_NONE && at->level >= SQLITE_LOCK_SHARED) { file->sharers--; }
    at->level = level;
    return SQLITE_OK;
}

static int vfs_check_reserved(sqlite3_file *base, int *out) {
    handle *at = (handle *)base;
    *out = at->file->reserved != NULL || at->file->waiting != NULL || at->file->exclusive != NULL;
    return SQLITE_OK;
}

// Bytes.

static int vfs_read(sqlite3_file *base, void *out, int count, sqlite3_int64 offset) {
    handle *at = (handle *)base;
    baton_disk *disk = at->disk;
    if (is_dead(at)) { return SQLITE_IOERR_READ; }
    disk->statistics.reads++;
    disk->statistics.busy_microseconds += disk->pace[0];
    if (baton_disk_strikes(disk, BATON_FAULT_READ, at->kind)) { return SQLITE_IOERR_READ; }
    const image *seen = &at->file->seen;
    size_t there = (size_t)offset < seen->size ? seen->size - (size_t)offset : 0;
    size_t taken = there < (size_t)count ? there : (size_t)count;
    if (taken > 0) { memcpy(out, seen->bytes + offset, taken); }
    disk->statistics.bytes_read += taken;
    if (taken == (size_t)count) { return SQLITE_OK; }
    // SQLite relies on zeros behind the end.
    memset((uint8_t *)out + taken, 0, (size_t)count - taken);
    return SQLITE_IOERR_SHORT_READ;
}

/// Another place of the same file where a block of this size could stand; behind the end when it has only one.
static uint64_t elsewhere(const handle *at, uint64_t offset, uint64_t size) {
    uint64_t blocks = at->file->seen.size / size;
    uint64_t block = offset / size;
    if (blocks < 2) { return offset + size; }
    uint64_t step = 1 + baton_mix(at->disk->key, at->disk->draws++) % (blocks - 1);
    return (block + step) % blocks * size + offset % size;
}

static int vfs_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
    handle *at = (handle *)base;
    baton_disk *disk = at->disk;
    if (is_dead(at)) { return SQLITE_IOERR_WRITE; }
    disk->statistics.writes++;
    disk->statistics.busy_microseconds += disk->pace[1];
    if (baton_disk_strikes(disk, BATON_FAULT_FULL, at->kind)) { return SQLITE_FULL; }
    if (baton_disk_strikes(disk, BATON_FAULT_WRITE, at->kind)) { return SQLITE_IOERR_WRITE; }
    uint64_t place = (uint64_t)offset;
    if (baton_disk_strikes(disk, BATON_FAULT_MISDIRECTED, at->kind)) { place = elsewhere(at, place, (uint64_t)count); }
    bool is_last = freezes(at);
    int result = baton_file_write(disk, at->file, place, bytes, (size_t)count);
    if (result == SQLITE_OK) { disk->statistics.bytes_written += (uint64_t)count; }
    return is_last ? SQLITE_IOERR_WRITE : result;
}

static int vfs_truncate(sqlite3_file *base, sqlite3_int64 size) {
    handle *at = (handle *)base;
    if (is_dead(at)) { return SQLITE_IOERR_TRUNCATE; }
    bool is_last = freezes(at);
    int result = baton_file_truncate(at->file, (uint64_t)size);
    return is_last ? SQLITE_IOERR_TRUNCATE : result;
}

static int vfs_sync(sqlite3_file *base, int flags) {
    handle *at = (handle *)base;
    baton_disk *disk = at->disk;
    (void)flags;
    if (is_dead(at)) { return SQLITE_IOERR_FSYNC; }
    disk->statistics.syncs++;
    disk->statistics.busy_microseconds += disk->pace[2];
    if (freezes(at)) { return SQLITE_IOERR_FSYNC; }
    if (baton_disk_strikes(disk, BATON_FAULT_SYNC, at->kind)) {
        baton_file_fail_sync(disk, at->file);
        return SQLITE_IOERR_FSYNC;
    }
    if (baton_disk_strikes(disk, BATON_FAULT_LYING_SYNC, at->kind)) { return SQLITE_OK; }
    baton_file_sync(disk, at->file);
    return SQLITE_OK;
}

static int vfs_file_size(sqlite3_file *base, sqlite3_int64 *out) {
    handle *at = (handle *)base;
    if (is_dead(at)) { return SQLITE_IOERR_FSTAT; }
    *out = (sqlite3_int64)at->file->seen.size;
    return SQLITE_OK;
}

static int vfs_close(sqlite3_file *base) {
    handle *at = (handle *)base;
    vfs_shm_unmap(base, 0);
    vfs_unlock(base, SQLITE_LOCK_NONE);
    at->disk->handles--;
    at->file->handles--;
    if (at->is_deleted_on_close) { at->file->is_linked = at->file->is_durably_linked = false; }
    baton_disk_release(at->disk, at->file);
    return SQLITE_OK;
}

/// Nothing is answered: SQLite then does what it would do by itself.
static int vfs_file_control(sqlite3_file *base, int operation, void *argument) {
    (void)base;
    (void)operation;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int vfs_sector_size(sqlite3_file *base) {
    (void)base;
    return 4096;
}

/// As `os_unix.c` says of every file system.
static int vfs_characteristics(sqlite3_file *base) {
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods io_methods = {
    .iVersion = 2,
    .xClose = vfs_close,
    .xRead = vfs_read,
    .xWrite = vfs_write,
    .xTruncate = vfs_truncate,
    .xSync = vfs_sync,
    .xFileSize = vfs_file_size,
    .xLock = vfs_lock,
    .xUnlock = vfs_unlock,
    .xCheckReservedLock = vfs_check_reserved,
    .xFileControl = vfs_file_control,
    .xSectorSize = vfs_sector_size,
    .xDeviceCharacteristics = vfs_characteristics,
    .xShmMap = vfs_shm_map,
    .xShmLock = vfs_shm_lock,
    .xShmBarrier = vfs_shm_barrier,
    .xShmUnmap = vfs_shm_unmap,
};

// Names, time and chance.

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out_flags) {
    baton_disk *disk = vfs->pAppData;
    handle *at = (handle *)base;
    memset(at, 0, sizeof *at);
    if (disk->is_frozen) { return SQLITE_CANTOPEN; }
    file *file = name == NULL ? NULL : baton_disk_find(disk, name);
    if (file == NULL) {
        if ((flags & SQLITE_OPEN_CREATE) == 0) { return SQLITE_CANTOPEN; }
        file = baton_disk_create(disk, name);
        if (file == NULL) { return SQLITE_NOMEM; }
    } else if ((flags & SQLITE_OPEN_CREATE) && (flags & SQLITE_OPEN_EXCLUSIVE)) {
        return SQLITE_CANTOPEN;
    }
    at->base.pMethods = &io_methods;
    at->disk = disk;
    at->file = file;
    at->epoch = disk->epoch;
    at->is_deleted_on_close = flags & SQLITE_OPEN_DELETEONCLOSE;
    if (flags & SQLITE_OPEN_MAIN_DB) { at->kind = BATON_DATABASE_FILE; }
    if (flags & SQLITE_OPEN_WAL) { at->kind = BATON_LOG_FILE; }
    file->handles++;
    disk->handles++;
    if (out_flags != NULL) { *out_flags = flags; }
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int syncs_folder) {
    baton_disk *disk = vfs->pAppData;
    if (disk->is_frozen) { return SQLITE_IOERR_DELETE; }
    file *file = baton_disk_find(disk, name);
    if (file == NULL) { return SQLITE_IOERR_DELETE_NOENT; }
    if (baton_disk_strikes(disk, BATON_FAULT_FREEZE, BATON_ANY_FILE)) {
        disk->is_frozen = true;
        return SQLITE_IOERR_DELETE;
    }
    baton_disk_unlink(disk, file, syncs_folder);
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out) {
    const file *file = baton_disk_find(vfs->pAppData, name);
    // An empty file counts as none, as `os_unix.c` has it.
    *out = file != NULL && (flags != SQLITE_ACCESS_EXISTS || file->seen.size > 0);
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int room, char *out) {
    (void)vfs;
    size_t length = strlen(name);
    if (length >= (size_t)room) { return SQLITE_CANTOPEN; }
    memcpy(out, name, length + 1);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int count, char *out) {
    baton_disk *disk = vfs->pAppData;
    for (int place = 0; place < count; place++) { out[place] = (char)(baton_mix(disk->key, disk->draws++) >> 32); }
    return count;
}

/// Nobody waits: what a sleep would have taken is counted.
static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
    baton_disk *disk = vfs->pAppData;
    disk->statistics.busy_microseconds += (uint64_t)microseconds;
    return microseconds;
}

/// Milliseconds of the Julian calendar: noon of 1 January 2030, always.
static int vfs_time_milliseconds(sqlite3_vfs *vfs, sqlite3_int64 *out) {
    (void)vfs;
    *out = 210866760000000 + 1893499200000;
    return SQLITE_OK;
}

static int vfs_time(sqlite3_vfs *vfs, double *out) {
    sqlite3_int64 milliseconds;
    vfs_time_milliseconds(vfs, &milliseconds);
    *out = (double)milliseconds / 86400000.0;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int count, char *out) {
    (void)vfs;
    (void)count;
    (void)out;
    return 0;
}

void baton_vfs_fill(baton_disk *disk) {
    disk->vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = sizeof(handle),
        .mxPathname = 512,
        .zName = disk->vfs_name,
        .pAppData = disk,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_last_error,
        .xCurrentTimeInt64 = vfs_time_milliseconds,
    };
}
