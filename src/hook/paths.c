#include "paths.h"

#include "layout.h"
#include "text.h"

static py_object *slot(py_object *object, const char *type, const char *name)
{
    int offset = layout_member(type, name, MEMBER_SLOT);
    return offset ? FIELD(py_object *, object, offset) : NULL;
}

static bool is_text(py_object *object)
{
    return object && type_of(object) == PyUnicode_Type;
}

static bool is_list(py_object *object)
{
    return object && PyType_GetFlags((py_object *)type_of(object)) & PY_LIST_SUBCLASS;
}

/* The parts joined by slashes; one that begins with a slash starts anew, as pathlib does. */
static bool write_joined(struct writer *w, py_object *parts)
{
    uint8_t joined[LIMIT_TEXT];
    size_t size = 0;
    py_size count = PyList_Size(parts);
    for (py_size i = 0; i < count; i++) {
        py_object *part = PyList_GetItem(parts, i);
        if (!is_text(part) || size + 2 > sizeof joined)
            return false;
        uint8_t first;
        if (unicode_copy(part, &first, 1) && first == '/')
            size = 0;
        if (size && joined[size - 1] != '/')
            joined[size++] = '/';
        size += unicode_copy(part, joined + size, sizeof joined - size);
    }
    if (!size || size == sizeof joined)
        return false;
    w->at = put_str(put_map(w->at, 1), "path");
    write_text(w, joined, size);
    return true;
}

bool write_path(struct writer *w, py_object *object, const char *type)
{
    if (layout.free_threaded)
        return false;
    for (; type; type = type_base(type)) {
        if (strcmp(type_name(type), "PurePath") != 0)
            continue;
        py_object *text = slot(object, type, "_str");
        if (is_text(text)) {
            w->at = put_str(put_map(w->at, 1), "path");
            write_unicode(w, text);
            return true;
        }
        py_object *parts = slot(object, type, "_raw_paths"); /* from 3.12 */
        if (!is_list(parts))
            parts = slot(object, type, "_parts");
        return is_list(parts) && write_joined(w, parts);
    }
    return false;
}
