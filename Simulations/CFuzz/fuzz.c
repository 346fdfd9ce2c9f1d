#include "fuzz.h"

#ifdef BATON_FUZZ
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *, size_t));

int baton_fuzz_run(int argc, char **argv, int (*target)(const uint8_t *, size_t)) {
    return LLVMFuzzerRunDriver(&argc, &argv, target);
}
#else
int baton_fuzz_run(int argc, char **argv, int (*target)(const uint8_t *, size_t)) {
    (void)argc, (void)argv, (void)target;
    return -1;
}
#endif
