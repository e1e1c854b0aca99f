#include "objects.h"

#include "layout.h"
#include "paths.h"
#include "text.h"

/* Text of the interpreter itself, as a type's name: in memory, of any length. */
static void write_c_text(struct writer *w, const char *text)
{
    size_t size = text ? strnlen(text, LIMIT_TYPE_NAME) : 0;
    w->at = put_text(w->at, text, size == LIMIT_TYPE_NAME ? utf8_cut((const uint8_t *)text, size) : size);
}

static void write_int_fact(struct writer *w, const char *name, int value)
{
    w->at = put_int(put_str(w->at, name), value);
}

/* The type in C from which sockets derive lies at any depth of Python classes. Its `family` is a C int there; a class
   of the program that calls itself so can only have slots of objects. The descriptor stands before the family. */
static bool write_socket(struct writer *w, py_object *object, const char *type)
{
    for (; type; type = type_base(type)) {
        if (strcmp(type_name(type), "_socket.socket") != 0)
            continue;
        int family = layout_member(type, "family", MEMBER_INT), kind = layout_member(type, "type", MEMBER_INT);
        int protocol = layout_member(type, "proto", MEMBER_INT);
        if (family != layout.head + 4 || kind != family + 4 || protocol != family + 8)
            return false;
        w->at = put_map(w->at, 4);
        write_int_fact(w, "fd", FIELD(int, object, family - 4));
        write_int_fact(w, "family", FIELD(int, object, family));
        write_int_fact(w, "type", FIELD(int, object, kind));
        write_int_fact(w, "proto", FIELD(int, object, protocol));
        return true;
    }
    return false;
}

static void write_code(struct writer *w, py_object *code)
{
    w->at = put_map(w->at, 3);
    w->at = put_str(w->at, "name");
    write_unicode(w, FIELD(py_object *, code, layout.code_name));
    w->at = put_str(w->at, "file");
    write_unicode(w, FIELD(py_object *, code, layout.code_file));
    write_int_fact(w, "line", FIELD(int, code, layout.code_line));
}

static bool write_callable(struct writer *w, py_object *object, const char *type)
{
    if (type == PyMethod_Type)
        object = PyMethod_Function(object);
    if (object && layout.code && type_of(object) == PyFunction_Type) {
        py_object *code = PyFunction_GetCode(object);
        if (code)
            write_code(w, code);
        return code != NULL;
    }
    if (object && type_of(object) == PyCFunction_Type) {
        /* The definition comes right behind the header, its name first in it. */
        const char *const *definition = FIELD(const char *const *, object, layout.head);
        if (!definition)
            return false;
        w->at = put_str(put_map(w->at, 1), "name");
        write_c_text(w, *definition);
        return true;
    }
    return false;
}

static bool write_facts(struct writer *w, py_object *object, const char *type, unsigned long flags)
{
    if (flags & PY_TYPE_SUBCLASS) {
        w->at = put_str(put_map(w->at, 1), "name");
        write_c_text(w, type_name((const char *)object));
        return true;
    }
    if (type == PyCode_Type && layout.code) {
        write_code(w, object);
        return true;
    }
    return write_callable(w, object, type) || write_socket(w, object, type) || write_path(w, object, type);
}

void write_object(struct writer *w, py_object *object, const char *type, unsigned long flags)
{
    if (writer_spent(w)) {
        w->at = put_ext_head(w->at, 12, EXT_OBJECT);
        w->at = put_str(put_array(w->at, 3), "");
        w->at = put_map(put64(w->at, 0xcf, (uint64_t)(uintptr_t)object), 0);
        return;
    }
    uint8_t *body = open_ext(w->at, EXT_OBJECT);
    w->at = put_array(body, 3);
    write_c_text(w, layout.types ? type_name(type) : "");
    w->at = put_uint(w->at, (uint64_t)(uintptr_t)object);
    if (!layout.types || !write_facts(w, object, type, flags))
        w->at = put_map(w->at, 0);
    close_ext(body, w->at);
}
