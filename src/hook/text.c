#include "text.h"

#include "key.h"
#include "layout.h"
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

static void write_long_span(struct writer *w, const struct span *span, size_t size, bool surrogates)
{
    bool digested = size <= DIGEST_MOST;
    uint8_t *body = open_ext(w->at, EXT_TRUNCATED);
    uint8_t *at = put_truncated(body, surrogates ? KIND_RAW_STR : KIND_STR, size, digested,
                                digested ? digest_span(span) : 0);
    /* The head's size is known only when it is written: leave room for the longest form of its own head. */
    uint8_t *head = at + (surrogates ? 4 : 3);
    size_t next = 0;
    size_t kept = (size_t)(put_span(head, span, &next, LIMIT_TEXT) - head);
    if (surrogates) {
        put16(at, 0xc8, kept);
        at[3] = EXT_RAW_STR;
    } else {
        put16(at, 0xda, kept);
    }
    w->at = head + kept;
    close_ext(body, w->at);
}

static void write_span(struct writer *w, const struct span *span)
{
    bool surrogates;
    size_t size = measure(span, &surrogates), next = 0;
    if (writer_spent(w) && size > WRITER_LEAST - 8)
        write_cut(w, surrogates ? KIND_RAW_STR : KIND_STR, size);
    else if (size > LIMIT_TEXT)
        write_long_span(w, span, size, surrogates);
    else
        w->at = put_span(surrogates ? put_ext_head(w->at, size, EXT_RAW_STR) : put_str_head(w->at, size), span,
                         &next, size);
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
        w->at = put_bytes(put_bin_head(w->at, size), bytes, size);
        return;
    }
    bool digested = size <= DIGEST_MOST;
    uint8_t *body = open_ext(w->at, EXT_TRUNCATED);
    uint8_t *at = put_truncated(body, KIND_BYTES, size, digested, digested ? digest_bytes(bytes, size) : 0);
    w->at = put_bytes(put_bin_head(at, LIMIT_TEXT), bytes, LIMIT_TEXT);
    close_ext(body, w->at);
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
