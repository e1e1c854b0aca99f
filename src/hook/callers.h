/* The code that caused an event, and the code objects that a slot has met. */
#ifndef AUDITRULES_CALLERS_H
#define AUDITRULES_CALLERS_H

#include "python.h"
#include "writer.h"

enum { CODES_TABLE = 4096 };

struct code {
    py_object *address;
    uint64_t content; /* file, function and first line: an address alone may be reused */
    uint32_t segment; /* the serial of the segment that defines it */
    uint32_t id;
    uint64_t lines;   /* the line table, the last instruction asked for, and its line */
    int instruction;
    int line;
};

struct codes {
    uint32_t count;
    struct code entries[CODES_TABLE];
};

struct caller {
    struct code *code; /* null: no Python code runs */
    int line;
};

/* The innermost Python frame of this thread. */
struct caller caller_find(struct codes *codes);

/* The code's definition (record 3) with a new id. */
void write_code_definition(struct writer *w, struct codes *codes, struct code *code, uint32_t slot, uint32_t slots);

#endif
