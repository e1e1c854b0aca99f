#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint64_t nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t system_mono(void)
{
    return nanoseconds(CLOCK_MONOTONIC);
}

uint64_t system_wall(void)
{
    return nanoseconds(CLOCK_REALTIME);
}

size_t system_read(const char *path, char *buffer, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    size_t total = 0;
    while (total < size - 1) {
        ssize_t got = read(file, buffer + total, size - 1 - total);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        total += (size_t)got;
    }
    close(file);
    buffer[total] = 0;
    return total;
}

void system_random(void *bytes, size_t count)
{
    char buffer[64];
#ifdef SYS_getrandom
    if (syscall(SYS_getrandom, bytes, count, 1 /* GRND_NONBLOCK */) == (long)count)
        return;
#endif
    if (count < sizeof buffer && system_read("/dev/urandom", buffer, count + 1) == count) {
        memcpy(bytes, buffer, count);
        return;
    }
    /* Neither call: something that differs between processes and moments, though it can be guessed. */
    uint64_t mixed = system_mono() ^ system_wall() << 20 ^ (uint64_t)getpid() << 40;
    for (size_t i = 0; i < count; i++) {
        mixed = mixed * 6364136223846793005u + 1442695040888963407u;
        ((uint8_t *)bytes)[i] = (uint8_t)(mixed >> 56);
    }
}

uint64_t system_file_limit(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : UINT64_MAX;
}

/* Not pthread_sigmask, which the newest glibc has under a new version; on Linux the two do the same. */
void system_hold_signals(sigset_t *before)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
    sigset_t held;
    sigfillset(&held);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&held, faults[i]);
    sigprocmask(SIG_SETMASK, &held, before);
}

void system_free_signals(const sigset_t *before)
{
    sigprocmask(SIG_SETMASK, before, NULL);
}

static const char *field(const char *at, int skip)
{
    while (at && skip--)
        if ((at = strchr(at, ' ')))
            at++;
    return at;
}

static uint64_t number(const char *at)
{
    uint64_t value = 0;
    while (at && *at >= '0' && *at <= '9')
        value = value * 10 + (uint64_t)(*at++ - '0');
    return value;
}

void system_stat(pid_t pid, pid_t *parent, uint64_t *ticks)
{
    char path[40], text[1024] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    system_read(path, text, sizeof text);
    /* The second field is the program's name in parentheses and may hold anything: look behind the last one. */
    const char *after = text[0] ? strrchr(text, ')') : NULL;
    *parent = (pid_t)number(field(after, 2));
    *ticks = number(field(after, 20));
}
