/* Names of secrets (S64): of options, variables, parameters and keys. */
#include "redact.h"

/* What the name ends with, in lower case and without separators. */
static const char *const endings[] = {
    "password",  "passwd",    "passphrase", "passcode",      "secret",     "token",       "apikey",
    "accesskey", "secretkey", "privatekey", "accountkey",    "sharedkey",  "authkey",     "masterkey",
    "signingkey", "encryptionkey", "credential", "credentials", "signature", "sessionid", "sessid", "authorization", "cookie",
};

/* What its last word is. */
static const char *const words[] = {"pass", "pwd", "pw", "sig", "auth", "jwt", "otp"};

static bool ends_with(const char *text, size_t size, const char *end)
{
    size_t length = strlen(end);
    return size >= length && memcmp(text + size - length, end, length) == 0;
}

bool redact_names_secret(const uint8_t *text, size_t start, size_t end)
{
    char name[REDACT_NAME];
    size_t size = 0, word = 0, from = end - start > REDACT_NAME ? end - REDACT_NAME : start;
    for (size_t i = from; i < end; i++) {
        uint8_t c = text[i];
        if (c == '_' || c == '-' || c == '.') {
            word = size;
            continue;
        }
        if (redact_class[c] & UPPER && i > from && redact_class[text[i - 1]] & (LOWER | DIGIT))
            word = size;
        name[size++] = (char)(redact_class[c] & UPPER ? c | 32 : c);
    }
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_with(name, size, endings[i]))
            return true;
    /* The working directory, not a password. */
    if (end - start == 3 && memcmp(text + start, "PWD", 3) == 0)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (size - word == strlen(words[i]) && ends_with(name, size, words[i]))
            return true;
    return false;
}

enum redact_asks redact_asks(const uint8_t *text, size_t size)
{
    static const char header[] = "authorization";
    if (size > REDACT_NAME)
        return ASKS_NOTHING;
    for (size_t i = 0; i < size; i++)
        if (!(redact_class[text[i]] & OF_NAME))
            return ASKS_NOTHING;
    if (!redact_names_secret(text, 0, size))
        return ASKS_NOTHING;
    for (size_t i = 1; i < sizeof header; i++)
        if (size < i || (text[size - i] | 32) != header[sizeof header - 1 - i])
            return ASKS_SECRET;
    return ASKS_CREDENTIALS;
}

size_t redact_asked(const uint8_t *text, size_t size, enum redact_asks asks, uint8_t *to)
{
    size_t kept = 0;
    bool option = size > 2 && text[0] == '-' && text[1] == '-' && redact_class[text[2]] & ALNUM;
    if (asks == ASKS_NOTHING || !size || option || redact_is_mark(text, size))
        return 0;
    if (asks == ASKS_CREDENTIALS) {
        while (kept < size && kept < REDACT_NAME - 1 && redact_class[text[kept]] & ALNUM)
            kept++;
        kept = kept && kept + 1 < size && text[kept] == ' ' ? kept + 1 : 0;
        if (redact_is_mark(text + kept, size - kept))
            return 0;
    }
    memcpy(to, text, kept);
    const char *kind = asks == ASKS_CREDENTIALS ? "auth" : "named";
    return (size_t)(redact_put_mark(to + kept, kind, redact_hash(text + kept, size - kept)) - to);
}
