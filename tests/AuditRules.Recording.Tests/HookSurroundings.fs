module AuditRules.Recording.Tests.HookSurroundings

open System
open System.IO
open Expecto
open AuditRules.Recording.Tests.HookLab

let private asRoot =
    lazy (OperatingSystem.IsLinux() && Environment.UserName = "root")

let private needs condition reason =
    if not condition then
        skiptest reason

let private text = String('x', 1000)

/// A program that starts Python twice from C.
let private embedding =
    """
#include <errno.h>
#include <stdio.h>
extern void Py_InitializeEx(int), PyErr_SetString(void *, const char *), PyErr_Clear(void);
extern int Py_FinalizeEx(void), PyRun_SimpleString(const char *), PySys_Audit(const char *, const char *, ...);
extern void *PyErr_Occurred(void), *PyExc_KeyError;
int main(void)
{
    PySys_Audit("early", "");
    for (int i = 0; i < 2; i++) {
        Py_InitializeEx(1);
        PyRun_SimpleString("import sys; sys.audit('t', 'of Python')");
        PyErr_SetString(PyExc_KeyError, "pending");
        errno = 77;
        PySys_Audit("t", "si", "of C", i);
        printf("%d %d\n", errno, PyErr_Occurred() == PyExc_KeyError);
        PyErr_Clear();
        if (Py_FinalizeEx() < 0)
            return 1;
    }
    return 0;
}
"""

/// A program that loads the library that it is given, and starts the Python in it.
let private loading =
    """
#include <dlfcn.h>
int main(int count, char **arguments)
{
    void *python = dlopen(arguments[count - 1], RTLD_NOW | RTLD_GLOBAL);
    void (*begin)(int) = (void (*)(int))dlsym(python, "Py_InitializeEx");
    int (*run)(const char *) = (int (*)(const char *))dlsym(python, "PyRun_SimpleString");
    begin(1);
    return run("import sys; sys.audit('t'); print('runs', flush=True)");
}
"""

[<Tests>]
let tests =
    testList
        "hook surroundings"
        [
            test "S42: a static program runs as ever, and so does what is started by it" {
                needs (File.Exists library) "needs the native hook"

                compiled
                    "#include <unistd.h>\nint main(int n, char **a) { (void)n; execv(a[1], a + 1); return 9; }"
                    [ "-static" ]
                    (fun program ->
                        let command = [ pythons[0].Path; "-c"; "import sys; sys.audit('t'); print(5)" ]
                        let recording = record Native [] (program :: command)
                        Expect.equal (recording.Exit, recording.Output) (0, "5\n") recording.Error
                        Expect.hasLength (named "t" recording) 1 "behind it")
            }

            test "it stands beside another preloaded library, before it or behind" {
                needs (File.Exists library) "needs the native hook"

                compiled
                    "#include <unistd.h>\nint getpagesize(void) { return 1234; }\n__attribute__((constructor)) static void start(void) { (void)!write(2, \"other\", 5); }"
                    [ "-shared"; "-fPIC" ]
                    (fun other ->
                        let python = List.last pythons

                        for preload in [ $"{other}:{library}"; $"{library}:{other}"; $"{library} {other}" ] do
                            let code = "import sys, mmap; sys.audit('t'); print(mmap.PAGESIZE > 0)"
                            let recording = script Native [ "LD_PRELOAD", preload ] python code
                            Expect.equal (recording.Output, recording.Error) ("True\n", "other") preload
                            Expect.hasLength (named "t" recording) 1 preload)
            }

            test "S42: a Python that a program loads later runs and is not seen" {
                needs (File.Exists library) "needs the native hook"

                let ask =
                    "import sys, sysconfig as s; g = s.get_config_var; print(g('LIBDIR'), g('LDLIBRARY'), sys.prefix)"

                let _, output, _ = run (List.last pythons).Path [ "-c"; ask ] []
                let parts = output.Trim().Split ' '
                let shared = Path.Combine(parts[0], parts[1])
                needs (parts[1].EndsWith ".so" && File.Exists shared) "needs a shared libpython"

                compiled loading [ "-ldl" ] (fun program ->
                    let recording = record Native [ "PYTHONHOME", parts[2] ] [ program; shared ]
                    Expect.equal (recording.Exit, recording.Output) (0, "runs\n") recording.Error
                    Expect.isEmpty recording.Images "not recorded")
            }

            test "S42: a program with the set-user-id bit ignores the hook, and runs" {
                needs asRoot.Value "needs root to make one"
                let system = "/usr/bin/python3"
                needs (File.Exists system) $"needs {system}"

                inFolder (fun folder ->
                    let copy = Path.Combine(folder, "python3")
                    let _, path, _ = run "/usr/bin/realpath" [ system ] []
                    File.Copy(path.Trim(), copy)
                    run "chown" [ "65534:65534"; copy ] [] |> ignore
                    run "chmod" [ "6755"; copy ] [] |> ignore
                    run "chmod" [ "755"; folder ] [] |> ignore

                    let recording =
                        record
                            Native
                            []
                            [ copy; "-c"; "import os, sys; sys.audit('t'); print(os.geteuid())" ]

                    if recording.Output = "0\n" then
                        skiptest "set-user-id bits mean nothing on this file system"

                    Expect.equal (recording.Exit, recording.Output) (0, "65534\n") recording.Error
                    Expect.isEmpty recording.Images "not recorded")

            }

            onEveryPython
                "S16: behind chroot and setuid it goes on in its segment, then counts what is lost"
                (fun python ->
                    needs asRoot.Value "needs root"

                    let code =
                        """
import os, sys, tempfile
folder = tempfile.mkdtemp()
def leave(): os.chroot(folder)
def drop():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for change in leave, drop:
    if os.fork() == 0:
        sys.audit("t", "before")
        change()
        for i in range(500): sys.audit("t", i, "x" * 1000)
        os._exit(0)
    assert os.wait()[1] == 0
if os.fork() == 0:
    leave()
    sys.audit("t", "without a segment")
    os._exit(0)
assert os.wait()[1] == 0
os.rmdir(folder)
"""

                    let recording = script Native [] python code
                    Expect.hasLength recording.Images 3 "the third child could leave nothing"

                    for image in recording.Images.Tail do
                        let here =
                            [
                                for e in image.Events do
                                    if e.Name = "t" then
                                        e.Args
                            ]

                        Expect.equal
                            here
                            ("[\"before\"]" :: [ for i in 0 .. here.Length - 2 -> $"[{i}, \"{text}\"]" ])
                            "no gap"

                        Expect.equal (List.map fst image.Lost) [ "access" ] "the reason"
                        let total = int64 here.Length + snd image.Lost.Head
                        Expect.equal total 501L "all are accounted for")

            onEveryPython
                "a daemon that forks twice and closes everything is recorded to its end"
                (fun python ->
                    let code =
                        """
import os, sys
reading, writing = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.chdir("/")
        os.umask(0o777)
        os.dup2(writing, 300)
        os.closerange(0, 300)
        os.environ.clear()
        for i in range(500): sys.audit("t", i, "x" * 1000)
        os.write(300, b"x")
        os._exit(0)
    os._exit(0)
os.close(writing)
assert os.wait()[1] == 0
assert os.read(reading, 1) == b"x"
"""

                    let recording = script Native [] python code
                    Expect.equal (args "t" recording) [ for i in 0..499 -> $"[{i}, \"{text}\"]" ] "events"
                    let daemon = recording.Images |> List.find (fun image -> image.Events.Length >= 500)
                    Expect.isGreaterThan daemon.Segments 1 "segments were made after it")

            onEveryPython "children are recorded by whatever road they were started" (fun python ->
                let code =
                    """
import os, subprocess, sys
def child(road): return [sys.executable, "-ISc", "import sys; sys.audit('t', %r)" % road]
subprocess.run(child("run"))
subprocess.run(child("all descriptors"), close_fds=False)
subprocess.run(child("preexec"), preexec_fn=lambda: sys.audit("t", "between fork and exec"))
os.waitpid(os.posix_spawn(sys.executable, child("posix_spawn"), os.environ), 0)
os.environ.clear()
subprocess.run(child("no environment"))
sys.audit("t", "parent")
"""

                let recording = script Native [] python code

                Expect.equal
                    (List.sort (args "t" recording))
                    [
                        "[\"all descriptors\"]"
                        "[\"between fork and exec\"]"
                        "[\"parent\"]"
                        "[\"posix_spawn\"]"
                        "[\"preexec\"]"
                        "[\"run\"]"
                    ]
                    "an empty environment ends the recording of what is started")

            onSomePythons "multiprocessing by fork, spawn and a fork server" (fun python ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "main.py")

                    File.WriteAllText(
                        file,
                        """
import multiprocessing, sys
def work(k): sys.audit("t", multiprocessing.get_start_method(), k)
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with multiprocessing.Pool(2) as pool: pool.map(work, range(20))
    pool.join()
"""
                    )

                    for road in [ "fork"; "spawn"; "forkserver" ] do
                        let recording = record Native [] [ python.Path; file; road ]
                        Expect.equal recording.Exit 0 recording.Error

                        Expect.equal
                            (List.sort (args "t" recording))
                            (List.sort [ for k in 0..19 -> $"[\"{road}\", {k}]" ])
                            road))

            onEveryPython
                "a program that opens and closes the library is recorded all the same"
                (fun python ->
                    let code =
                        """
import ctypes, os, sys, _ctypes
library = ctypes.CDLL(os.environ["LD_PRELOAD"].split(":")[-1])
_ctypes.dlclose(library._handle)
try: _ctypes.dlclose(library._handle)
except OSError: pass
for i in range(300): sys.audit("t", i)
"""

                    Expect.hasLength (script Native [] python code |> named "t") 300 "")

            onEveryPython
                "S42: a program that embeds Python is recorded until it first ends it; errno and errors survive"
                (fun python ->
                    let ask =
                        "import sys, sysconfig as s; g = s.get_config_var; print(g('LIBDIR'), g('LDLIBRARY'), sys.prefix)"

                    let _, output, _ = run python.Path [ "-c"; ask ] []
                    let parts = output.Trim().Split ' '
                    let shared = Path.Combine(parts[0], parts[1])
                    needs (parts[1].EndsWith ".so" && File.Exists shared) "needs a shared libpython"

                    compiled embedding [ shared; "-Wl,-rpath," + parts[0] ] (fun program ->
                        let recording = record Native [ "PYTHONHOME", parts[2] ] [ program ]
                        Expect.equal (recording.Exit, recording.Output) (0, "77 1\n77 1\n") recording.Error

                        // CPython forgets every hook at Py_FinalizeEx.
                        Expect.equal (args "t" recording) [ "[\"of Python\"]"; "[\"of C\", 0]" ] "the first"))
        ]
