/* Values that are secrets because of what stands before them: an option in a list, a key in a map (segment.md, S66). */
#ifndef AUDITRULES_SECRETS_H
#define AUDITRULES_SECRETS_H

#include "python.h"
#include "redact.h"
#include "writer.h"

/* What an option, which begins with a dash, says of the item behind it. */
enum redact_asks asked_by_option(py_object *item);

/* What a key says of its value. */
enum redact_asks asked_by_key(py_object *key);

/* Writes a text that was asked for so; false when it is no text or no secret and is to be written as any other value. */
bool write_asked(struct writer *w, py_object *value, enum redact_asks asks);

#endif
