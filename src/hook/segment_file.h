#ifndef AUDITRULES_SEGMENT_FILE_H
#define AUDITRULES_SEGMENT_FILE_H

#include "segment.h"

enum { SEGMENT_LEAST = 16 * 1024, SEGMENT_FIRST = 256 * 1024, SEGMENT_MOST = 8 * 1024 * 1024 };

/* Makes, allocates and maps the file of that sequence number, zeros throughout. Null and a reason when it cannot be;
   no file is left then. `size` is what is wanted and becomes what was had. */
uint8_t *segment_file_make(uint32_t sequence, size_t *size, enum loss *reason);

/* Leaves the mark of an image that can make no first segment (S41): a link takes no block, descriptor or file size.
   False when even that cannot be made. */
bool segment_file_mark(enum loss reason);

#endif
