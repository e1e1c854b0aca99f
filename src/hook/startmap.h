#ifndef AUDITRULES_STARTMAP_H
#define AUDITRULES_STARTMAP_H

#include <stddef.h>
#include <stdint.h>

/* The start map (S17) of this process; its size, at most `most`. */
uint32_t startmap_write(uint8_t *to, size_t most);

#endif
