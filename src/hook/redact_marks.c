/* What stands in place of a secret (S61). */
#include "key.h"
#include "msgpack.h"
#include "redact.h"
#include "siphash.h"

bool redact_is_mark(const uint8_t *text, size_t size)
{
    if (size < REDACT_MARK - 4 || memcmp(text, "(redacted:", 10) != 0)
        return false;
    size_t at = 10;
    while (at < 15 && redact_class[text[at]] & LOWER)
        at++;
    if (size < at + 18 || text[at++] != ':' || text[at + 16] != ')')
        return false;
    for (size_t i = 0; i < 16; i++, at++)
        if (!(redact_class[text[at]] & DIGIT) && (text[at] < 'a' || text[at] > 'f'))
            return false;
    return true;
}

uint8_t *redact_put_mark(uint8_t *at, const char *kind, uint64_t hash)
{
    static const char digits[] = "0123456789abcdef";
    size_t size = strlen(kind);
    memcpy(at, "(redacted:", 10);
    memcpy(at + 10, kind, size);
    at += 10 + size;
    *at++ = ':';
    for (int i = 0; i < 8; i++) {
        uint8_t byte = (uint8_t)(hash >> 8 * i);
        *at++ = (uint8_t)digits[byte >> 4];
        *at++ = (uint8_t)digits[byte & 15];
    }
    *at++ = ')';
    return at;
}

uint64_t redact_hash(const uint8_t *secret, size_t size)
{
    struct siphash state;
    siphash_begin(&state, run_key);
    siphash_add(&state, secret, size);
    return siphash_end(&state);
}

size_t redact_copy(struct scan *s, size_t head, uint8_t *to, size_t room, bool utf8, bool *whole)
{
    size_t from = 0, size = 0;
    struct secret found;
    *whole = false;
    while (from < head) {
        bool more = redact_find(s, &found) && found.start < head;
        size_t count = (more ? found.start : head) - from;
        bool fits = count <= room - size;
        if (!fits)
            count = utf8 ? utf8_cut(s->text + from, room - size) : room - size;
        memcpy(to + size, s->text + from, count);
        size += count;
        if (!fits || (more && room - size < REDACT_MARK))
            return size;
        if (!more)
            break;
        size = (size_t)(redact_put_mark(to + size, found.kind,
                                        redact_hash(s->text + found.start, found.end - found.start)) -
                        to);
        from = found.end;
    }
    *whole = true;
    return size;
}
