/* Python's str and bytes as values: read where they lie, never converted by the interpreter. */
#ifndef AUDITRULES_TEXT_H
#define AUDITRULES_TEXT_H

#include "python.h"
#include "writer.h"

void write_unicode(struct writer *w, py_object *text);
void write_bytes(struct writer *w, const char *bytes, size_t size);

/* Bytes from outside, at most LIMIT_TEXT: str when they are UTF-8, else raw str. */
void write_text(struct writer *w, const void *text, size_t size);

/* Whether the characters of a str can be read where they lie: not before 3.12 when they are still in its lazy form. */
bool unicode_is_open(py_object *text);

/* The length in bytes and the SipHash of a str's UTF-8; false when it cannot be read. */
bool unicode_digest(py_object *text, size_t *size, uint64_t *digest);

/* A number that differs, as good as certainly, when the content does. */
uint64_t unicode_fingerprint(py_object *text);

/* Up to `size` bytes of a str as UTF-8; the count. For texts that are put together from several. */
size_t unicode_copy(py_object *text, uint8_t *to, size_t size);

#endif
