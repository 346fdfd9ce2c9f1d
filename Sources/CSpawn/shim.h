#ifndef BATON_CSPAWN_SHIM_H
#define BATON_CSPAWN_SHIM_H

#include <spawn.h>

/* glibc 2.34 and later; its header shows it only to GNU sources, which Swift's Glibc module is not. */
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/* The child closes `from` and all above it, whatever other threads of the parent have opened until then. */
static inline int baton_spawn_close_from(posix_spawn_file_actions_t *actions, int from) {
    return posix_spawn_file_actions_addclosefrom_np(actions, from);
}

#endif
