#include "layout.h"

#include <string.h>

struct layout layout;

struct member {
    const char *name;
    int kind;
    ssize_t offset;
    int flags;
    const char *doc;
};

int layout_member(const char *type, const char *name, int kind)
{
    const struct member *member = FIELD(const struct member *, type, layout.head + 8 + 216);
    for (; member && member->name; member++)
        if (member->kind == kind && strcmp(member->name, name) == 0)
            return (int)member->offset;
    return 0;
}

static bool probe_head(void)
{
    for (int head = 16; head <= 32; head += 16)
        if (FIELD(char *, PyType_Type, head - 8) == PyType_Type &&
            FIELD(char *, PyLong_Type, head - 8) == PyType_Type) {
            layout.head = head;
            return true;
        }
    return false;
}

/* tp_name, tp_flags and tp_base frame tp_members: where these three are right the fourth is. */
static bool probe_types(void)
{
    int body = layout.head + 8;
    return strcmp(type_name(PyType_Type), "type") == 0 &&
           FIELD(unsigned long, PyLong_Type, body + 144) == PyType_GetFlags((py_object *)PyLong_Type) &&
           type_base(PyBool_Type) == PyLong_Type;
}

static bool probe_code(void)
{
    layout.code_file = layout_member(PyCode_Type, "co_filename", MEMBER_OBJECT);
    layout.code_name = layout_member(PyCode_Type, "co_qualname", MEMBER_OBJECT);
    if (!layout.code_name)
        layout.code_name = layout_member(PyCode_Type, "co_name", MEMBER_OBJECT);
    layout.code_line = layout_member(PyCode_Type, "co_firstlineno", MEMBER_INT);
    layout.code_lines = layout_member(PyCode_Type, "co_linetable", MEMBER_OBJECT);
    if (!PyFrame_GetCode)
        layout.frame_code = layout_member(PyFrame_Type, "f_code", MEMBER_OBJECT);
    return layout.code_file && layout.code_name && layout.code_line && (PyFrame_GetCode || layout.frame_code);
}

/* One str of each width: its length, its state bits and its characters must be where we think. */
static bool probe_str(const char *utf8, const void *data, int size, int length, int kind, bool ascii)
{
    py_object *text = PyUnicode_FromStringAndSize(utf8, (py_size)strlen(utf8));
    if (!text)
        return false;
    bool ok = FIELD(py_size, text, layout.head) == length;
    if (ok && !layout.text_shift) {
        uint32_t state = FIELD(uint32_t, text, layout.head + 16);
        layout.text_shift = (state >> 2 & 31) == 25 ? 2 : (state >> 16 & 31) == 25 ? 16 : 0;
        for (int extra = 0; extra <= 8; extra += 8)
            if (memcmp((char *)text + layout.head + 24 + extra, data, (size_t)size) == 0) {
                layout.text_ascii = layout.head + 24 + extra;
                layout.text_wide = layout.text_ascii + 16 + extra;
                break;
            }
        ok = layout.text_shift && layout.text_ascii;
    }
    if (ok) {
        uint32_t expected = (uint32_t)(kind | 8 | (ascii ? 16 : 0));
        ok = (FIELD(uint32_t, text, layout.head + 16) >> layout.text_shift & 31) == expected &&
             memcmp((char *)text + (ascii ? layout.text_ascii : layout.text_wide), data, (size_t)size) == 0;
    }
    Py_DecRef(text);
    return ok;
}

static bool probe_text(void)
{
    static const char latin[] = "\xe9t\xe9s de la caf\xe9ti\xe8re";
    static const uint16_t bmp[] = {0x0416, 0x0417, 0x20ac};
    static const uint32_t astral[] = {0x1f600, 0x1f601, 0x41};
    return probe_str("probe of the layout", "probe of the layout", 19, 19, 1, true) &&
           probe_str("\xc3\xa9t\xc3\xa9s de la caf\xc3\xa9ti\xc3\xa8re", latin, 20, 20, 1, false) &&
           probe_str("\xd0\x96\xd0\x97\xe2\x82\xac", bmp, 6, 3, 2, false) &&
           probe_str("\xf0\x9f\x98\x80\xf0\x9f\x98\x81\x41", astral, 12, 3, 4, false);
}

void layout_probe(void)
{
    layout.probed = true;
    layout.free_threaded = _Py_MergeZeroLocalRefcount != NULL;
    layout.guard_collector = PyGC_Disable && PyGC_Enable && strncmp(Py_GetVersion(), "3.11.", 5) == 0;
    layout.objects = probe_head();
    layout.types = layout.objects && probe_types();
    layout.code = layout.types && probe_code();
    layout.text = layout.objects && probe_text();
}
