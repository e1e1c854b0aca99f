/* Writing MessagePack into memory that the caller knows to be large enough. */
#ifndef AUDITRULES_MSGPACK_H
#define AUDITRULES_MSGPACK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { EXT_RAW_STR = 1, EXT_BIG_INT = 2, EXT_TRUNCATED = 3, EXT_OBJECT = 4, EXT_REDACTED = 5 };
enum { KIND_STR = 5, KIND_BYTES = 6, KIND_LIST = 7, KIND_MAP = 8, KIND_RAW_STR = 9, KIND_BIG_INT = 10 };

static inline uint8_t *put16(uint8_t *at, uint8_t head, uint64_t value)
{
    uint16_t big = __builtin_bswap16((uint16_t)value);
    *at = head;
    memcpy(at + 1, &big, 2);
    return at + 3;
}

static inline uint8_t *put32(uint8_t *at, uint8_t head, uint64_t value)
{
    uint32_t big = __builtin_bswap32((uint32_t)value);
    *at = head;
    memcpy(at + 1, &big, 4);
    return at + 5;
}

static inline uint8_t *put64(uint8_t *at, uint8_t head, uint64_t value)
{
    uint64_t big = __builtin_bswap64(value);
    *at = head;
    memcpy(at + 1, &big, 8);
    return at + 9;
}

static inline uint8_t *put_nil(uint8_t *at)
{
    *at = 0xc0;
    return at + 1;
}

static inline uint8_t *put_uint(uint8_t *at, uint64_t value)
{
    if (value < 0x80) {
        *at = (uint8_t)value;
        return at + 1;
    }
    if (value <= 0xff) {
        at[0] = 0xcc;
        at[1] = (uint8_t)value;
        return at + 2;
    }
    if (value <= 0xffff)
        return put16(at, 0xcd, value);
    return value <= 0xffffffff ? put32(at, 0xce, value) : put64(at, 0xcf, value);
}

static inline uint8_t *put_int(uint8_t *at, int64_t value)
{
    if (value >= 0)
        return put_uint(at, (uint64_t)value);
    if (value >= -32) {
        *at = (uint8_t)value;
        return at + 1;
    }
    if (value >= INT16_MIN)
        return put16(at, 0xd1, (uint64_t)value);
    return value >= INT32_MIN ? put32(at, 0xd2, (uint64_t)value) : put64(at, 0xd3, (uint64_t)value);
}

static inline uint8_t *put_float(uint8_t *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    return put64(at, 0xcb, bits);
}

static inline uint8_t *put_array(uint8_t *at, uint32_t count)
{
    if (count < 16) {
        *at = (uint8_t)(0x90 | count);
        return at + 1;
    }
    return count <= 0xffff ? put16(at, 0xdc, count) : put32(at, 0xdd, count);
}

static inline uint8_t *put_map(uint8_t *at, uint32_t count)
{
    if (count < 16) {
        *at = (uint8_t)(0x80 | count);
        return at + 1;
    }
    return count <= 0xffff ? put16(at, 0xde, count) : put32(at, 0xdf, count);
}

static inline uint8_t *put_str_head(uint8_t *at, size_t size)
{
    if (size < 32) {
        *at = (uint8_t)(0xa0 | size);
        return at + 1;
    }
    if (size <= 0xff) {
        at[0] = 0xd9;
        at[1] = (uint8_t)size;
        return at + 2;
    }
    return size <= 0xffff ? put16(at, 0xda, size) : put32(at, 0xdb, size);
}

static inline uint8_t *put_bin_head(uint8_t *at, size_t size)
{
    if (size <= 0xff) {
        at[0] = 0xc4;
        at[1] = (uint8_t)size;
        return at + 2;
    }
    return size <= 0xffff ? put16(at, 0xc5, size) : put32(at, 0xc6, size);
}

static inline uint8_t *put_ext_head(uint8_t *at, size_t size, int type)
{
    if (size <= 0xff) {
        at[0] = 0xc7;
        at[1] = (uint8_t)size;
        at += 2;
    } else {
        at = put16(at, 0xc8, size);
    }
    *at = (uint8_t)type;
    return at + 1;
}

static inline uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

/* ASCII or UTF-8 that the caller knows to be valid. */
static inline uint8_t *put_str(uint8_t *at, const char *text)
{
    size_t size = strlen(text);
    return put_bytes(put_str_head(at, size), text, size);
}

/* An extension whose body's length is not known yet: six bytes that `close_ext` completes. */
static inline uint8_t *open_ext(uint8_t *at, int type)
{
    at[0] = 0xc9;
    at[5] = (uint8_t)type;
    return at + 6;
}

static inline void close_ext(uint8_t *opened, uint8_t *at)
{
    uint32_t big = __builtin_bswap32((uint32_t)(at - opened));
    memcpy(opened - 5, &big, 4);
}

/* Bytes from outside: str when they are UTF-8, else raw str (ext 1). */
uint8_t *put_text(uint8_t *at, const void *bytes, size_t size);

/* True when the bytes are UTF-8 by the strict reading: no surrogates, no overlong forms. */
bool utf8_valid(const uint8_t *bytes, size_t size);

/* The longest size up to `size` that does not end within a character. */
size_t utf8_cut(const uint8_t *bytes, size_t size);

#endif
