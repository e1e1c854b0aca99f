#ifndef AUDITRULES_THREAD_H
#define AUDITRULES_THREAD_H

#include <stdint.h>

/* The kernel's id of this thread; asked for once a thread and image. */
uint32_t thread_id(void);

#endif
