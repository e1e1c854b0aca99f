/* Tokens that are known by their shape (S65). */
#include "redact_plain.h"

#define SHAPE(prefix, least, classes, mixed) {prefix, sizeof prefix - 1, least, classes, mixed}

static const struct shape {
    const char *prefix; /* its last byte is the trigger */
    uint8_t size;
    uint8_t least; /* bytes behind it */
    uint16_t classes;
    bool mixed; /* needs an upper-case letter and a digit: the prefix alone is too common */
} shapes[] = {
    SHAPE("ghp_", 20, ALNUM, false),
    SHAPE("gho_", 20, ALNUM, false),
    SHAPE("ghu_", 20, ALNUM, false),
    SHAPE("ghs_", 20, ALNUM, false),
    SHAPE("ghr_", 20, ALNUM, false),
    SHAPE("github_pat_", 20, OF_TOKEN, false),
    SHAPE("npm_", 30, ALNUM, false),
    SHAPE("hf_", 30, ALNUM, false),
    SHAPE("sk_live_", 16, ALNUM, false),
    SHAPE("sk_test_", 16, ALNUM, false),
    SHAPE("rk_live_", 16, ALNUM, false),
    SHAPE("rk_test_", 16, ALNUM, false),
    SHAPE("whsec_", 24, ALNUM, false),
    SHAPE("dop_v1_", 40, ALNUM, false),
    SHAPE("doo_v1_", 40, ALNUM, false),
    SHAPE("shpat_", 32, ALNUM, false),
    SHAPE("shpca_", 32, ALNUM, false),
    SHAPE("shppa_", 32, ALNUM, false),
    SHAPE("shpss_", 32, ALNUM, false),
    SHAPE("glsa_", 32, OF_TOKEN, false),
    SHAPE("glpat-", 16, OF_TOKEN, false),
    SHAPE("gldt-", 16, OF_TOKEN, false),
    SHAPE("glrt-", 16, OF_TOKEN, false),
    SHAPE("glcbt-", 16, OF_TOKEN, false),
    SHAPE("glptt-", 16, OF_TOKEN, false),
    SHAPE("xoxa-", 10, OF_TOKEN, false),
    SHAPE("xoxb-", 10, OF_TOKEN, false),
    SHAPE("xoxe-", 10, OF_TOKEN, false),
    SHAPE("xoxp-", 10, OF_TOKEN, false),
    SHAPE("xoxr-", 10, OF_TOKEN, false),
    SHAPE("xoxs-", 10, OF_TOKEN, false),
    SHAPE("xapp-", 10, OF_TOKEN, false),
    SHAPE("pypi-", 32, OF_TOKEN, true),
    SHAPE("sk-", 20, OF_TOKEN, true),
    SHAPE("GOCSPX-", 20, OF_TOKEN, false),
    SHAPE("AGE-SECRET-KEY-", 40, OF_TOKEN, false),
};

uint64_t redact_ending[2][256], redact_second[256];

void redact_start(void)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t size = shapes[i].size;
        redact_second[(uint8_t)shapes[i].prefix[size - 3]] |= (uint64_t)1 << i;
        redact_ending[shapes[i].prefix[size - 1] == '_'][(uint8_t)shapes[i].prefix[size - 2]] |= (uint64_t)1 << i;
    }
}

static bool stands_alone(const struct scan *s, size_t start)
{
    return start == 0 || !(redact_class[s->text[start - 1]] & ALNUM);
}

static bool take(struct secret *found, size_t start, size_t end)
{
    *found = (struct secret){start, end, "token"};
    return true;
}

/* Prefixes repeated within one run of OF_TOKEN must not look at the whole of it each: its end is remembered, and that
   what follows is not mixed. */
static size_t token_run(struct scan *s, size_t from)
{
    if (from < s->run || from >= s->run_end) {
        s->run = from;
        s->run_end = redact_run(s, from, OF_TOKEN);
        s->run_plain = false;
    }
    return s->run_end;
}

static bool is_mixed(struct scan *s, size_t from)
{
    uint16_t seen = 0;
    for (; !s->run_plain && from < s->run_end; from++)
        seen |= redact_class[s->text[from]];
    s->run_plain = !(seen & UPPER) || !(seen & DIGIT);
    return !s->run_plain;
}

static bool prefixed(struct scan *s, size_t at, struct secret *found)
{
    uint64_t bits = redact_shapes(s->text, at);
    for (; bits; bits &= bits - 1) {
        const struct shape *shape = &shapes[__builtin_ctzll(bits)];
        size_t size = shape->size;
        if (at + 1 < size || memcmp(s->text + at + 1 - size, shape->prefix, size) != 0 ||
            !stands_alone(s, at + 1 - size))
            continue;
        bool token = shape->classes == OF_TOKEN;
        size_t end = token ? token_run(s, at + 1) : redact_run(s, at + 1, shape->classes);
        if (end - at - 1 >= shape->least && (!shape->mixed || is_mixed(s, at + 1)))
            return take(found, at + 1 - size, end);
    }
    return false;
}

/* AKIA or ASIA and 16 more of AWS; AIza and 35 more of Google. */
static bool capital(const struct scan *s, size_t at, struct secret *found)
{
    const uint8_t *t = s->text + at;
    if (at >= 2 && t[-2] == 'A' && (t[-1] == 'K' || t[-1] == 'S') && stands_alone(s, at - 2)) {
        size_t end = redact_run(s, at - 2, UPPER | DIGIT);
        if (end - (at - 2) == 20 && t[1] == 'A' && !(end < s->size && redact_class[s->text[end]] & LOWER))
            return take(found, at - 2, end);
    }
    if (at >= 1 && t[-1] == 'A' && at + 2 < s->size && t[1] == 'z' && t[2] == 'a' && stands_alone(s, at - 1)) {
        size_t end = redact_run(s, at - 1, OF_TOKEN);
        return end - (at - 1) >= 39 && take(found, at - 1, end);
    }
    return false;
}

/* Three parts of base64url with points between them; the first is a JSON object. */
static bool web_token(struct scan *s, size_t at, struct secret *found)
{
    if (at < 2 || s->text[at - 2] != 'e' || s->text[at - 1] != 'y' || !stands_alone(s, at - 2))
        return false;
    size_t first = token_run(s, at - 2);
    if (first == s->size)
        return s->cut && take(found, at - 2, first);
    if (first - (at - 2) < 10 || s->text[first] != '.')
        return false;
    size_t second = redact_run(s, first + 1, OF_TOKEN);
    if (second - (first + 1) < 10)
        return false;
    while (second < s->size && (s->text[second] == '.' || redact_class[s->text[second]] & OF_TOKEN))
        second++;
    return take(found, at - 2, second);
}

bool redact_token(struct scan *scan, size_t at, struct secret *found)
{
    switch (scan->text[at]) {
    case 'I':
        return capital(scan, at, found);
    case 'J':
        return web_token(scan, at, found);
    default:
        return prefixed(scan, at, found);
    }
}
