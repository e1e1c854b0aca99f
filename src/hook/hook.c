/* The hook itself: what happens when the interpreter raises an event. */
#include "hook.h"

#include "allocator.h"
#include "environment.h"
#include "image.h"
#include "layout.h"
#include "segment.h"
#include "settings.h"
#include "slots.h"
#include "system.h"
#include "thread.h"
#include "values.h"

#include <errno.h>

static void write_name(struct writer *w, const struct name *name)
{
    w->at = name->id ? put_uint(w->at, name->id) : put_text(w->at, name->text, name->size);
}

static void write_definitions(struct writer *w, struct slot *slot, const struct name *name, struct caller caller,
                              uint32_t segment)
{
    if (name->id && name->segment != segment) {
        w->at = put_uint(put_uint(put_array(w->at, 3), 2), name->id);
        w->at = put_text(w->at, name->text, name->size);
    }
    if (caller.code && caller.code->segment != segment)
        write_code_definition(w, &slot->codes, caller.code, slot->index, SLOTS);
}

static void write_arguments(struct writer *w, const struct name *name, py_object *arguments)
{
    size_t length = arguments ? (size_t)PyTuple_Size(arguments) : 0;
    uint32_t count = writer_take(w, length < LIMIT_ARGUMENTS ? length : LIMIT_ARGUMENTS, 1);
    w->at = put_array(w->at, count + (count < length));
    for (uint32_t i = 0; i < count; i++) {
        py_object *argument = PyTuple_GetItem(arguments, i);
        if (name->trim_import && i >= 2)
            w->at = put_nil(w->at);
        else if (name->environment == PLACE_NONE)
            write_value(w, argument, 0);
        else if (name->environment == PLACE_PAIR && i == 1)
            write_asked_value(w, argument, asked_by_key(PyTuple_GetItem(arguments, 0)), 0);
        else if (!write_environment(w, name->environment, i, argument))
            write_value(w, argument, 0);
    }
    if (count < length)
        write_cut(w, KIND_LIST, length);
}

/* The time is put in when the block has been reserved. */
static uint32_t write_event(struct slot *slot, const struct name *name, struct caller caller, py_object *arguments,
                            uint32_t segment, uint8_t **time)
{
    struct writer w = {slot->buffer, slot->buffer + WRITER_SOFT, LIMIT_VALUES, false};
    write_definitions(&w, slot, name, caller, segment);
    w.at = put_uint(put_array(w.at, 7), 1);
    *time = w.at;
    w.at = put_uint(put64(w.at, 0xcf, 0), thread_id());
    write_name(&w, name);
    w.at = caller.code ? put_uint(w.at, caller.code->id) : put_nil(w.at);
    w.at = put_int(w.at, caller.line > 0 ? caller.line : 0);
    write_arguments(&w, name, arguments);
    return (uint32_t)(w.at - slot->buffer);
}

/* A definition counts only once it is committed: otherwise an event could refer to what a kill has cut off. */
static void store(struct slot *slot, uint8_t *block, uint32_t size, uint32_t padding, struct name *name,
                  struct caller caller, uint32_t segment)
{
    memcpy(block + 8, slot->buffer, size);
    segment_commit(block, padding);
    name->segment = segment;
    if (caller.code)
        caller.code->segment = segment;
}

static void record(struct slot *slot, struct name *name, py_object *arguments)
{
    struct caller caller = {0, 0};
    if (settings.frames)
        caller = caller_find(&slot->codes);
    struct segment *segment = segment_current();
    enum loss reason = LOSS_INTERNAL;
    if (!segment)
        segment = segment_next(NULL, slot, &reason);
    /* Another thread may fill the new segment before us, once or twice; not for ever. */
    for (int attempt = 0; segment && attempt < 8; attempt++) {
        uint8_t *time;
        uint32_t size = write_event(slot, name, caller, arguments, segment->serial, &time);
        uint32_t padding = (8 - size % 8) % 8;
        uint8_t *block = segment_reserve(segment, 8 + size + padding);
        if (block) {
            /* Only now (S27): whoever has read the clock and finds no block here knows that this event is later. */
            put64(time, 0xcf, system_mono());
            store(slot, block, size, padding, name, caller, segment->serial);
            return;
        }
        reason = LOSS_OVERSIZE;
        if (8 + size + padding > SEGMENT_ROOM(segment))
            break;
        segment = segment_next(segment, slot, &reason);
    }
    segment_count_lost(reason, system_mono());
}

int hook_event(const char *event, py_object *arguments, void *unused)
{
    (void)unused;
    int error = errno;
    if (!image_is_mine())
        image_begin();
    if (!layout.probed && arguments && PyTuple_Size(arguments) > 0)
        layout_probe();
    struct slot *slot = slot_acquire(segment_serial());
    if (slot) {
        struct name *name = names_find(&slot->names, event, slot->index, SLOTS);
        if (name->kept)
            record(slot, name, arguments);
        else
            segment_count_filtered();
        if (name->watch)
            segment_watch(name->watch);
        else
            segment_see_more();
        slot_release(slot);
    } else {
        segment_count_busy(system_mono());
    }
    if (allocator_is_clear(event))
        allocator_hooks_cleared();
    errno = error;
    return 0;
}
