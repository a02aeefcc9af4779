/* What a power cut could take back: see journal.c. */
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Opens the journal; nothing is recorded before `journal_write` is called. */
void journal_open(const char *path);

/* Writes to the file as `pwrite` does, and records what was there before and what is there now. */
ssize_t journal_write(int fd, const void *bytes, size_t length, off64_t offset);

/* What was recorded up to now; to be asked before waiting for the disk. */
uint64_t journal_mark(void);

/* The file is on stable storage as far as it was recorded up to `mark`. */
void journal_synced(int fd, uint64_t mark);
