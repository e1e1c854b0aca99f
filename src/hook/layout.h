/* Where CPython keeps what has no function in its API that is free of side effects. Every offset is checked against
   known objects before it is used; what does not hold is switched off and its facts are left out. */
#ifndef AUDITRULES_LAYOUT_H
#define AUDITRULES_LAYOUT_H

#include "python.h"

#include <stdbool.h>

struct layout {
    bool probed;
    bool objects;       /* `head` holds: the type of an object can be read */
    bool types;         /* names, members and bases of types can be read */
    bool text;          /* the characters of a str can be read */
    bool code;          /* file, name and first line of a code object can be read */
    bool free_threaded; /* lists and dicts may change under us */
    bool guard_collector; /* 3.11: asking for the frame may collect, which would run the program's code */
    int head;           /* size of the object header: 16, or 32 in free-threaded and tracing builds */
    int text_shift, text_ascii, text_wide;
    int code_file, code_name, code_line;
    int code_lines; /* the line table; 0 before 3.10 */
    int frame_code; /* 3.8, where PyFrame_GetCode is missing; else 0 */
};

extern struct layout layout;

/* Called with a live interpreter at the first event. */
void layout_probe(void);

/* Kinds of a PyMemberDef. */
enum { MEMBER_INT = 1, MEMBER_OBJECT = 6, MEMBER_SLOT = 16 };

/* The offset of a named member of that kind which the type itself defines, or 0. Needs `types`. */
int layout_member(const char *type, const char *name, int kind);

#define FIELD(type, object, offset) (*(type *)((char *)(object) + (offset)))

static inline char *type_of(py_object *object)
{
    return FIELD(char *, object, layout.head - 8);
}

static inline const char *type_name(const char *type)
{
    return FIELD(const char *, type, layout.head + 8);
}

static inline char *type_base(const char *type)
{
    return FIELD(char *, type, layout.head + 8 + 232);
}

#endif
