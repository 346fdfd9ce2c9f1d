#ifndef BATON_FUZZ_H
#define BATON_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with its own arguments and calls the target for each input. -1 where the program was built without it.
int baton_fuzz_run(int argc, char **argv, int (*target)(const uint8_t *bytes, size_t count));

#endif
