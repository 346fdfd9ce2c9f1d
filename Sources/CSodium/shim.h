#ifndef BATON_CSODIUM_SHIM_H
#define BATON_CSODIUM_SHIM_H

#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static inline int baton_equal(const void *left, const void *right, size_t count) {
    return sodium_memcmp(left, right, count) == 0;
}

static inline void baton_wipe(void *bytes, size_t count) { sodium_memzero(bytes, count); }

static inline void baton_random(void *bytes, size_t count) { randombytes_buf(bytes, count); }

static inline int baton_sha256(unsigned char *out, const unsigned char *message, unsigned long long count) {
    return crypto_hash_sha256(out, message, count);
}

/// BLAKE2b; `key` may be null with a count of 0.
static inline int baton_blake2b(
    unsigned char *out, size_t out_count, const unsigned char *message, unsigned long long count,
    const unsigned char *key, size_t key_count
) {
    return crypto_generichash(out, out_count, message, count, key, key_count);
}

/// BLAKE2b over `first ‖ second` without joining them. The state is over-aligned, so Swift does not
/// import it:
/// it lives here, on the stack, and is wiped after a keyed hash.
static inline int baton_blake2b_two(
    unsigned char *out, size_t out_count, const unsigned char *first, unsigned long long first_count,
    const unsigned char *second, unsigned long long second_count, const unsigned char *key, size_t key_count
) {
    crypto_generichash_state state;
    if (crypto_generichash_init(&state, key, key_count, out_count) != 0) { return -1; }
    int status = crypto_generichash_update(&state, first, first_count);
    if (status == 0) { status = crypto_generichash_update(&state, second, second_count); }
    if (status == 0) { status = crypto_generichash_final(&state, out, out_count); }
    if (key_count != 0) { sodium_memzero(&state, sizeof state); }
    return status;
}

static inline int baton_sign_keypair(
    unsigned char *public_key, unsigned char *secret_key, const unsigned char *seed
) {
    return crypto_sign_seed_keypair(public_key, secret_key, seed);
}

static inline int baton_sign(
    unsigned char *signature, const unsigned char *message, unsigned long long count,
    const unsigned char *secret_key
) {
    return crypto_sign_detached(signature, (unsigned long long *)0, message, count, secret_key);
}

static inline int baton_verify(
    const unsigned char *signature, const unsigned char *message, unsigned long long count,
    const unsigned char *public_key
) {
    return crypto_sign_verify_detached(signature, message, count, public_key);
}

static inline int baton_box_keypair(
    unsigned char *public_key, unsigned char *secret_key, const unsigned char *seed
) {
    return crypto_box_seed_keypair(public_key, secret_key, seed);
}

static inline int baton_box_open(
    unsigned char *out, const unsigned char *sealed, unsigned long long count,
    const unsigned char *public_key, const unsigned char *secret_key
) {
    return crypto_box_seal_open(out, sealed, count, public_key, secret_key);
}

/// XChaCha20-Poly1305-IETF; `out` has room for `count + 16` bytes.
static inline int baton_seal(
    unsigned char *out, const unsigned char *message, unsigned long long count,
    const unsigned char *associated, unsigned long long associated_count,
    const unsigned char *nonce, const unsigned char *key
) {
    return crypto_aead_xchacha20poly1305_ietf_encrypt(
        out, (unsigned long long *)0, message, count, associated, associated_count, (const unsigned char *)0,
        nonce, key);
}

/// `count` includes the tag; `out` has room for `count - 16` bytes.
static inline int baton_open(
    unsigned char *out, const unsigned char *sealed, unsigned long long count,
    const unsigned char *associated, unsigned long long associated_count,
    const unsigned char *nonce, const unsigned char *key
) {
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
        out, (unsigned long long *)0, (unsigned char *)0, sealed, count, associated, associated_count,
        nonce, key);
}

/// Opens a part: derives its keys, decrypts it and holds the plaintext to its commitment, whose first 24 bytes are
/// the nonce. `part_keys` has room for 64 bytes in guarded memory; `out` for `count - 16` and is wiped on failure.
static inline int baton_open_part(
    unsigned char *out, unsigned char *part_keys, const unsigned char *sealed, unsigned long long count,
    const unsigned char *header, unsigned long long header_count, const unsigned char *commitment,
    const unsigned char *place, size_t place_count, const unsigned char *prefix, size_t prefix_count,
    const unsigned char *key
) {
    unsigned char actual[32];
    if (count < 16 || crypto_generichash(part_keys, 64, place, place_count, key, 32) != 0) { return -1; }
    if (baton_open(out, sealed, count, header, header_count, commitment, part_keys) != 0) { return -1; }
    if (baton_blake2b_two(actual, 32, prefix, prefix_count, out, count - 16, part_keys + 32, 32) == 0
        && sodium_memcmp(actual, commitment, 32) == 0) {
        return 0;
    }
    sodium_memzero(out, count - 16);
    return -1;
}

/// Forbids core files and attaching by other processes of the user. `prctl` is variadic, which Swift
/// cannot call.
static inline int baton_forbid_dumps(void) {
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) { return -1; }
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

#endif
