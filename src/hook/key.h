/* The run's key for pseudonyms and digests: the file `key` in the folder (S7). */
#ifndef AUDITRULES_KEY_H
#define AUDITRULES_KEY_H

#include <stddef.h>
#include <stdint.h>

extern uint8_t run_key[16];

/* Reads the key or makes one. Where neither can be done it is random for this process: pseudonyms then do not join
   between processes, which is safer than a key that can be guessed. */
void key_load(void);

#endif
