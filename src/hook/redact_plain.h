/* The quick look that most texts pass: no secret can be where nothing unusual stands. */
#ifndef AUDITRULES_REDACT_PLAIN_H
#define AUDITRULES_REDACT_PLAIN_H

#include "redact.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* A bit for each of 16 bytes that may be a trigger: no lower-case letter, no digit, neither point nor slash. */
static inline uint32_t redact_unusual(const uint8_t *at)
{
#ifdef __SSE2__
    __m128i b = _mm_loadu_si128((const __m128i *)at);
    __m128i low = _mm_sub_epi8(b, _mm_set1_epi8('.'));
    __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(low, _mm_set1_epi8('9' - '.')), low);
    __m128i letter = _mm_cmpeq_epi8(_mm_max_epu8(b, _mm_set1_epi8('`')), b);
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(digit, letter)) ^ 0xffff;
#else
    uint32_t bits = 0;
    for (int i = 0; i < 16; i++)
        bits |= (uint32_t)(redact_class[at[i]] / TRIGGER) << i;
    return bits;
#endif
}

/* The same for 16 to 64 bytes; blocks overlap. */
static inline uint64_t redact_unusual_of(const uint8_t *text, size_t size)
{
    uint64_t bits = redact_unusual(text) | (uint64_t)redact_unusual(text + size - 16) << (size - 16);
    if (size > 32)
        bits |= (uint64_t)redact_unusual(text + 16) << 16;
    if (size > 48)
        bits |= (uint64_t)redact_unusual(text + 32) << 32;
    return bits;
}

static inline uint64_t redact_shapes(const uint8_t *text, size_t at)
{
    return at < 2 ? 0 : redact_ending[text[at] == '_'][text[at - 1]] & redact_second[text[at - 2]];
}

/* Dashes, underscores and capitals are common where no secret is. */
static inline bool redact_is_worth_a_look(const uint8_t *text, size_t size, size_t at)
{
    uint8_t c = text[at];
    if (!(redact_class[c] & TRIGGER))
        return false;
    if (c == '-' || c == '_')
        return redact_shapes(text, at) || (c == '-' && at + 1 < size && text[at + 1] == '-');
    if (c == 'J')
        return at >= 2 && text[at - 1] == 'y';
    return c != 'I' || (at && (redact_class[text[at - 1]] & UPPER));
}

/* True when a text surely has no secret. */
static inline bool redact_is_plain(const uint8_t *text, size_t size)
{
    if (size > 64 || (size == 40 && *text != '/'))
        return false;
    if (size < 16) {
        for (size_t at = 0; at < size; at++)
            if (redact_is_worth_a_look(text, size, at))
                return false;
        return true;
    }
    for (uint64_t bits = redact_unusual_of(text, size); bits; bits &= bits - 1)
        if (redact_is_worth_a_look(text, size, (size_t)__builtin_ctzll(bits)))
            return false;
    return true;
}

#endif
