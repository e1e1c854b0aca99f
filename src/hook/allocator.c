/* CPython allocates the entry of a hook that is added before `main` with the allocator of that moment, and frees it with
 * the one that its settings chose since: under `-X dev` or PYTHONMALLOC=debug a debugging one, which finds memory that is
 * not its own and aborts the program at its end. So the entry, and nothing else, is freed by the allocator that it is of. */
#include "allocator.h"

enum { RAW = 0 };

static struct py_allocator first, last;
static void *entry;
static bool between;

static void *note(void *context, size_t size)
{
    void *memory = first.malloc(context, size);
    if (size == 3 * sizeof(void *))
        entry = memory;
    return memory;
}

bool allocator_add_hook(py_audit_hook hook)
{
    bool known = PyMem_GetAllocator != NULL && PyMem_SetAllocator != NULL;
    if (known) {
        PyMem_GetAllocator(RAW, &first);
        struct py_allocator noting = first;
        noting.malloc = note;
        PyMem_SetAllocator(RAW, &noting);
    }
    bool added = PySys_AddAuditHook(hook, NULL) == 0;
    if (known)
        PyMem_SetAllocator(RAW, &first);
    return added;
}

/* The context stays the debugging allocator's: another thread may read one half of the table before the change. */
static void free_between(void *context, void *memory)
{
    if (memory == NULL || memory != entry) {
        last.free(context, memory);
        return;
    }
    entry = NULL;
    first.free(first.ctx, memory);
    PyMem_SetAllocator(RAW, &last);
}

void allocator_hooks_cleared(void)
{
    if (!entry || between)
        return;
    PyMem_GetAllocator(RAW, &last);
    if (last.free == first.free)
        return;
    between = true;
    struct py_allocator changed = last;
    changed.free = free_between;
    PyMem_SetAllocator(RAW, &changed);
}
