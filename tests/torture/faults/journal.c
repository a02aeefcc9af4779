/*
 * A record of what a power cut could take back. A process that is killed loses nothing it has written, for the kernel
 * has it; a machine that loses power keeps what was made durable and, of the rest, whatever happened to reach the disk.
 * So while it is asked to, the library records each write with the bytes it replaced, and each fsync that succeeded.
 * After the kill, `src/power.rs` takes back any part of what was not yet durable.
 *
 * A record: kind, inode, offset, length of the new bytes, length of the old ones, size of the file before (or, of an
 * fsync, how far the journal reached when it began); then the old bytes and the new ones. All numbers have 64 bits.
 */
#define _GNU_SOURCE
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITE = 1, SYNC = 2 };

struct head {
    uint64_t kind, inode, offset, length, old_length, reach;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;

void journal_open(const char *path) {
    journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0) abort();
}

static void append(struct head *head, const void *old, const void *bytes) {
    struct iovec parts[] = {
        {.iov_base = head, .iov_len = sizeof *head},
        {.iov_base = (void *)old, .iov_len = head->old_length},
        {.iov_base = (void *)bytes, .iov_len = head->length},
    };
    /* A journal that is cut short would take back too little: better no run at all. */
    size_t all = sizeof *head + head->old_length + head->length;
    if (syscall(SYS_writev, journal, parts, 3) != (ssize_t)all) abort();
}

ssize_t journal_write(int fd, const void *bytes, size_t length, off64_t offset) {
    struct stat file;
    pthread_mutex_lock(&lock);
    if (fstat(fd, &file) != 0) abort();
    void *old = malloc(length + 1);
    if (old == NULL) abort();
    /* A handle that may only write can't be read back: through another one it can. */
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int readable = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    ssize_t old_length = readable < 0 ? 0 : syscall(SYS_pread64, readable, old, length, offset);
    if (readable >= 0) syscall(SYS_close, readable);
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, length, offset);
    int error = errno;
    if (written > 0) {
        struct head head = {
            .kind = WRITE,
            .inode = file.st_ino,
            .offset = (uint64_t)offset,
            .length = (uint64_t)written,
            .old_length = old_length < 0 ? 0 : (uint64_t)(old_length < written ? old_length : written),
            .reach = (uint64_t)file.st_size,
        };
        append(&head, old, bytes);
    }
    free(old);
    pthread_mutex_unlock(&lock);
    errno = error;
    return written;
}

uint64_t journal_mark(void) {
    pthread_mutex_lock(&lock);
    off_t end = lseek(journal, 0, SEEK_END);
    pthread_mutex_unlock(&lock);
    return end < 0 ? 0 : (uint64_t)end;
}

void journal_synced(int fd, uint64_t mark) {
    struct stat file;
    pthread_mutex_lock(&lock);
    if (fstat(fd, &file) != 0) abort();
    struct head head = {.kind = SYNC, .inode = file.st_ino, .reach = mark};
    append(&head, NULL, NULL);
    pthread_mutex_unlock(&lock);
}
