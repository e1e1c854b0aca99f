/* Clocks, identities and randomness, by calls that exist since glibc 2.17 and Linux 3.10. */
#ifndef AUDITRULES_SYSTEM_H
#define AUDITRULES_SYSTEM_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

uint64_t system_mono(void);
uint64_t system_wall(void);

void system_random(void *bytes, size_t count);

/* The first bytes of a file of /proc, closed with a zero; the count without it, or 0. */
size_t system_read(const char *path, char *buffer, size_t size);

/* How large a file may become: going past it would raise SIGXFSZ, which ends the program. */
uint64_t system_file_limit(void);

/* Signals of this thread wait, but for those that its own fault raises; `before` is what they are given back to. */
void system_hold_signals(sigset_t *before);
void system_free_signals(const sigset_t *before);

/* glibc has it, musl has not: then what was given to exit is not known. */
extern int on_exit(void (*handler)(int, void *), void *argument) __attribute__((weak));

/* The parent and the start ticks of a process, from /proc; 0 where not known. */
void system_stat(pid_t pid, pid_t *parent, uint64_t *ticks);

#endif
