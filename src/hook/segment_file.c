#include "segment_file.h"

#include "image.h"
#include "settings.h"
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static enum loss reason_of(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return LOSS_DISK_FULL;
    case EFBIG:
        return LOSS_FILE_LIMIT;
    case EMFILE:
    case ENFILE:
        return LOSS_DESCRIPTORS;
    case ENOMEM:
        return LOSS_MEMORY;
    default:
        return LOSS_ACCESS;
    }
}

/* File systems without fallocate are given zeros: a hole would kill the program when the disk is full. */
static int fill(int file, size_t size)
{
    static const char zeros[4096];
    for (size_t at = 0; at < size;) {
        ssize_t put = pwrite(file, zeros, sizeof zeros, (off_t)at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        at += (size_t)put;
    }
    return 0;
}

static int allocate(int file, size_t size)
{
    int result;
    do
        result = fallocate(file, 0, 0, (off_t)size);
    while (result != 0 && errno == EINTR);
    return result != 0 && (errno == EOPNOTSUPP || errno == ENOSYS) ? fill(file, size) : result;
}

static uint8_t *make(const char *path, size_t size, int populate, enum loss *reason)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        *reason = reason_of(errno);
        return NULL;
    }
    void *base = MAP_FAILED;
    if (allocate(file, size) == 0)
        base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | populate, file, 0);
    if (base == MAP_FAILED) {
        *reason = reason_of(errno);
        unlink(path);
    }
    /* No descriptor stays open: the program may close or reuse any number. */
    close(file);
    return base == MAP_FAILED ? NULL : base;
}

uint8_t *segment_file_make(uint32_t sequence, size_t *size, enum loss *reason)
{
    char path[3200];
    uint64_t limit = system_file_limit();
    if (*size > limit)
        *size = (size_t)limit / 4096 * 4096;
    if (*size < SEGMENT_LEAST) {
        *reason = LOSS_FILE_LIMIT;
        return NULL;
    }
    snprintf(path, sizeof path, "%s/%d-%016" PRIx64 "-%06u.seg", settings.folder, (int)image.pid, image.nonce,
             sequence);
    /* Who filled one will fill another: one by one its pages would cost each event a tenth of its time. */
    int populate = sequence > 0 ? MAP_POPULATE : 0;
    uint8_t *base;
    while (!(base = make(path, *size, populate, reason)) && *reason == LOSS_DISK_FULL && *size / 4 >= SEGMENT_LEAST)
        *size = *size / 4 / 4096 * 4096;
    return base;
}

bool segment_file_mark(enum loss reason)
{
    static const char *const names[] = {"disk-full", "file-limit", "descriptors", "access",
                                        "memory",    "oversize",   "busy",        "internal"};
    char path[3200];
    snprintf(path, sizeof path, "%s/%d-%016" PRIx64 ".lost", settings.folder, (int)image.pid, image.nonce);
    return symlink(names[reason], path) == 0 || errno == EEXIST;
}
