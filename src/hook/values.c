#include "values.h"

#include "layout.h"
#include "objects.h"
#include "text.h"

uint32_t writer_take(struct writer *w, size_t items, uint32_t each)
{
    uint32_t most = w->values / each;
    if (most > LIMIT_ITEMS)
        most = LIMIT_ITEMS;
    uint32_t taken = items < most ? (uint32_t)items : most;
    w->values -= taken * each;
    return taken;
}

static void write_big(struct writer *w, py_object *number)
{
    size_t size = _PyLong_NumBits           ? _PyLong_NumBits(number) / 8 + 1
                  : PyLong_AsNativeBytes != NULL ? (size_t)PyLong_AsNativeBytes(number, NULL, 0, 0)
                                                 : 0;
    if (size < 8 || size > LIMIT_TEXT || writer_spent(w)) {
        write_cut(w, KIND_BIG_INT, size);
        return;
    }
    if (size < 9)
        size = 9;
    uint8_t *bytes = put_ext_head(w->at, size, EXT_BIG_INT);
    if (PyLong_AsNativeBytes != NULL)
        PyLong_AsNativeBytes(number, bytes, (py_size)size, 0);
    else
        _PyLong_AsByteArray(number, bytes, size, 0, 1);
    w->at = bytes + size;
}

static void write_number(struct writer *w, py_object *number)
{
    int overflow = 0;
    long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (overflow)
        write_big(w, number);
    else
        w->at = put_int(w->at, value);
}

/* The frame of a list or map that a limit cuts: its truncated form, opened up to the head. */
static uint8_t *open_cut(struct writer *w, int kind, size_t length)
{
    uint8_t *body = open_ext(w->at, EXT_TRUNCATED);
    w->at = put_array(body, 4);
    w->at = put_uint(w->at, (uint64_t)kind);
    w->at = put_uint(w->at, length);
    w->at = put_bin_head(w->at, 0);
    return body;
}

static void write_items(struct writer *w, py_object *list, size_t length,
                        py_object *(*item)(py_object *, py_size), int depth)
{
    if (depth >= LIMIT_DEPTH || (writer_spent(w) && length)) {
        write_cut(w, KIND_LIST, length);
        return;
    }
    uint32_t count = writer_take(w, length, 1);
    uint8_t *cut = count < length ? open_cut(w, KIND_LIST, length) : NULL;
    w->at = put_array(w->at, count);
    enum redact_asks asks = ASKS_NOTHING;
    for (uint32_t i = 0; i < count; i++) {
        py_object *value = item(list, i);
        write_asked_value(w, value, asks, depth + 1);
        asks = i == 0 && length == 2 ? asked_by_key(value) : asked_by_option(value);
    }
    if (cut)
        close_ext(cut, w->at);
}

static void write_entries(struct writer *w, py_object *dict, int depth)
{
    size_t length = (size_t)PyDict_Size(dict);
    if (depth >= LIMIT_DEPTH || (writer_spent(w) && length)) {
        write_cut(w, KIND_MAP, length);
        return;
    }
    uint32_t count = writer_take(w, length, 2);
    uint8_t *cut = count < length ? open_cut(w, KIND_MAP, length) : NULL;
    w->at = put_map(w->at, count);
    py_size position = 0;
    py_object *key, *value;
    for (uint32_t i = 0; i < count; i++) {
        if (!PyDict_Next(dict, &position, &key, &value))
            key = value = NULL;
        write_value(w, key, depth + 1);
        write_asked_value(w, value, asked_by_key(key), depth + 1);
    }
    if (cut)
        close_ext(cut, w->at);
}

/* Without a global lock a list or dict is held still while it is read. */
static void write_changing(struct writer *w, py_object *value, unsigned long flags, int depth)
{
    uintptr_t section[4];
    bool hold = layout.free_threaded && PyCriticalSection_Begin;
    if (hold)
        PyCriticalSection_Begin(section, value);
    if (flags & PY_LIST_SUBCLASS)
        write_items(w, value, (size_t)PyList_Size(value), PyList_GetItem, depth);
    else if (flags & PY_DICT_SUBCLASS)
        write_entries(w, value, depth);
    else
        write_bytes(w, PyByteArray_AsString(value), (size_t)PyByteArray_Size(value));
    if (hold)
        PyCriticalSection_End(section);
}

void write_value(struct writer *w, py_object *value, int depth)
{
    if (!value || (char *)value == _Py_NoneStruct) {
        w->at = put_nil(w->at);
        return;
    }
    if ((char *)value == _Py_TrueStruct || (char *)value == _Py_FalseStruct) {
        *w->at++ = (char *)value == _Py_TrueStruct ? 0xc3 : 0xc2;
        return;
    }
    if (!layout.objects) {
        w->at = put_nil(w->at);
        return;
    }
    char *type = type_of(value);
    unsigned long flags = PyType_GetFlags((py_object *)type);
    w->item = depth > 0;
    if (flags & PY_UNICODE_SUBCLASS)
        write_unicode(w, value);
    else if (flags & PY_LONG_SUBCLASS)
        write_number(w, value);
    else if (flags & PY_BYTES_SUBCLASS)
        write_bytes(w, PyBytes_AsString(value), (size_t)PyBytes_Size(value));
    else if (flags & PY_TUPLE_SUBCLASS)
        write_items(w, value, (size_t)PyTuple_Size(value), PyTuple_GetItem, depth);
    else if (flags & (PY_LIST_SUBCLASS | PY_DICT_SUBCLASS) ||
             (type == PyByteArray_Type))
        write_changing(w, value, flags, depth);
    else if (type == PyFloat_Type || PyType_IsSubtype((py_object *)type, (py_object *)PyFloat_Type))
        w->at = put_float(w->at, PyFloat_AsDouble(value));
    else
        write_object(w, value, type, flags);
}

void write_asked_value(struct writer *w, py_object *value, enum redact_asks asks, int depth)
{
    if (asks == ASKS_NOTHING || !write_asked(w, value, asks))
        write_value(w, value, depth);
}
