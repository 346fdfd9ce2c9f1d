#ifndef BATON_CSQLITE_SHIM_H
#define BATON_CSQLITE_SHIM_H

#include <sqlite3.h>
#include <stddef.h>
#include <sys/statfs.h>

/// Sets a boolean option of a connection. `sqlite3_db_config` is variadic, which Swift cannot call.
static inline int baton_sqlite_option(sqlite3 *connection, int option, int value) {
    return sqlite3_db_config(connection, option, value, (int *)0);
}

/// Reads a boolean option back: 0 or 1, or -1 when SQLite does not know the option.
static inline int baton_sqlite_option_value(sqlite3 *connection, int option) {
    int value = -1;
    if (sqlite3_db_config(connection, option, -1, &value) != SQLITE_OK) { return -1; }
    return value;
}

/// Binds a copy of the bytes. `SQLITE_TRANSIENT` is a cast that Swift does not import.
static inline int baton_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    if (count == 0) { return sqlite3_bind_zeroblob(statement, index, 0); }
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

static inline int baton_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int count) {
    if (count == 0) { return sqlite3_bind_text(statement, index, "", 0, SQLITE_STATIC); }
    return sqlite3_bind_text(statement, index, text, count, SQLITE_TRANSIENT);
}

static inline int baton_sqlite_note_pages(void *context, sqlite3 *connection, const char *schema, int pages) {
    (void)connection;
    (void)schema;
    *(int *)context = pages;
    return SQLITE_OK;
}

/// Has the number of pages in the log written to `pages` after every commit. Replaces SQLite's own checkpointing.
static inline void baton_sqlite_watch_log(sqlite3 *connection, int *pages) {
    sqlite3_wal_hook(connection, baton_sqlite_note_pages, pages);
}

/// Reads one file of a connection from its first byte to its last, past every cache; 0 when the disk does not give
/// some of it.
static inline int baton_sqlite_reads(sqlite3 *connection, int which) {
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(connection, "main", which, &file) != SQLITE_OK) { return 1; }
    if (file == NULL || file->pMethods == NULL) { return 1; }
    sqlite3_int64 size = 0;
    if (file->pMethods->xFileSize(file, &size) != SQLITE_OK) { return 0; }
    char bytes[16384];
    for (sqlite3_int64 place = 0; place < size; place += (sqlite3_int64)sizeof bytes) {
        sqlite3_int64 left = size - place;
        int count = left < (sqlite3_int64)sizeof bytes ? (int)left : (int)sizeof bytes;
        int result = file->pMethods->xRead(file, bytes, count, place);
        if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ) { return 0; }
    }
    return 1;
}

/// The magic number of the file system that an open file is on, or -1.
static inline long long baton_file_system_type(int descriptor) {
    struct statfs status;
    if (fstatfs(descriptor, &status) != 0) { return -1; }
    return (long long)status.f_type;
}

#endif
