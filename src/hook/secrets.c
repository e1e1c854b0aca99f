#include "secrets.h"

#include "layout.h"
#include "settings.h"
#include "text.h"

static unsigned long flags_of(py_object *object)
{
    return layout.objects && object ? PyType_GetFlags((py_object *)type_of(object)) : 0;
}

/* Up to `size` bytes of a str or bytes; 0 for any other value. */
static size_t copy_text(py_object *value, uint8_t *to, size_t size)
{
    unsigned long flags = flags_of(value);
    if (flags & PY_UNICODE_SUBCLASS)
        return unicode_copy(value, to, size);
    if (!(flags & PY_BYTES_SUBCLASS))
        return 0;
    size_t length = (size_t)PyBytes_Size(value);
    memcpy(to, PyBytes_AsString(value), length < size ? length : size);
    return length < size ? length : size;
}

enum redact_asks asked_by_key(py_object *key)
{
    uint8_t text[REDACT_NAME + 1];
    return settings.redact ? redact_asks(text, copy_text(key, text, sizeof text)) : ASKS_NOTHING;
}

enum redact_asks asked_by_option(py_object *item)
{
    uint8_t first = 0;
    return settings.redact && copy_text(item, &first, 1) && first == '-' ? asked_by_key(item) : ASKS_NOTHING;
}

/* What stands for the secret; 0 when it is none. A huge one must not take its time to be hashed. */
static size_t mark_of(py_object *value, enum redact_asks asks, uint8_t *to)
{
    uint8_t copy[LIMIT_TEXT + REDACT_AHEAD];
    return redact_asked(copy, copy_text(value, copy, sizeof copy), asks, to);
}

bool write_asked(struct writer *w, py_object *value, enum redact_asks asks)
{
    unsigned long flags = flags_of(value);
    bool bytes = (flags & PY_BYTES_SUBCLASS) != 0;
    uint8_t mark[REDACT_ASKED];
    if (!bytes && !(flags & PY_UNICODE_SUBCLASS))
        return false;
    if (writer_spent(w) || (!bytes && !unicode_is_open(value))) {
        write_cut(w, bytes ? KIND_BYTES : KIND_STR, 0);
        return true;
    }
    size_t size = mark_of(value, asks, mark);
    if (size)
        w->at = put_bytes(bytes ? put_bin_head(w->at, size) : put_str_head(w->at, size), mark, size);
    return size != 0;
}
