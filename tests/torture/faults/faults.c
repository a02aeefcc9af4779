/*
 * Faults of disk and clock, for a process that this library is preloaded into (LD_PRELOAD).
 *
 * It stands before the functions of the C library that write, make durable and tell the time. What is wrong at the
 * moment stands in a control file, which the torture command writes and which is mapped here: no rights are needed and
 * nothing but the tortured process is touched. Only files below FAULTS_DIR are concerned.
 *
 *   FAULTS_CONTROL  the control file: `struct control`, little endian, as `src/faults.rs` writes it
 *   FAULTS_DIR      the directory whose files are concerned
 *   FAULTS_JOURNAL  where to record what a power cut could take back (journal.c)
 *
 * Not caught: system calls that are made without the C library (the host asks for free disk space that way), and
 * mapped files (the host has none that it writes).
 */
#define _GNU_SOURCE
#include "journal.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct control {
    _Atomic int64_t write_budget;    /* bytes that may still be written before ENOSPC; negative: any number */
    _Atomic int64_t read_only;       /* not zero: whatever would change a file or a directory fails with EROFS */
    _Atomic int64_t sync_fails;      /* not zero: fsync and its like fail with EIO */
    _Atomic int64_t write_delay_us;  /* each write takes so much longer */
    _Atomic int64_t sync_delay_us;   /* each fsync and its like takes so much longer */
    _Atomic int64_t clock_offset_ms; /* the wall clock shows so much more */
    _Atomic int64_t journals;        /* not zero: what a power cut could take back is recorded */
    _Atomic int64_t hits;            /* how often a call failed that would have succeeded */
};

#define MOST_FILES 65536

static struct control calm = {.write_budget = -1};
static struct control *control = &calm;
static const char *dir;
static size_t dir_length;
static _Atomic unsigned char concerned[MOST_FILES];
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
    real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const char *path = getenv("FAULTS_CONTROL");
    const char *journal = getenv("FAULTS_JOURNAL");
    dir = getenv("FAULTS_DIR");
    if (path == NULL || dir == NULL || journal == NULL) return;
    dir_length = strlen(dir);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    if (fd < 0) abort();
    void *mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) abort();
    syscall(SYS_close, fd);
    journal_open(journal);
    control = mapped;
}

/* What happens to a call ---------------------------------------------------------------------------------------- */

static int fail(int error) {
    atomic_fetch_add(&control->hits, 1);
    errno = error;
    return -1;
}

static void wait_us(int64_t us) {
    if (us <= 0) return;
    struct timespec time = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    nanosleep(&time, NULL);
}

static int is_concerned(int fd) { return fd >= 0 && fd < MOST_FILES && concerned[fd]; }

static int is_below(const char *path) {
    return dir != NULL && path != NULL && strncmp(path, dir, dir_length) == 0 &&
           (path[dir_length] == '/' || path[dir_length] == '\0');
}

static int is_read_only(const char *path) { return control->read_only && is_below(path); }

/* How many of `length` bytes may be written; -1 with errno set when none may. */
static ssize_t granted(int fd, size_t length) {
    if (!is_concerned(fd)) return (ssize_t)length;
    wait_us(control->write_delay_us);
    if (control->read_only) return fail(EROFS);
    int64_t left = atomic_load(&control->write_budget);
    for (;;) {
        if (left < 0 || length == 0) return (ssize_t)length;
        if (left == 0) return fail(ENOSPC);
        int64_t taken = left < (int64_t)length ? left : (int64_t)length;
        if (atomic_compare_exchange_weak(&control->write_budget, &left, left - taken)) return taken;
    }
}

/* 0 when the disk may be waited for. */
static int syncing(int fd) {
    if (!is_concerned(fd)) return 0;
    wait_us(control->sync_delay_us);
    return control->sync_fails ? fail(EIO) : 0;
}

/* Files that come and go ---------------------------------------------------------------------------------------- */

static int opened(int at, const char *path, int flags, mode_t mode) {
    int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
    if (writes && is_read_only(path)) return fail(EROFS);
    if ((flags & O_CREAT) && control->write_budget == 0 && is_below(path) && faccessat(at, path, F_OK, 0) != 0)
        return fail(ENOSPC);
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd >= 0 && fd < MOST_FILES) concerned[fd] = is_below(path);
    return fd;
}

#define MODE_OF(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }

int open(const char *path, int flags, ...) {
    MODE_OF(flags)
    return opened(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE_OF(flags)
    return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int openat(int at, const char *path, int flags, ...) {
    MODE_OF(flags)
    return opened(at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...) {
    MODE_OF(flags)
    return opened(at, path, flags | O_LARGEFILE, mode);
}

int close(int fd) {
    if (fd >= 0 && fd < MOST_FILES) concerned[fd] = 0;
    return (int)syscall(SYS_close, fd);
}

int rename(const char *from, const char *to) {
    if (is_read_only(from) || is_read_only(to)) return fail(EROFS);
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path) {
    if (is_read_only(path)) return fail(EROFS);
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int mkdir(const char *path, mode_t mode) {
    if (is_read_only(path) && faccessat(AT_FDCWD, path, F_OK, 0) != 0) return fail(EROFS);
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/* Bytes --------------------------------------------------------------------------------------------------------- */

ssize_t write(int fd, const void *bytes, size_t length) {
    ssize_t may = granted(fd, length);
    if (may < 0) return -1;
    off_t at = control->journals && is_concerned(fd) ? lseek(fd, 0, SEEK_CUR) : -1;
    if (at < 0) return syscall(SYS_write, fd, bytes, (size_t)may);
    ssize_t written = journal_write(fd, bytes, (size_t)may, at);
    if (written > 0) lseek(fd, written, SEEK_CUR);
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    ssize_t may = granted(fd, length);
    if (may < 0) return -1;
    if (control->journals && is_concerned(fd)) return journal_write(fd, bytes, (size_t)may, offset);
    return syscall(SYS_pwrite64, fd, bytes, (size_t)may, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    /* A short write is allowed: of a file that is concerned, one part at a time. */
    if (is_concerned(fd)) return count > 0 ? write(fd, parts[0].iov_base, parts[0].iov_len) : 0;
    return syscall(SYS_writev, fd, parts, count);
}

int ftruncate64(int fd, off64_t length) {
    if (is_concerned(fd) && control->read_only) return fail(EROFS);
    return (int)syscall(SYS_ftruncate, fd, length);
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_with(long call, int fd) {
    if (syncing(fd)) return -1;
    if (!control->journals || !is_concerned(fd)) return (int)syscall(call, fd);
    /* What is written while it waits may or may not be covered: it counts as not. */
    uint64_t mark = journal_mark();
    int result = (int)syscall(call, fd);
    if (result == 0) journal_synced(fd, mark);
    return result;
}

int fsync(int fd) { return sync_with(SYS_fsync, fd); }

int fdatasync(int fd) { return sync_with(SYS_fdatasync, fd); }

/* Neither waits for the drive's cache nor writes the file's length: after a power cut it proves nothing. */
int sync_file_range(int fd, off64_t offset, off64_t length, unsigned int flags) {
    return syncing(fd) ? -1 : (int)syscall(SYS_sync_file_range, fd, offset, length, flags);
}

/* The clock on the wall ------------------------------------------------------------------------------------------ */

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = real_clock_gettime ? real_clock_gettime(clock, time) : (int)syscall(SYS_clock_gettime, clock, time);
    int64_t offset = control->clock_offset_ms;
    if (result == 0 && offset != 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t ns = time->tv_nsec + offset % 1000 * 1000000;
        time->tv_sec += offset / 1000 + (ns < 0 ? -1 : ns / 1000000000);
        time->tv_nsec = ns < 0 ? ns + 1000000000 : ns % 1000000000;
    }
    return result;
}
