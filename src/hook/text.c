#include "text.h"

#include "key.h"
#include "layout.h"
#include "redact_plain.h"
#include "settings.h"
#include "siphash.h"

enum { DIGEST_MOST = 1024 * 1024 };

/* The characters of a str: `kind` bytes each. */
struct span {
    const void *data;
    size_t length;
    int kind;
    bool ascii;
};

static bool open_text(py_object *text, struct span *span)
{
    if (!layout.text)
        return false;
    uint32_t state = FIELD(uint32_t, text, layout.head + 16) >> layout.text_shift;
    span->kind = (int)(state & 7);
    span->ascii = (state & 16) != 0;
    span->length = (size_t)FIELD(py_size, text, layout.head);
    if (state & 8)
        span->data = (char *)text + (span->ascii ? layout.text_ascii : layout.text_wide);
    else /* a subclass: the characters lie elsewhere */
        span->data = FIELD(void *, text, layout.text_wide);
    /* Kind 0 is the lazy form of 3.11 and before: rare enough to go without. */
    return span->data && (span->kind == 1 || span->kind == 2 || span->kind == 4);
}

static inline uint32_t character(const struct span *span, size_t index)
{
    return span->kind == 1   ? ((const uint8_t *)span->data)[index]
           : span->kind == 2 ? ((const uint16_t *)span->data)[index]
                             : ((const uint32_t *)span->data)[index];
}

static inline int width(uint32_t c)
{
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

static inline uint8_t *put_character(uint8_t *at, uint32_t c)
{
    if (c < 0x80) {
        *at++ = (uint8_t)c;
        return at;
    }
    if (c < 0x800) {
        *at++ = (uint8_t)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *at++ = (uint8_t)(0xe0 | c >> 12);
        } else {
            *at++ = (uint8_t)(0xf0 | c >> 18);
            *at++ = (uint8_t)(0x80 | (c >> 12 & 63));
        }
        *at++ = (uint8_t)(0x80 | (c >> 6 & 63));
    }
    *at++ = (uint8_t)(0x80 | (c & 63));
    return at;
}

/* The size as UTF-8, and whether there are lone surrogates (Python joins pairs, so all that are left are lone). */
static size_t measure(const struct span *span, bool *surrogates)
{
    *surrogates = false;
    if (span->ascii)
        return span->length;
    size_t size = 0;
    for (size_t i = 0; i < span->length; i++) {
        uint32_t c = character(span, i);
        size += (size_t)width(c);
        *surrogates |= (c & 0xfffff800) == 0xd800;
    }
    return size;
}

/* UTF-8 of as many whole characters as fit; `next` is the first that did not. */
static uint8_t *put_span(uint8_t *at, const struct span *span, size_t *next, size_t room)
{
    uint8_t *end = at + room;
    size_t i = *next;
    if (span->ascii) {
        size_t count = span->length - i < room ? span->length - i : room;
        memcpy(at, (const char *)span->data + i, count);
        *next = i + count;
        return at + count;
    }
    for (; i < span->length; i++) {
        uint32_t c = character(span, i);
        if (end - at < width(c))
            break;
        at = put_character(at, c);
    }
    *next = i;
    return at;
}

static uint64_t digest_span(const struct span *span)
{
    struct siphash state;
    siphash_begin(&state, run_key);
    if (span->ascii) {
        siphash_add(&state, span->data, span->length);
        return siphash_end(&state);
    }
    uint8_t chunk[256];
    for (size_t next = 0; next < span->length;)
        siphash_add(&state, chunk, (size_t)(put_span(chunk, span, &next, sizeof chunk) - chunk));
    return siphash_end(&state);
}

static uint64_t digest_bytes(const void *bytes, size_t size)
{
    struct siphash state;
    siphash_begin(&state, run_key);
    siphash_add(&state, bytes, size);
    return siphash_end(&state);
}

/* The parts of a truncated value before its head (S31). */
static uint8_t *put_truncated(uint8_t *at, int kind, size_t size, bool digested, uint64_t digest)
{
    at = put_array(at, 4);
    at = put_uint(at, (uint64_t)kind);
    at = put_uint(at, size);
    at = put_bin_head(at, digested ? 8 : 0);
    return digested ? put_bytes(at, &digest, 8) : at;
}

static uint8_t *put_text_head(uint8_t *at, int kind, size_t size)
{
    return kind == KIND_BYTES ? put_bin_head(at, size)
           : kind == KIND_STR ? put_str_head(at, size)
                              : put_ext_head(at, size, EXT_RAW_STR);
}

/* Up to `head` bytes of a text of `size` bytes with marks in place of secrets: truncated when not all of it fits. */
static void write_marked(struct writer *w, int kind, struct scan *scan, size_t head, size_t size, const uint64_t *digest)
{
    /* The length of what comes is known only when it is there: it is moved up to its own head. */
    uint8_t *aside = w->at + 64;
    bool whole;
    size_t kept = redact_copy(scan, head, aside, LIMIT_TEXT, kind != KIND_BYTES, &whole);
    /* The surrogates may all be in what is not written. */
    int shown = kind == KIND_RAW_STR && utf8_valid(aside, kept) ? KIND_STR : kind;
    if (whole && head == size) {
        uint8_t *at = put_text_head(w->at, shown, kept);
        memmove(at, aside, kept);
        w->at = at + kept;
        return;
    }
    uint8_t *body = open_ext(w->at, EXT_TRUNCATED);
    uint8_t *at = put_text_head(put_truncated(body, kind, size, digest != NULL, digest ? *digest : 0), shown, kept);
    memmove(at, aside, kept);
    w->at = at + kept;
    close_ext(body, w->at);
}

static void write_long_span(struct writer *w, const struct span *span, size_t size, bool surrogates)
{
    uint8_t window[LIMIT_TEXT + REDACT_AHEAD];
    size_t next = 0, seen = (size_t)(put_span(window, span, &next, sizeof window) - window);
    size_t head = utf8_cut(window, LIMIT_TEXT);
    uint64_t digest = size <= DIGEST_MOST ? digest_span(span) : 0;
    struct scan scan = {.text = window, .size = seen, .cut = seen < size, .item = w->item};
    if (!settings.redact)
        scan.at = seen;
    write_marked(w, surrogates ? KIND_RAW_STR : KIND_STR, &scan, head, size, size <= DIGEST_MOST ? &digest : NULL);
}

static inline bool has_secret(const struct writer *w, const uint8_t *text, size_t size)
{
    if (redact_is_plain(text, size) || !settings.redact)
        return false;
    struct scan scan = {.text = text, .size = size, .item = w->item};
    struct secret found;
    return redact_find(&scan, &found);
}

/* A text that was written from `start` on turned out to hold a secret. */
static __attribute__((noinline)) void write_again(struct writer *w, uint8_t *start, int kind, const uint8_t *text,
                                                  size_t size)
{
    uint8_t copy[LIMIT_TEXT];
    memcpy(copy, text, size);
    w->at = start;
    if (writer_spent(w)) {
        write_cut(w, kind, size);
        return;
    }
    uint64_t digest = digest_bytes(copy, size);
    struct scan scan = {.text = copy, .size = size, .item = w->item};
    write_marked(w, kind, &scan, size, size, &digest);
}

static void write_span(struct writer *w, const struct span *span)
{
    bool surrogates;
    size_t size = measure(span, &surrogates), next = 0;
    if (writer_spent(w) && size > WRITER_LEAST - 8) {
        write_cut(w, surrogates ? KIND_RAW_STR : KIND_STR, size);
    } else if (size > LIMIT_TEXT) {
        write_long_span(w, span, size, surrogates);
    } else {
        uint8_t *start = w->at;
        uint8_t *text = surrogates ? put_ext_head(start, size, EXT_RAW_STR) : put_str_head(start, size);
        w->at = put_span(text, span, &next, size);
        /* What was written a moment ago is slow to load again in other pieces. */
        if (has_secret(w, span->ascii ? span->data : text, size))
            write_again(w, start, surrogates ? KIND_RAW_STR : KIND_STR, text, size);
    }
}

/* Where the layout is not known the interpreter converts; an error that it leaves is taken back. */
static void write_converted(struct writer *w, py_object *text)
{
    py_object *type, *value, *traceback;
    py_size size = 0;
    PyErr_Fetch(&type, &value, &traceback);
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &size);
    PyErr_Restore(type, value, traceback);
    struct span span = {utf8, (size_t)size, 1, true};
    if (!utf8)
        write_cut(w, KIND_RAW_STR, 0);
    else if (size <= LIMIT_TEXT && !writer_spent(w))
        write_span(w, &span); /* UTF-8 is copied as ASCII would be */
    else
        write_cut(w, KIND_STR, (size_t)size);
}

void write_unicode(struct writer *w, py_object *text)
{
    struct span span;
    if (open_text(text, &span))
        write_span(w, &span);
    else
        write_converted(w, text);
}

void write_bytes(struct writer *w, const char *bytes, size_t size)
{
    if (writer_spent(w) && size > WRITER_LEAST - 8) {
        write_cut(w, KIND_BYTES, size);
        return;
    }
    if (size <= LIMIT_TEXT) {
        uint8_t *start = w->at, *text = put_bin_head(start, size);
        w->at = put_bytes(text, bytes, size);
        if (has_secret(w, (const uint8_t *)bytes, size))
            write_again(w, start, KIND_BYTES, text, size);
        return;
    }
    uint64_t digest = size <= DIGEST_MOST ? digest_bytes(bytes, size) : 0;
    size_t seen = size < LIMIT_TEXT + REDACT_AHEAD ? size : LIMIT_TEXT + REDACT_AHEAD;
    struct scan scan = {.text = (const uint8_t *)bytes, .size = seen, .cut = seen < size, .item = w->item};
    if (!settings.redact)
        scan.at = seen;
    write_marked(w, KIND_BYTES, &scan, LIMIT_TEXT, size, size <= DIGEST_MOST ? &digest : NULL);
}

void write_text(struct writer *w, const void *text, size_t size)
{
    uint8_t *start = w->at;
    w->at = put_text(start, text, size);
    if (has_secret(w, text, size))
        write_again(w, start, utf8_valid(text, size) ? KIND_STR : KIND_RAW_STR, text, size);
}

bool unicode_is_open(py_object *text)
{
    struct span span;
    return open_text(text, &span);
}

bool unicode_digest(py_object *text, size_t *size, uint64_t *digest)
{
    struct span span;
    bool surrogates;
    if (!open_text(text, &span))
        return false;
    *size = measure(&span, &surrogates);
    *digest = digest_span(&span);
    return true;
}

uint64_t unicode_fingerprint(py_object *text)
{
    struct span span;
    if (!open_text(text, &span))
        return (uint64_t)(uintptr_t)text;
    /* The interpreter's own hash, where it has been computed: names and most file names are dict keys somewhere. */
    int64_t known = FIELD(int64_t, text, layout.head + 8);
    if (known != -1)
        return (uint64_t)known ^ span.length;
    uint64_t hash = span.length;
    const uint8_t *at = span.data;
    for (size_t left = span.length * (size_t)span.kind; left;) {
        uint64_t word = 0;
        size_t count = left < 8 ? left : 8;
        memcpy(&word, at, count);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
        at += count;
        left -= count;
    }
    return hash;
}

size_t unicode_copy(py_object *text, uint8_t *to, size_t size)
{
    struct span span;
    size_t next = 0;
    return open_text(text, &span) ? (size_t)(put_span(to, &span, &next, size) - to) : 0;
}
