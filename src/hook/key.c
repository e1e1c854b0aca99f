#include "key.h"

#include "settings.h"
#include "system.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

uint8_t run_key[16];

static int read_key(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return 0;
    ssize_t got = read(file, run_key, sizeof run_key);
    close(file);
    return got == (ssize_t)sizeof run_key;
}

void key_load(void)
{
    char path[3200], aside[3300];
    snprintf(path, sizeof path, "%s/key", settings.folder);
    if (read_key(path))
        return;
    system_random(run_key, sizeof run_key);
    if (system_file_limit() < sizeof run_key)
        return;
    snprintf(aside, sizeof aside, "%s.%d", path, (int)getpid());
    int file = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return;
    ssize_t put = write(file, run_key, sizeof run_key);
    close(file);
    /* Of several processes that start at once the first link wins and all read that key. */
    if (put == (ssize_t)sizeof run_key)
        (void)!link(aside, path);
    unlink(aside);
    read_key(path);
}
