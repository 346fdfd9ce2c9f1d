/* A disk that fails on command, for storage_fire.py: preloaded, it stands between SQLite and the C library.
 *
 * BATON_DISK_SWITCH names a file of at least eight bytes. Byte 0 says which calls fail with EIO on files whose
 * name holds "replica.sqlite": 1 reads, 2 writes, 4 syncs; byte 4 counts the calls that failed, up to 255. All
 * else goes through as it came. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { READS = 1, WRITES = 2, SYNCS = 4 };

static volatile unsigned char *control;

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("BATON_DISK_SWITCH");
  if (name == NULL) return;
  int file = open(name, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void *page = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (page != MAP_FAILED) control = page;
}

static int fails(int file, unsigned char kind) {
  if (control == NULL || (control[0] & kind) == 0) return 0;
  char link[40], name[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t count = readlink(link, name, sizeof name - 1);
  if (count <= 0) return 0;
  name[count] = 0;
  if (strstr(name, "replica.sqlite") == NULL) return 0;
  if (control[4] < 255) control[4]++;
  errno = EIO;
  return 1;
}

/* The call of the C library behind ours. */
#define BEHIND(result, name, ...)                                        \
  static result (*behind)(__VA_ARGS__);                                  \
  if (behind == NULL) behind = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

ssize_t pread64(int file, void *bytes, size_t count, off64_t place) {
  BEHIND(ssize_t, "pread64", int, void *, size_t, off64_t);
  return fails(file, READS) ? -1 : behind(file, bytes, count, place);
}

ssize_t pread(int file, void *bytes, size_t count, off_t place) {
  BEHIND(ssize_t, "pread", int, void *, size_t, off_t);
  return fails(file, READS) ? -1 : behind(file, bytes, count, place);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place) {
  BEHIND(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  return fails(file, WRITES) ? -1 : behind(file, bytes, count, place);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t place) {
  BEHIND(ssize_t, "pwrite", int, const void *, size_t, off_t);
  return fails(file, WRITES) ? -1 : behind(file, bytes, count, place);
}

int fsync(int file) {
  BEHIND(int, "fsync", int);
  return fails(file, SYNCS) ? -1 : behind(file);
}

int fdatasync(int file) {
  BEHIND(int, "fdatasync", int);
  return fails(file, SYNCS) ? -1 : behind(file);
}
