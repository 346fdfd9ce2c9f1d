/* Kills the process in the middle of writing a file: half of the bytes are there, then SIGKILL.
 *
 * Loaded before the C library. BATON_CUT names what the file's path must have in it. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ssize_t write(int file, const void *bytes, size_t count)
{
    static ssize_t (*next)(int, const void *, size_t);
    if (!next)
        next = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    const char *wanted = getenv("BATON_CUT");
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!wanted || length < 0)
        return next(file, bytes, count);
    path[length] = 0;
    if (!strstr(path, wanted))
        return next(file, bytes, count);
    next(file, bytes, count / 2);
    kill(getpid(), SIGKILL);
    pause();
    return -1;
}
