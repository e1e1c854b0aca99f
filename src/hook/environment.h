/* Values of environment variables in events (segment.md, section 7). */
#ifndef AUDITRULES_ENVIRONMENT_H
#define AUDITRULES_ENVIRONMENT_H

#include "python.h"
#include "writer.h"

enum environment_place {
    PLACE_NONE = -1,
    PLACE_PUTENV = -2, /* a name and a value */
    PLACE_PAIR = -3,   /* the same, and the value is written */
};

/* The argument of that event that holds an environment and is not simply written, or one of the places above. */
int environment_place(const char *event);

/* The argument at `index` of an event with that place; false when it is no environment and is to be written plainly. */
bool write_environment(struct writer *w, int place, py_size index, py_object *argument);

#endif
