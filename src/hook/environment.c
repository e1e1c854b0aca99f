#include "environment.h"

#include "key.h"
#include "layout.h"
#include "settings.h"
#include "siphash.h"
#include "text.h"
#include "values.h"

int environment_place(const char *event)
{
    static const struct {
        const char *event;
        int place;
    } places[] = {
        {"os.putenv", PLACE_PUTENV}, {"subprocess.Popen", 3}, {"os.exec", 2}, {"os.posix_spawn", 2}, {"os.spawn", 3},
        {"_posixsubprocess.fork_exec", 2},
    };
    if (settings.environment == ENVIRONMENT_ALL)
        return strcmp(event, "os.putenv") == 0 ? PLACE_PAIR : PLACE_NONE;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].event, event) == 0)
            return places[i].place;
    return PLACE_NONE;
}

static void write_redacted(struct writer *w, size_t size, uint64_t digest)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *body = put_ext_head(w->at, 0, EXT_REDACTED);
    uint8_t *at = put_str(put_array(body, 3), "env");
    at = put_str_head(put_uint(at, size), 16);
    for (int i = 0; i < 8; i++) {
        uint8_t byte = (uint8_t)(digest >> 8 * i);
        *at++ = (uint8_t)digits[byte >> 4];
        *at++ = (uint8_t)digits[byte & 15];
    }
    body[-2] = (uint8_t)(at - body);
    w->at = at;
}

static void write_redacted_bytes(struct writer *w, const char *bytes, size_t size)
{
    struct siphash state;
    siphash_begin(&state, run_key);
    siphash_add(&state, bytes, size);
    write_redacted(w, size, siphash_end(&state));
}

static unsigned long flags_of(py_object *object)
{
    return layout.objects && object ? PyType_GetFlags((py_object *)type_of(object)) : 0;
}

/* What is neither str nor bytes is no value that a process can be given: it is left out. */
static void write_secret(struct writer *w, py_object *secret)
{
    unsigned long flags = flags_of(secret);
    size_t size;
    uint64_t digest;
    if (writer_spent(w))
        w->at = put_nil(w->at);
    else if (flags & PY_BYTES_SUBCLASS)
        write_redacted_bytes(w, PyBytes_AsString(secret), (size_t)PyBytes_Size(secret));
    else if (flags & PY_UNICODE_SUBCLASS && unicode_digest(secret, &size, &digest))
        write_redacted(w, size, digest);
    else
        w->at = put_nil(w->at);
}

static void write_map(struct writer *w, py_object *dict)
{
    uint32_t length = (uint32_t)PyDict_Size(dict);
    if (length > w->values / 2 || length > LIMIT_ITEMS) {
        write_cut(w, KIND_MAP, length);
        return;
    }
    uint32_t count = writer_take(w, length, 2);
    w->at = put_map(w->at, count);
    py_size position = 0;
    py_object *key, *value;
    for (uint32_t i = 0; i < count; i++) {
        if (!PyDict_Next(dict, &position, &key, &value))
            key = value = NULL;
        write_value(w, key, 1);
        write_secret(w, value);
    }
}

/* `KEY=value` as the system takes it. */
static void write_assignment(struct writer *w, py_object *item)
{
    unsigned long flags = flags_of(item);
    const char *bytes = flags & PY_BYTES_SUBCLASS ? PyBytes_AsString(item) : NULL;
    size_t size = bytes ? (size_t)PyBytes_Size(item) : 0;
    const char *equals = bytes ? memchr(bytes, '=', size) : NULL;
    if (!equals || (size_t)(equals - bytes) > 255 || writer_spent(w)) {
        write_secret(w, item);
        return;
    }
    size_t key = (size_t)(equals - bytes) + 1;
    w->at = put_text(put_array(w->at, 2), bytes, key);
    write_redacted_bytes(w, equals + 1, size - key);
}

static void write_list(struct writer *w, py_object *list, unsigned long flags)
{
    bool tuple = (flags & PY_TUPLE_SUBCLASS) != 0;
    size_t length = (size_t)(tuple ? PyTuple_Size(list) : PyList_Size(list));
    if (length > w->values / 3 || length > LIMIT_ITEMS) {
        write_cut(w, KIND_LIST, length);
        return;
    }
    uint32_t count = writer_take(w, length, 3);
    w->at = put_array(w->at, count);
    for (uint32_t i = 0; i < count; i++)
        write_assignment(w, tuple ? PyTuple_GetItem(list, i) : PyList_GetItem(list, i));
}

static void write_whole(struct writer *w, py_object *environment)
{
    unsigned long flags = flags_of(environment);
    uintptr_t section[4];
    bool hold = layout.free_threaded && PyCriticalSection_Begin;
    if (hold)
        PyCriticalSection_Begin(section, environment);
    if (flags & PY_DICT_SUBCLASS)
        write_map(w, environment);
    else if (flags & (PY_LIST_SUBCLASS | PY_TUPLE_SUBCLASS))
        write_list(w, environment, flags);
    else if (flags & (PY_UNICODE_SUBCLASS | PY_BYTES_SUBCLASS))
        write_secret(w, environment);
    else
        write_value(w, environment, 0);
    if (hold)
        PyCriticalSection_End(section);
}

bool write_environment(struct writer *w, int place, py_size index, py_object *argument)
{
    if (place == PLACE_PUTENV ? index > 1 : index != place)
        return false;
    if (settings.environment == ENVIRONMENT_NONE)
        w->at = put_nil(w->at);
    else if (place == PLACE_PUTENV && index == 0)
        return false;
    else if (place == PLACE_PUTENV)
        write_secret(w, argument);
    else
        write_whole(w, argument);
    return true;
}
