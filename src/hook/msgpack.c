#include "msgpack.h"

bool utf8_valid(const uint8_t *at, size_t size)
{
    const uint8_t *end = at + size;
    while (at < end) {
        uint8_t first = *at++;
        if (first < 0x80)
            continue;
        int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        if (first < 0xc2 || first > 0xf4 || end - at < more)
            return false;
        uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (*at < low || *at > high)
            return false;
        for (at++; --more; at++)
            if ((*at & 0xc0) != 0x80)
                return false;
    }
    return true;
}

size_t utf8_cut(const uint8_t *bytes, size_t size)
{
    size_t cut = size;
    for (int back = 1; back <= 4 && cut; back++) {
        uint8_t byte = bytes[--cut];
        if ((byte & 0xc0) == 0x80)
            continue;
        int needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
        return needs <= back ? size : cut;
    }
    return size;
}

uint8_t *put_text(uint8_t *at, const void *bytes, size_t size)
{
    at = utf8_valid(bytes, size) ? put_str_head(at, size) : put_ext_head(at, size, EXT_RAW_STR);
    return put_bytes(at, bytes, size);
}
