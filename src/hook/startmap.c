#include "startmap.h"

#include "msgpack.h"
#include "python.h"
#include "redact.h"
#include "settings.h"
#include "system.h"
#include "version.h"
#include "writer.h"

#include <unistd.h>

#if defined(__x86_64__)
#define PLATFORM "linux-x64"
#elif defined(__aarch64__)
#define PLATFORM "linux-arm64"
#else
#define PLATFORM "linux"
#endif

/* What the entries other than the command may take together, and what is left for the command. */
enum { GLOBS_MOST = 600, COMMAND_MOST = 1200, ARGUMENT_MOST = 400 };

static uint8_t *put_globs(uint8_t *at, const char *key, const char *globs)
{
    at = put_str(at, key);
    uint32_t count = 0;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1)
            at = put_array(at, count);
        for (const char *from = globs; *from && from - globs < GLOBS_MOST;) {
            size_t size = strcspn(from, ",");
            if (pass == 0)
                count += size > 0;
            else if (size > 0)
                at = put_text(at, from, size < 255 ? size : 255);
            from += size + (from[size] == ',');
        }
    }
    return at;
}

static uint8_t *put_ancestors(uint8_t *at)
{
    at = put_str(at, "ancestors");
    uint8_t *head = at++;
    uint32_t count = 0;
    uint64_t ticks;
    pid_t pid = getppid();
    for (; pid > 0 && count < 8; count++) {
        at = put_uint(at, (uint64_t)pid);
        system_stat(pid, &pid, &ticks);
    }
    put_array(head, count);
    return at;
}

/* An argument with marks in place of secrets, cut to `room`. */
static size_t redact_argument(const uint8_t *text, size_t size, bool cut, enum redact_asks asks, uint8_t *to, size_t room)
{
    bool whole;
    struct scan scan = {.text = text, .size = size, .cut = cut, .item = true};
    if (!settings.redact)
        scan.at = size;
    size_t asked = settings.redact ? redact_asked(text, size, asks, to) : 0;
    return asked ? asked : redact_copy(&scan, size, to, room, true, &whole);
}

static uint8_t *put_command(uint8_t *at)
{
    char text[4096];
    size_t size = system_read("/proc/self/cmdline", text, sizeof text), written = 0;
    uint32_t total = 0, count = 0;
    enum redact_asks asks = ASKS_NOTHING;
    for (size_t from = 0; from < size; from += strlen(text + from) + 1)
        total++;
    at = put_str(at, "command");
    uint8_t *head = at;
    at += 3;
    for (size_t from = 0; from < size && written < COMMAND_MOST; count++) {
        uint8_t argument[ARGUMENT_MOST];
        const uint8_t *item = (const uint8_t *)text + from;
        size_t length = strlen(text + from);
        bool cut = from + length == sizeof text - 1;
        size_t kept = redact_argument(item, length, cut, asks, argument, sizeof argument);
        if (written + kept > COMMAND_MOST)
            break;
        at = put_text(at, argument, kept);
        written += kept + 3;
        from += length + 1;
        asks = item[0] == '-' ? redact_asks(item, length) : ASKS_NOTHING;
    }
    if (count < total || size == sizeof text - 1) {
        struct writer w = {.at = at};
        write_cut(&w, KIND_LIST, total);
        at = w.at;
        count++;
    }
    put16(head, 0xdc, count);
    return at;
}

uint32_t startmap_write(uint8_t *to, size_t most)
{
    uint8_t space[8192], *at = space;
    char executable[512];
    const char *version = Py_GetVersion != NULL ? Py_GetVersion() : "";
    ssize_t size = readlink("/proc/self/exe", executable, sizeof executable);
    at = put_map(at, 12);
    at = put_str(put_str(at, "recorder"), "auditrules-native");
    at = put_str(put_str(at, "recorderVersion"), AUDITRULES_VERSION);
    at = put_str(put_str(at, "runtime"), "CPython");
    at = put_text(put_str(at, "runtimeVersion"), version, strcspn(version, " "));
    at = put_str(put_str(at, "platform"), PLATFORM);
    at = put_text(put_str(at, "executable"), executable, size > 0 ? (size_t)size : 0);
    at = put_str(put_str(at, "profile"), settings.profile_all ? "all" : "security");
    at = put_globs(at, "include", settings.include);
    at = put_globs(at, "exclude", settings.exclude);
    at = put_globs(at, "drop", settings.profile_all ? "" : security_drop);
    at = put_ancestors(at);
    at = put_command(at);
    if ((size_t)(at - space) > most)
        at = put_map(space, 0);
    memcpy(to, space, (size_t)(at - space));
    return (uint32_t)(at - space);
}
