// Tells ThreadSanitizer of the locks of Swift's `Synchronization.Mutex` that had to wait. Their slow paths are in a
// library that is not instrumented, so that without this each contended `withLock` is reported as a race.
// Loaded before that library (LD_PRELOAD) by .ci/sanitize. x86-64: Swift passes `self` in r13.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

// Programs that the instrumented one starts may have no sanitizer in them.
__attribute__((used)) static void baton_acquire(void *mutex) { if (__tsan_acquire) __tsan_acquire(mutex); }
__attribute__((used)) static void baton_release(void *mutex) { if (__tsan_release) __tsan_release(mutex); }

__attribute__((used)) static void *real_lock, *real_try, *real_unlock;

__attribute__((used)) static void baton_find(void) {
    real_lock = dlsym(RTLD_NEXT, LOCK);
    real_try = dlsym(RTLD_NEXT, TRY);
    real_unlock = dlsym(RTLD_NEXT, UNLOCK);
    if (real_lock && real_try && real_unlock) return;
    fputs("tsan-mutex: this Swift's Mutex waits in other functions\n", stderr);
    abort();
}

// Found at the first call: most programs that load this have no Swift in them.
#define FIND(real) \
    "cmpq $0, " real "(%rip)\n jne 1f\n" \
    "push %rdi\n push %rdi\n call baton_find\n pop %rdi\n pop %rdi\n1:\n"

__asm__(
    ".text\n"
    ".globl \"" LOCK "\"\n.type \"" LOCK "\", @function\n\"" LOCK "\":\n"
    " push %r13\n" FIND("real_lock")
    " call *real_lock(%rip)\n mov (%rsp), %rdi\n call baton_acquire\n pop %r13\n ret\n"
    ".globl \"" TRY "\"\n.type \"" TRY "\", @function\n\"" TRY "\":\n"
    " push %r13\n" FIND("real_try")
    " call *real_try(%rip)\n test %al, %al\n je 2f\n"
    " mov (%rsp), %rdi\n call baton_acquire\n mov $1, %eax\n2: pop %r13\n ret\n"
    ".globl \"" UNLOCK "\"\n.type \"" UNLOCK "\", @function\n\"" UNLOCK "\":\n"
    " push %r13\n" FIND("real_unlock")
    " mov %r13, %rdi\n call baton_release\n mov (%rsp), %r13\n call *real_unlock(%rip)\n pop %r13\n ret\n");
