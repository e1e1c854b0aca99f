/* The part of CPython's C API that the hook calls, declared weakly: one library serves every CPython from 3.8 on,
   shared or static, and programs that are no Python at all. A null address means: not in this process. */
#ifndef AUDITRULES_PYTHON_H
#define AUDITRULES_PYTHON_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct py_object py_object;
typedef ssize_t py_size;
typedef int (*py_audit_hook)(const char *event, py_object *args, void *data);

#define PY_WEAK extern __attribute__((weak, visibility("default")))

PY_WEAK int PySys_AddAuditHook(py_audit_hook hook, void *data);
/* PyMemAllocatorEx, and the domain 0 of PyMem_RawMalloc. */
struct py_allocator {
    void *ctx;
    void *(*malloc)(void *ctx, size_t size);
    void *(*calloc)(void *ctx, size_t count, size_t size);
    void *(*realloc)(void *ctx, void *memory, size_t size);
    void (*free)(void *ctx, void *memory);
};
PY_WEAK void PyMem_GetAllocator(int domain, struct py_allocator *allocator);
PY_WEAK void PyMem_SetAllocator(int domain, struct py_allocator *allocator);
PY_WEAK const char *Py_GetVersion(void);
PY_WEAK void Py_DecRef(py_object *object);
/* The current thread's state or null: the first name up to 3.12, the second from 3.13. */
PY_WEAK void *_PyThreadState_UncheckedGet(void);
PY_WEAK void *PyThreadState_GetUnchecked(void);

PY_WEAK unsigned long PyType_GetFlags(py_object *type);
PY_WEAK int PyType_IsSubtype(py_object *type, py_object *base);

PY_WEAK py_object *PyUnicode_FromStringAndSize(const char *text, py_size size);
PY_WEAK const char *PyUnicode_AsUTF8AndSize(py_object *text, py_size *size);
PY_WEAK py_size PyBytes_Size(py_object *bytes);
PY_WEAK char *PyBytes_AsString(py_object *bytes);
PY_WEAK py_size PyByteArray_Size(py_object *bytes);
PY_WEAK char *PyByteArray_AsString(py_object *bytes);
PY_WEAK long long PyLong_AsLongLongAndOverflow(py_object *number, int *overflow);
PY_WEAK size_t _PyLong_NumBits(py_object *number);
PY_WEAK double PyFloat_AsDouble(py_object *number);
PY_WEAK py_size PyTuple_Size(py_object *tuple);
PY_WEAK py_object *PyTuple_GetItem(py_object *tuple, py_size index);
PY_WEAK py_size PyList_Size(py_object *list);
PY_WEAK py_object *PyList_GetItem(py_object *list, py_size index);
PY_WEAK py_size PyDict_Size(py_object *dict);
PY_WEAK int PyDict_Next(py_object *dict, py_size *position, py_object **key, py_object **value);
PY_WEAK py_object *PyFunction_GetCode(py_object *function);
PY_WEAK py_object *PyMethod_Function(py_object *method);

/* Big integers: the first up to 3.12, the second from 3.13 (where the first takes one argument more). */
PY_WEAK int _PyLong_AsByteArray(py_object *number, unsigned char *bytes, size_t size, int little, int is_signed);
PY_WEAK py_size PyLong_AsNativeBytes(py_object *number, void *bytes, py_size size, int flags);

PY_WEAK py_object *PyEval_GetFrame(void);
PY_WEAK py_object *PyFrame_GetCode(py_object *frame); /* from 3.9 */
PY_WEAK int PyFrame_GetLasti(py_object *frame);       /* from 3.11 */
PY_WEAK int PyFrame_GetLineNumber(py_object *frame);
PY_WEAK int PyGC_Disable(void); /* from 3.10 */
PY_WEAK int PyGC_Enable(void);

PY_WEAK py_object *PyErr_Occurred(void);
PY_WEAK void PyErr_Fetch(py_object **type, py_object **value, py_object **traceback);
PY_WEAK void PyErr_Restore(py_object *type, py_object *value, py_object *traceback);

/* Free-threaded builds only: the second keeps a list or dict still while it is read. */
PY_WEAK void _Py_MergeZeroLocalRefcount(py_object *object);
PY_WEAK void PyCriticalSection_Begin(void *section, py_object *object);
PY_WEAK void PyCriticalSection_End(void *section);

PY_WEAK char PyType_Type[], PyLong_Type[], PyBool_Type[], PyFloat_Type[], PyUnicode_Type[], PyCode_Type[],
    PyFrame_Type[], PyFunction_Type[], PyMethod_Type[], PyCFunction_Type[], PyByteArray_Type[];
PY_WEAK char _Py_NoneStruct[], _Py_TrueStruct[], _Py_FalseStruct[];

#define PY_LONG_SUBCLASS (1ul << 24)
#define PY_LIST_SUBCLASS (1ul << 25)
#define PY_TUPLE_SUBCLASS (1ul << 26)
#define PY_BYTES_SUBCLASS (1ul << 27)
#define PY_UNICODE_SUBCLASS (1ul << 28)
#define PY_DICT_SUBCLASS (1ul << 29)
#define PY_TYPE_SUBCLASS (1ul << 31)

#endif
