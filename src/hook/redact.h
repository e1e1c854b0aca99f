/* Secrets in text (segment.md, section 11). Looks at bytes only: UTF-8, or what a program calls bytes. */
#ifndef AUDITRULES_REDACT_H
#define AUDITRULES_REDACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { REDACT_AHEAD = 1024, REDACT_MARK = 10 + 5 + 1 + 16 + 1, REDACT_NAME = 64, REDACT_ASKED = REDACT_NAME + REDACT_MARK };

struct scan {
    const uint8_t *text;
    size_t size;
    bool cut;  /* the text goes on behind `size` */
    bool item; /* it is a member of a list or map (S63) */
    size_t at; /* where to go on; what lies before `floor` is taken */
    size_t floor;
    size_t run, run_end; /* the last run of OF_TOKEN that was looked at */
    bool run_plain;      /* nothing mixed is in the rest of it */
};

struct secret {
    size_t start, end;
    const char *kind; /* at most 5 characters */
};

extern const uint16_t redact_class[256];
enum {
    OF_NAME = 1,   /* of the name of an option, a variable, a parameter */
    OF_TOKEN = 2,  /* base64url */
    OF_AUTH = 4,   /* the credentials of an HTTP header */
    OF_BASE64 = 8, /* without its padding */
    OF_STOP = 16,  /* the end of a value without quotes */
    UPPER = 32,
    LOWER = 64,
    DIGIT = 128,
    TRIGGER = 256, /* where a rule begins to look */
    ALNUM = UPPER | LOWER | DIGIT,
};

/* A bit for each shape of tokens by the end of its prefix: for `-` or `_`, what stands before it, and before that. */
extern uint64_t redact_ending[2][256], redact_second[256];

/* To be called once, before anything else here. */
void redact_start(void);

/* The next secret; false when there is none. */
bool redact_find(struct scan *scan, struct secret *found);

/* The text with a mark for each secret that begins before `head`, which is as far as it is copied; at most `room`
   bytes, and no mark is cut. `whole` is false when something had to stay behind. */
size_t redact_copy(struct scan *scan, size_t head, uint8_t *to, size_t room, bool utf8, bool *whole);

/* A mark for a secret of that SipHash, REDACT_MARK bytes at most. */
uint8_t *redact_put_mark(uint8_t *at, const char *kind, uint64_t hash);

/* What a pseudonym is made of. */
uint64_t redact_hash(const uint8_t *secret, size_t size);

/* True for a mark that stands at the beginning. */
bool redact_is_mark(const uint8_t *text, size_t size);

/* True for the name of a secret: of an option, a variable, a parameter, a key. */
bool redact_names_secret(const uint8_t *text, size_t start, size_t end);

/* What a text that is a name as a whole says of the value that it belongs to. */
enum redact_asks {
    ASKS_NOTHING,
    ASKS_SECRET,
    ASKS_CREDENTIALS, /* as an Authorization header: a scheme may stand before the secret */
};
enum redact_asks redact_asks(const uint8_t *text, size_t size);

/* What stands for a text that was asked for so, at most REDACT_ASKED bytes; 0 when it is no secret: empty, a mark, an
   option itself. */
size_t redact_asked(const uint8_t *text, size_t size, enum redact_asks asks, uint8_t *to);

/* A token of known shape whose prefix ends at `at`. */
bool redact_token(struct scan *scan, size_t at, struct secret *found);

static inline size_t redact_run(const struct scan *s, size_t from, int classes)
{
    while (from < s->size && redact_class[s->text[from]] & classes)
        from++;
    return from;
}

#endif
