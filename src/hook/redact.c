#include "redact_plain.h"

const uint16_t redact_class[256] = {
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    272, 0, 16, 0, 0, 0, 16, 16, 0, 16, 0, 12, 16, 263, 5, 12,
    143, 143, 143, 143, 143, 143, 143, 143, 143, 143, 256, 16, 16, 260, 16, 0,
    0, 47, 47, 47, 47, 47, 47, 47, 47, 303, 303, 47, 47, 47, 47, 47,
    47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 0, 16, 16, 0, 263,
    16, 79, 79, 79, 79, 79, 79, 79, 79, 79, 79, 79, 79, 79, 79, 79,
    79, 79, 79, 79, 79, 79, 79, 79, 79, 79, 79, 0, 16, 16, 4, 16,
};

static inline bool is_among(uint8_t c, const char *set)
{
    for (; *set; set++)
        if ((uint8_t)*set == c)
            return true;
    return false;
}

static bool is_quote(uint8_t c)
{
    return c == '"' || c == '\'' || c == '`';
}

static bool is_word(const struct scan *s, size_t start, size_t end, const char *word)
{
    if (end - start != strlen(word))
        return false;
    for (; start < end; start++, word++)
        if ((redact_class[s->text[start]] & UPPER ? s->text[start] | 32 : s->text[start]) != *word)
            return false;
    return true;
}

static size_t name_start(const struct scan *s, size_t end)
{
    size_t start = end;
    while (start > s->floor && end - start < REDACT_NAME && redact_class[s->text[start - 1]] & OF_NAME)
        start--;
    return start;
}

static size_t skip_spaces(const struct scan *s, size_t from)
{
    size_t at = from;
    while (at < s->size && at - from < 4 && s->text[at] == ' ')
        at++;
    return at;
}

static bool is_authorization(const struct scan *s, size_t name_end)
{
    return name_end >= s->floor + 13 && is_word(s, name_end - 13, name_end, "authorization");
}

/* Of `Authorization: Bearer x` the scheme is no secret. */
static bool take_named(const struct scan *s, size_t name_end, struct secret *found)
{
    found->kind = "named";
    if (is_authorization(s, name_end)) {
        size_t scheme = redact_run(s, found->start, ALNUM);
        if (scheme > found->start && scheme + 1 < found->end && s->text[scheme] == ' ')
            found->start = scheme + 1;
        found->kind = "auth";
    }
    return true;
}

/* What stands in place of a value where the secret itself is elsewhere: nothing, a variable of a shell, a constant, a call. */
static bool is_reference(const struct scan *s, size_t start, size_t end, bool bare)
{
    static const char *const constants[] = {"none", "null", "true", "false"};
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (is_word(s, start, end, constants[i]))
            return true;
    if (end - start >= 2 && s->text[start] == '$' &&
        (redact_class[s->text[start + 1]] & (UPPER | LOWER) || is_among(s->text[start + 1], "_{(")))
        return true;
    if (!bare || redact_class[s->text[start]] & DIGIT)
        return false;
    size_t at = start;
    while (at < end && (redact_class[s->text[at]] & ALNUM || s->text[at] == '_' || s->text[at] == '.'))
        at++;
    return at > start && at < end && s->text[at] == '(';
}

/* The value of a name, in quotes or, where that may be, without. */
static bool take_value(const struct scan *s, size_t at, bool bare, size_t name_end, struct secret *found)
{
    size_t q = at;
    if (q + 1 < s->size && is_among(s->text[q], "bBrRuUfF") && is_among(s->text[q + 1], "\"'"))
        q++;
    bool escaped = q < s->size && s->text[q] == '\\';
    q += escaped;
    bool quoted = q < s->size && is_quote(s->text[q]);
    if (quoted) {
        size_t end = q + 1;
        while (end < s->size && s->text[end] != s->text[q] && !(escaped && s->text[end] == '\\'))
            end += s->text[end] == '\\' && end + 1 < s->size ? 2 : 1;
        found->start = q + 1;
        found->end = end;
    } else if (bare && !escaped) {
        found->start = found->end = at;
        while (found->end < s->size && !(redact_class[s->text[found->end]] & OF_STOP))
            found->end++;
    } else {
        return false;
    }
    return found->end > found->start && !is_reference(s, found->start, found->end, !quoted) &&
           take_named(s, name_end, found);
}

/* AWS's secret keys have no prefix: 40 characters of base64 of all sorts, alone or as a value. */
static bool take_aws(const struct scan *s, size_t at, struct secret *found)
{
    if (at < s->size && is_quote(s->text[at]))
        at++;
    if (at >= s->size || s->text[at] == '/')
        return false;
    size_t end = redact_run(s, at, OF_BASE64);
    if (end - at != 40)
        return false;
    uint16_t seen = 0;
    for (size_t i = at; i < end; i++)
        seen |= redact_class[s->text[i]];
    *found = (struct secret){at, end, "token"};
    return (seen & ALNUM) == ALNUM && !(end < s->size && redact_class[s->text[end]] & OF_AUTH);
}

static bool userinfo(const struct scan *s, size_t at, struct secret *found)
{
    size_t end = at, sign = 0, colon = 0;
    for (; end < s->size && s->text[end] > ' ' && !is_among(s->text[end], "/?#\"<>`\\"); end++) {
        if (s->text[end] == '@')
            sign = end;
        else if (s->text[end] == ':' && !colon)
            colon = end;
    }
    if (!sign && s->cut && end == s->size && colon)
        sign = end;
    if (!sign || redact_is_mark(s->text + at, s->size - at))
        return false;
    bool password = colon && colon < sign;
    size_t user = (password ? colon : sign) - at;
    if (!password && user < 20)
        return false;
    *found = (struct secret){user < 20 ? colon + 1 : at, sign, "url"};
    return true;
}

static bool has_space(const struct scan *s)
{
    for (size_t i = 0; i < s->size; i++)
        if (s->text[i] <= ' ')
            return true;
    return false;
}

/* Between semicolons PWD is no working directory. */
static bool is_odbc_password(const struct scan *s, size_t start, size_t end)
{
    return start && end - start == 3 && memcmp(s->text + start - 1, ";PWD", 4) == 0;
}

static bool equals(const struct scan *s, size_t at, struct secret *found)
{
    if ((at + 1 < s->size && s->text[at + 1] == '=') || (at && is_among(s->text[at - 1], "=!<>")))
        return false;
    size_t end = at, value = skip_spaces(s, at + 1);
    while (end > s->floor && at - end < 4 && s->text[end - 1] == ' ')
        end--;
    bool spaced = end < at || value > at + 1;
    if (end > s->floor && s->text[end - 1] == ']')
        end--;
    if (end > s->floor && is_quote(s->text[end - 1]))
        end--;
    if (end > s->floor && s->text[end - 1] == '\\')
        end--;
    size_t start = name_start(s, end);
    if (start == end || !(redact_names_secret(s->text, start, end) || is_odbc_password(s, start, end)))
        return take_aws(s, value, found);
    if (s->item && start == 0 && end == at && (s->text[0] == '-' || !has_space(s))) {
        *found = (struct secret){at + 1, s->size, "named"};
        return true;
    }
    return take_value(s, value, !spaced, end, found);
}

static bool colon(const struct scan *s, size_t at, struct secret *found)
{
    if (at + 2 < s->size && s->text[at + 1] == '/' && s->text[at + 2] == '/')
        return userinfo(s, at + 3, found);
    size_t end = at, value = skip_spaces(s, at + 1);
    bool quoted = end > s->floor && is_quote(s->text[end - 1]);
    end -= quoted;
    if (quoted && end > s->floor && s->text[end - 1] == '\\')
        end--;
    size_t start = name_start(s, end);
    if (start == end || !redact_names_secret(s->text, start, end))
        return take_aws(s, value, found);
    if (take_value(s, value, quoted, end, found))
        return true;
    uint8_t before = start ? s->text[start - 1] : '\n';
    if (quoted)
        return false;
    /* Amid a line a name with a dash is that of a header, and no variable. */
    if (before != '\n' && before != '\r' && !is_quote(before))
        return memchr(s->text + start, '-', end - start) && !is_authorization(s, end) &&
               take_value(s, value, true, end, found);
    /* A header, to the end of its line or of its quotes. */
    found->start = found->end = value;
    while (found->end < s->size && s->text[found->end] != '\n' && s->text[found->end] != '\r' &&
           s->text[found->end] != before)
        found->end++;
    return found->end > found->start && !is_reference(s, found->start, found->end, false) &&
           take_named(s, end, found);
}

/* Too short, or one word of a language: no credentials. */
static bool is_credential(const struct scan *s, size_t start, size_t end, size_t least)
{
    if (end - start < least)
        return false;
    if (end - start >= 32)
        return true;
    for (size_t i = start; i < end; i++)
        if (redact_class[s->text[i]] & DIGIT || s->text[i] == '=' || (i > start && redact_class[s->text[i]] & UPPER))
            return true;
    return false;
}

/* Whether that is all of the text that stands before a place. */
static bool stands_before(const struct scan *s, size_t at, const char *with)
{
    return at == strlen(with) && memcmp(s->text, with, at) == 0;
}

/* IMAP: a tag, and the name of the user goes with the password. */
static bool is_imap_login(const struct scan *s, size_t at)
{
    return at > 6 && at <= 6 + REDACT_NAME && memcmp(s->text + at - 6, " LOGIN", 6) == 0 &&
           redact_run(s, 0, UPPER | DIGIT) == at - 6;
}

/* A line by which a client of FTP, POP, SMTP, NNTP or IMAP logs in: Python raises an event for it. */
static bool login(const struct scan *s, size_t at, struct secret *found)
{
    if (!stands_before(s, at, "PASS") && !stands_before(s, at, "AUTH PLAIN") &&
        !stands_before(s, at, "authinfo pass") && !is_imap_login(s, at))
        return false;
    size_t end = at + 1;
    while (end < s->size && s->text[end] != '\r' && s->text[end] != '\n')
        end++;
    *found = (struct secret){at + 1, end, "auth"};
    return true;
}

static bool space(const struct scan *s, size_t at, struct secret *found)
{
    if (login(s, at, found))
        return true;
    size_t start = name_start(s, at), value = at + 1;
    bool token = is_word(s, start, at, "token");
    if (token || is_word(s, start, at, "bearer") || is_word(s, start, at, "basic")) {
        size_t end = redact_run(s, value, OF_AUTH);
        *found = (struct secret){value, end, "auth"};
        if (is_credential(s, value, end, token ? 20 : 8))
            return true;
    }
    value = skip_spaces(s, value);
    if (at - start >= 2 && s->text[start] == '-' && redact_names_secret(s->text, start, at))
        return value < s->size && s->text[value] != '-' && take_value(s, value, true, at, found);
    return take_aws(s, value, found);
}

static bool starts(const struct scan *s, size_t at, const char *text)
{
    size_t size = strlen(text);
    return s->size - at >= size && memcmp(s->text + at, text, size) == 0;
}

static bool key_block(const struct scan *s, size_t at, struct secret *found)
{
    size_t start = at + 11, limit = start + 64, private = 0;
    while (start < s->size && start < limit && !starts(s, start, "-----")) {
        private |= starts(s, start, "PRIVATE KEY");
        start++;
    }
    if (!private || start >= s->size || start == limit)
        return false;
    size_t end = start += 5;
    while (end < s->size && !starts(s, end, "-----END"))
        end++;
    *found = (struct secret){start, end, "pem"};
    return true;
}

static bool rule(struct scan *s, size_t at, struct secret *found)
{
    switch (s->text[at]) {
    case ':':
        return colon(s, at, found);
    case '=':
        return equals(s, at, found);
    case ' ':
        return space(s, at, found);
    case '-':
        return starts(s, at, "-----BEGIN ") ? key_block(s, at, found) : redact_token(s, at, found);
    default:
        return redact_token(s, at, found);
    }
}

static __attribute__((noinline)) bool look(struct scan *s, size_t at, struct secret *found)
{
    return rule(s, at, found) && found->start < found->end && found->start >= s->floor &&
           !redact_is_mark(s->text + found->start, s->size - found->start);
}

static inline bool look_at_bits(struct scan *s, size_t from, uint64_t bits, struct secret *found)
{
    for (; bits; bits &= bits - 1) {
        size_t at = from + (size_t)__builtin_ctzll(bits);
        if (redact_is_worth_a_look(s->text, s->size, at) && look(s, at, found))
            return true;
    }
    return false;
}

static inline bool find(struct scan *s, struct secret *found)
{
    const uint8_t *text = s->text;
    size_t size = s->size;
    if (s->at >= size)
        return false;
    if (s->at == 0 && size == 40 && *text != '/' && !s->cut && take_aws(s, 0, found))
        return true;
    if (size < 16) {
        for (size_t at = s->at; at < size; at++)
            if (redact_is_worth_a_look(s->text, size, at) && look(s, at, found))
                return true;
        return false;
    }
    for (size_t from = s->at; from < size;) {
        /* The last piece overlaps the one before it. */
        size_t start = size - from >= 16 ? from : size - 16, length = size - start < 64 ? size - start : 64;
        if (look_at_bits(s, start, redact_unusual_of(text + start, length) >> (from - start) << (from - start), found))
            return true;
        from = start + length;
    }
    return false;
}

bool redact_find(struct scan *s, struct secret *found)
{
    bool more = find(s, found);
    s->at = s->floor = more ? found->end : s->size;
    return more;
}
