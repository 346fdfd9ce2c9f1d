#include "disk.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t baton_mix(uint64_t one, uint64_t other) {
    uint64_t mixed = one + 0x9e3779b97f4a7c15u * (other + 1);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

// Images.

static bool image_grow(image *image, size_t size) {
    if (size <= image->size) { return true; }
    if (size > image->room) {
        size_t room = image->room < 4096 ? 4096 : image->room;
        while (room < size) { room *= 2; }
        uint8_t *bytes = realloc(image->bytes, room);
        if (bytes == NULL) { return false; }
        image->bytes = bytes;
        image->room = room;
    }
    memset(image->bytes + image->size, 0, size - image->size);
    image->size = size;
    return true;
}

static bool image_put(image *image, uint64_t offset, const uint8_t *bytes, size_t size) {
    if (!image_grow(image, (size_t)offset + size)) { return false; }
    memcpy(image->bytes + offset, bytes, size);
    return true;
}

static bool image_copy(image *to, const image *from) {
    to->size = 0;
    return from->size == 0 || image_put(to, 0, from->bytes, from->size);
}

static void image_truncate(image *image, uint64_t size) {
    if (size < image->size) { image->size = (size_t)size; }
}

static void image_free(image *image) {
    free(image->bytes);
    image->bytes = NULL;
    image->size = image->room = 0;
}

// Files.

static void file_forget_pending(file *file) {
    while (file->first != NULL) {
        pending *next = file->first->next;
        free(file->first);
        file->first = next;
    }
    file->last = NULL;
}

static void file_forget_locks(file *file) {
    file->sharers = 0;
    file->reserved = file->waiting = file->exclusive = NULL;
    baton_memory_release(file->memory);
    file->memory = NULL;
}

static int file_remember(file *file, bool is_truncation, uint64_t offset, const void *bytes, size_t size) {
    pending *write = malloc(sizeof(pending) + size);
    if (write == NULL) { return SQLITE_IOERR_NOMEM; }
    write->is_truncation = is_truncation;
    write->offset = offset;
    write->size = size;
    write->next = NULL;
    if (size > 0) { memcpy(write->bytes, bytes, size); }
    if (file->last != NULL) { file->last->next = write; } else { file->first = write; }
    file->last = write;
    file->write_count++;
    return SQLITE_OK;
}

int baton_file_write(baton_disk *disk, file *file, uint64_t offset, const void *bytes, size_t size) {
    uint64_t end = offset + size;
    if (disk->capacity > 0 && end > file->seen.size
        && baton_disk_bytes(disk) + (end - file->seen.size) > disk->capacity) {
        return SQLITE_FULL;
    }
    int result = file_remember(file, false, offset, bytes, size);
    if (result != SQLITE_OK) { return result; }
    return image_put(&file->seen, offset, bytes, size) ? SQLITE_OK : SQLITE_IOERR_NOMEM;
}

int baton_file_truncate(file *file, uint64_t size) {
    if (size >= file->seen.size) { return SQLITE_OK; }
    image_truncate(&file->seen, size);
    return file_remember(file, true, size, NULL, 0);
}

void baton_file_sync(baton_disk *disk, file *file) {
    for (pending *write = file->first; write != NULL; write = write->next) {
        if (write->is_truncation) {
            image_truncate(&file->kept, write->offset);
        } else if (!image_put(&file->kept, write->offset, write->bytes, write->size)) {
            abort();
        }
    }
    file_forget_pending(file);
    // File systems with a journal write names in order: what was created or deleted before is durable with this.
    struct file *next;
    for (struct file *other = disk->files; other != NULL; other = next) {
        next = other->next;
        other->is_durably_linked = other->is_linked;
        baton_disk_release(disk, other);
    }
}

/// What reaches the medium of one sector of an unsynced write. Bytes beside the written ones never change: every
/// disk of today keeps them (SQLITE_IOCAP_POWERSAFE_OVERWRITE).
static void keep_sector(image *kept, const pending *write, size_t from, size_t count, uint64_t draw, baton_loss loss) {
    uint64_t offset = write->offset + from;
    unsigned lot = draw & 0xff;
    if (lot < loss.dropped) { return; }
    if (lot < (unsigned)loss.dropped + loss.garbled + loss.torn && lot >= (unsigned)loss.dropped + loss.garbled) {
        count = (size_t)(draw >> 8) % count;
    }
    if (count == 0) { return; }
    if (!image_put(kept, offset, write->bytes + from, count)) { abort(); }
    if (lot >= loss.dropped && lot < (unsigned)loss.dropped + loss.garbled) {
        for (size_t place = 0; place < count; place++) {
            kept->bytes[offset + place] = (uint8_t)(baton_mix(draw, place) >> 24);
        }
    }
}

/// Settles every remembered write by choices made of the key, the file, the write and the sector.
static void file_lose(file *file, uint64_t key, baton_loss loss) {
    uint64_t number = file->write_count;
    for (pending *write = file->first; write != NULL; write = write->next) { number--; }
    for (pending *write = file->first; write != NULL; write = write->next, number++) {
        uint64_t base = baton_mix(baton_mix(key, file->inode), number);
        if (write->is_truncation) {
            if ((base & 0xff) >= loss.dropped) { image_truncate(&file->kept, write->offset); }
            continue;
        }
        size_t from = 0;
        while (from < write->size) {
            size_t in_sector = (size_t)((write->offset + from) % BATON_SECTOR);
            size_t count = BATON_SECTOR - in_sector;
            if (count > write->size - from) { count = write->size - from; }
            keep_sector(&file->kept, write, from, count, baton_mix(base, (write->offset + from) / BATON_SECTOR), loss);
            from += count;
        }
    }
    file_forget_pending(file);
}

void baton_file_fail_sync(baton_disk *disk, file *file) {
    const baton_loss half = {.dropped = 128, .garbled = 0, .torn = 0};
    file_lose(file, baton_mix(disk->key, disk->draws++), half);
}

// Names.

file *baton_disk_find(const baton_disk *disk, const char *name) {
    for (file *file = disk->files; file != NULL; file = file->next) {
        if (file->is_linked && file->name != NULL && strcmp(file->name, name) == 0) { return file; }
    }
    return NULL;
}

file *baton_disk_create(baton_disk *disk, const char *name) {
    file *made = calloc(1, sizeof(file));
    if (made == NULL) { return NULL; }
    if (name != NULL) {
        size_t room = strlen(name) + 1;
        made->name = malloc(room);
        if (made->name == NULL) {
            free(made);
            return NULL;
        }
        memcpy(made->name, name, room);
        made->is_linked = true;
    }
    made->inode = ++disk->inodes;
    made->next = disk->files;
    disk->files = made;
    return made;
}

void baton_disk_unlink(baton_disk *disk, file *file, bool is_durable) {
    file->is_linked = false;
    if (is_durable) { file->is_durably_linked = false; }
    baton_disk_release(disk, file);
}

void baton_disk_release(baton_disk *disk, file *file) {
    if (file->handles > 0 || file->is_linked || file->is_durably_linked) { return; }
    for (struct file **link = &disk->files; *link != NULL; link = &(*link)->next) {
        if (*link != file) { continue; }
        *link = file->next;
        file_forget_pending(file);
        file_forget_locks(file);
        image_free(&file->seen);
        image_free(&file->kept);
        free(file->name);
        free(file);
        return;
    }
}

/// Frees all that nothing leads to.
static void disk_collect(baton_disk *disk) {
    file *next;
    for (file *file = disk->files; file != NULL; file = next) {
        next = file->next;
        baton_disk_release(disk, file);
    }
}

uint64_t baton_disk_bytes(const baton_disk *disk) {
    uint64_t bytes = 0;
    for (const file *file = disk->files; file != NULL; file = file->next) { bytes += file->seen.size; }
    return bytes;
}

// A disk's life.

baton_disk *baton_disk_make(uint64_t key) {
    // Names are unique in the process, and in no trace.
    static atomic_uint_fast64_t made;
    baton_disk *disk = calloc(1, sizeof(baton_disk));
    if (disk == NULL) { return NULL; }
    disk->key = key;
    snprintf(disk->vfs_name, sizeof disk->vfs_name, "batonfault-%llu", (unsigned long long)atomic_fetch_add(&made, 1));
    baton_vfs_fill(disk);
    if (sqlite3_vfs_register(&disk->vfs, 0) != SQLITE_OK) {
        free(disk);
        return NULL;
    }
    return disk;
}

void baton_disk_free(baton_disk *disk) {
    baton_disk_wipe(disk);
    sqlite3_vfs_unregister(&disk->vfs);
    free(disk);
}

const char *baton_disk_vfs_name(const baton_disk *disk) { return disk->vfs_name; }
int baton_disk_open_handles(const baton_disk *disk) { return disk->handles; }
bool baton_disk_is_frozen(const baton_disk *disk) { return disk->is_frozen; }
baton_disk_statistics baton_disk_statistics_of(const baton_disk *disk) { return disk->statistics; }

// Faults.

void baton_disk_arm(baton_disk *disk, baton_fault fault, baton_file_kind where, uint64_t after, uint64_t count) {
    disk->arms[fault] = (armed){.where = where, .after = after, .left = count};
}

void baton_disk_disarm(baton_disk *disk, baton_fault fault) { disk->arms[fault].left = 0; }

bool baton_disk_strikes(baton_disk *disk, baton_fault fault, baton_file_kind kind) {
    armed *arm = &disk->arms[fault];
    if (arm->left == 0 || (arm->where != BATON_ANY_FILE && arm->where != kind)) { return false; }
    if (arm->after > 0) {
        arm->after--;
        return false;
    }
    if (arm->left != UINT64_MAX) { arm->left--; }
    disk->statistics.hits[fault]++;
    return true;
}

void baton_disk_set_capacity(baton_disk *disk, uint64_t bytes) { disk->capacity = bytes; }

void baton_disk_set_pace(baton_disk *disk, uint32_t read, uint32_t write, uint32_t sync) {
    disk->pace[0] = read;
    disk->pace[1] = write;
    disk->pace[2] = sync;
}

bool baton_disk_flip(baton_disk *disk, const char *name, uint64_t offset, unsigned bit) {
    file *file = baton_disk_find(disk, name);
    if (file == NULL || offset >= file->seen.size) { return false; }
    uint8_t mask = (uint8_t)(1u << (bit & 7));
    file->seen.bytes[offset] ^= mask;
    if (offset < file->kept.size) { file->kept.bytes[offset] ^= mask; }
    return true;
}

bool baton_disk_remove(baton_disk *disk, const char *name) {
    file *file = baton_disk_find(disk, name);
    if (file == NULL) { return false; }
    baton_disk_unlink(disk, file, true);
    return true;
}

// Ends.

void baton_disk_kill(baton_disk *disk) {
    disk->epoch++;
    disk->is_frozen = false;
    for (file *file = disk->files; file != NULL; file = file->next) { file_forget_locks(file); }
    disk_collect(disk);
}

void baton_disk_lose_power(baton_disk *disk, uint64_t key, baton_loss loss) {
    for (file *file = disk->files; file != NULL; file = file->next) {
        file_lose(file, key, loss);
        if (!image_copy(&file->seen, &file->kept)) { abort(); }
        if (file->is_linked == file->is_durably_linked) { continue; }
        bool is_there = baton_mix(baton_mix(key, file->inode), UINT64_MAX) & 1;
        // Two files cannot have one name: where a newer one is durable, an older deletion is too.
        const struct file *holder = file->is_linked ? NULL : baton_disk_find(disk, file->name);
        if (holder != NULL) { is_there = false; }
        file->is_linked = file->is_durably_linked = is_there;
    }
    baton_disk_kill(disk);
}

void baton_disk_wipe(baton_disk *disk) {
    for (file *file = disk->files; file != NULL; file = file->next) {
        file->is_linked = file->is_durably_linked = false;
        file_forget_pending(file);
    }
    baton_disk_kill(disk);
}

bool baton_disk_copy(baton_disk *disk, const baton_disk *source, bool in_place) {
    file *old = disk->files;
    for (file *file = old; file != NULL; file = file->next) { file->handles++; }
    baton_disk_wipe(disk);
    bool is_whole = true;
    for (const file *from = source->files; from != NULL && is_whole; from = from->next) {
        if (!from->is_linked || from->name == NULL) { continue; }
        file *to = baton_disk_create(disk, from->name);
        is_whole = to != NULL && image_copy(&to->seen, &from->seen) && image_copy(&to->kept, &from->seen);
        if (!is_whole) { break; }
        to->is_durably_linked = true;
        for (const file *same = old; in_place && same != NULL; same = same->next) {
            if (same->name == NULL || strcmp(same->name, from->name) != 0) { continue; }
            to->inode = same->inode;
            break;
        }
    }
    for (file *file = old; file != NULL; file = file->next) { file->handles--; }
    if (!is_whole) { baton_disk_wipe(disk); }
    disk_collect(disk);
    return is_whole;
}

// Looking.

uint64_t baton_disk_inode(const baton_disk *disk, const char *name) {
    const file *file = baton_disk_find(disk, name);
    return file == NULL ? 0 : file->inode;
}

int64_t baton_disk_size(const baton_disk *disk, const char *name) {
    const file *file = baton_disk_find(disk, name);
    return file == NULL ? -1 : (int64_t)file->seen.size;
}

uint64_t baton_disk_unsynced_bytes(const baton_disk *disk) {
    uint64_t bytes = 0;
    for (const file *file = disk->files; file != NULL; file = file->next) {
        for (const pending *write = file->first; write != NULL; write = write->next) { bytes += write->size; }
    }
    return bytes;
}

size_t baton_disk_read(const baton_disk *disk, const char *name, uint64_t offset, uint8_t *out, size_t count) {
    const file *file = baton_disk_find(disk, name);
    if (file == NULL || offset >= file->seen.size) { return 0; }
    size_t there = file->seen.size - (size_t)offset;
    if (count > there) { count = there; }
    memcpy(out, file->seen.bytes + offset, count);
    return count;
}
