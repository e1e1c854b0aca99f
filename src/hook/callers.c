#include "callers.h"

#include "layout.h"
#include "text.h"

enum { LINES_MOST = 512 };

static void *thread_state(void)
{
    if (PyThreadState_GetUnchecked != NULL)
        return PyThreadState_GetUnchecked();
    return _PyThreadState_UncheckedGet != NULL ? _PyThreadState_UncheckedGet() : NULL;
}

/* 3.11 makes the frame object on demand and may collect then, which would run finalizers of the program. */
static py_object *current_frame(void)
{
    if (!layout.guard_collector)
        return PyEval_GetFrame();
    int enabled = PyGC_Disable();
    py_object *frame = PyEval_GetFrame();
    if (enabled)
        PyGC_Enable();
    return frame;
}

static py_object *frame_code(py_object *frame)
{
    if (PyFrame_GetCode == NULL)
        return FIELD(py_object *, frame, layout.frame_code);
    py_object *code = PyFrame_GetCode(frame);
    Py_DecRef(code); /* the frame holds it as long as we look */
    return code;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

/* Of the whole line table, in two lanes; 0 for one so long that to read it takes longer than to ask for the line. */
static uint64_t lines_fingerprint(py_object *code)
{
    py_object *table = layout.code_lines ? FIELD(py_object *, code, layout.code_lines) : NULL;
    size_t size = table ? (size_t)PyBytes_Size(table) : 0;
    if (size == 0 || size > LINES_MOST)
        return 0;
    const char *at = PyBytes_AsString(table);
    uint64_t words[2] = {0, 0}, one = size, two = 1;
    for (; size >= sizeof words; at += sizeof words, size -= sizeof words) {
        memcpy(words, at, sizeof words);
        one = mix(one, words[0]);
        two = mix(two, words[1]);
    }
    words[0] = words[1] = 0;
    memcpy(words, at, size);
    return mix(mix(one, words[0]), mix(two, words[1])) | 1;
}

/* The interpreter walks the code's line table from its start: remember the last answer, as long as the table is the
   same. The code's first line is not enough: a module's is 1, whatever stands in it. */
static int frame_line(py_object *frame, py_object *address, struct code *code)
{
    uint64_t lines = PyFrame_GetLasti ? lines_fingerprint(address) : 0;
    if (!lines)
        return PyFrame_GetLineNumber(frame);
    int instruction = PyFrame_GetLasti(frame);
    if (code->instruction != instruction || code->lines != lines) {
        code->line = PyFrame_GetLineNumber(frame);
        code->instruction = instruction;
        code->lines = lines;
    }
    return code->line;
}

struct caller caller_find(struct codes *codes)
{
    struct caller none = {NULL, 0};
    if (!layout.code || !thread_state())
        return none;
    py_object *frame = current_frame();
    py_object *code = frame ? frame_code(frame) : NULL;
    if (!code)
        return none;
    uint64_t content = unicode_fingerprint(FIELD(py_object *, code, layout.code_file)) * 31 +
                       unicode_fingerprint(FIELD(py_object *, code, layout.code_name)) * 17 +
                       (uint64_t)FIELD(int, code, layout.code_line);
    struct code *entry = &codes->entries[((uintptr_t)code >> 4) * 0x9e3779b97f4a7c15u >> 52];
    if (entry->address != code || entry->content != content)
        *entry = (struct code){.address = code, .content = content};
    return (struct caller){entry, frame_line(frame, code, entry)};
}

void write_code_definition(struct writer *w, struct codes *codes, struct code *code, uint32_t slot, uint32_t slots)
{
    code->id = codes->count++ * slots + slot;
    w->at = put_array(w->at, 5);
    w->at = put_uint(put_uint(w->at, 3), code->id);
    write_unicode(w, FIELD(py_object *, code->address, layout.code_file));
    write_unicode(w, FIELD(py_object *, code->address, layout.code_name));
    w->at = put_int(w->at, FIELD(int, code->address, layout.code_line));
}
