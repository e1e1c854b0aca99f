/// What shows afterwards of a hook that was switched off (docs/spec/segment.md, section 13).
module AuditRules.Recording.Tests.SuspicionTests

open System
open System.IO
open Expecto
open AuditRules.Events
open AuditRules.Recording
open AuditRules.Recording.Packing
open AuditRules.Recording.Segments
open AuditRules.Recording.Tests.HookLab

let private needs hook =
    if not (OperatingSystem.IsLinux()) then
        skiptest "hooks are for Linux"

    if hook = Native && not (File.Exists library) then
        skiptest "the native hook was not built: no C compiler"

/// Runs commands one behind the other under a hook and packs what they wrote: how the last one ended, the trace, and what
/// the packer says to be suspicious.
let private packed hook environment (commands: string list list) =
    needs hook

    inFolder (fun folder ->
        let ends =
            [
                for command in commands -> run command.Head command.Tail (settings hook folder @ environment)
            ]

        let code, _, error = List.last ends
        use stream = new MemoryStream()
        let result = Packer.Pack(SegmentFile.In folder, stream, PackOptions())
        code, error, Programs.read (stream.ToArray()) None, result)

let private suspicious (trace: Programs.Recorded) =
    trace.Processes |> List.filter (fun record -> record.Suspicion <> "")

let private word =
    function
    | Native -> "native"
    | Fallback -> "python"

let private notSuspicious =
    [
        "the end of the program", "1"
        "sys.exit", "sys.exit(3)"
        "an exception", "raise ValueError"
        "SystemExit in a thread", "threading.Thread(target=sys.exit).start()"
        "a daemon thread", "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()"
        "os._exit", "os._exit(3)"
        "SIGKILL", "os.kill(os.getpid(), 9)"
        "SIGTERM", "os.kill(os.getpid(), 15)"
        "an interrupt", "os.kill(os.getpid(), 2)"
        "os.abort", "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); os.abort()"
        "exec of a program", "os.execv('/bin/true', ['true'])"
        "exec of Python", "os.execv(sys.executable, [sys.executable, '-c', '1'])"
        "a child that ends by _exit", "os.fork() or (sys.audit('t'), os._exit(0)); os.wait()"
        "a child that ends by sys.exit", "os.fork() or sys.exit(0); os.wait()"
        "a sub-interpreter", "i = __import__(sub); one = i.create(); i.run_string(one, '1'); i.destroy(one)"
    ]

let private prepared =
    "import os, resource, sys, threading, time\n"
    + "sub = '_xxsubinterpreters' if sys.version_info < (3, 13) else '_interpreters'\n"

[<Tests>]
let tests =
    testList
        "suspicion"
        [
            for hook in [ Native; Fallback ] do
                onEveryPython
                    $"S70, S71: a {word hook} hook that is switched off is suspicious"
                    (fun python ->
                        let command = [ python.Path; program "switch_off.py"; word hook; "sys.exit(3)" ]
                        let code, error, trace, result = packed hook [] [ command ]
                        Expect.equal code 3 error
                        let names = [ for event in trace.Events -> event.Name ]
                        Expect.contains names "before" "what came before"
                        Expect.isFalse (List.contains "behind" names) "what came behind is missing"

                        Expect.equal
                            [
                                for record in suspicious trace ->
                                    record.Change, record.Process, record.Suspicion, record.SuspectFrom
                            ]
                            [ ProcessChange.Exit, 0, "end-not-seen", (List.last trace.Events).Time ]
                            "since the last event"

                        Expect.hasLength result.Suspicions 1 "the packer says so"

                        Expect.isEmpty
                            (result.Losses |> Seq.filter (fun loss -> loss.Reason <> "late-start"))
                            "no loss")

                onSomePythons $"S71: no usual end under the {word hook} hook is suspicious" (fun python ->
                    let _, error, trace, _ =
                        packed
                            hook
                            []
                            [
                                for ending in List.map snd notSuspicious ->
                                    [ python.Path; "-c"; prepared + ending ]
                            ]

                    let commandOf ordinal =
                        trace.Processes
                        |> List.pick (fun record ->
                            if record.Process = ordinal && not record.Command.IsEmpty then
                                Some(Seq.last record.Command)
                            else
                                None)

                    Expect.isEmpty [ for record in suspicious trace -> commandOf record.Process ] error

                    Expect.isGreaterThanOrEqual
                        (trace.Processes
                         |> List.filter (fun record -> record.Change = ProcessChange.Start))
                            .Length
                        notSuspicious.Length
                        "each was recorded")

            onSomePythons "S70: filters do not make an end suspicious" (fun python ->
                let filters = [ "AUDITRULES_EXCLUDE", "cpython.*" ]
                let _, _, trace, _ = packed Native filters [ [ python.Path; "-c"; "1" ] ]
                Expect.isEmpty (Programs.named "cpython.run_command" trace) "filtered"
                Expect.isEmpty (suspicious trace) "nothing")

            onEveryPython
                "S70: an end of the interpreter that a program pretends is none, for the true one is the last event"
                (fun python ->
                    let code =
                        "import ctypes, sys; sys.audit('cpython._PySys_ClearAuditHooks'); ctypes.CDLL(None).exit(4)"

                    let code, error, trace, _ = packed Native [] [ [ python.Path; "-c"; code ] ]
                    Expect.equal code 4 error
                    Expect.hasLength (suspicious trace) 1 "it is said")

            onEveryPython
                "S70: a child that C forked does not say in its parent's segment that it has ended"
                (fun python ->
                    let code =
                        "import ctypes, glob, os
if ctypes.CDLL(None).fork():
    os.wait()
    path, = glob.glob(os.environ['AUDITRULES_DIR'] + '/%d-*' % os.getpid())
    with open(path, 'rb') as file:
        os._exit(file.read(148)[144])"

                    let code, error, _, _ = packed Fallback [] [ [ python.Path; "-c"; code ] ]
                    Expect.equal code 1 ("the parent's end is to be seen; " + error))

            onSomePythons
                "S38: a process that exits while its threads raise events is closed, and its status known"
                (fun python ->
                    let code =
                        "import ctypes, sys, threading, time
def work():
    values = tuple('y' * 4096 for i in range(14))
    while True:
        sys.audit('x', *values)
for i in range(4):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.02)
ctypes.CDLL(None).exit(3)"

                    // Its end comes behind the hook's: time enough for the threads to fill some segments.
                    let slow =
                        "#include <unistd.h>\n__attribute__((destructor)) static void stop(void) { usleep(200000); }"

                    compiled slow [ "-shared"; "-fPIC" ] (fun path ->
                        let code, error, trace, _ =
                            packed
                                Native
                                [ "LD_PRELOAD", $"{library}:{path}" ]
                                [ [ python.Path; "-c"; code ] ]

                        Expect.equal code 3 error

                        Expect.equal
                            [
                                for record in trace.Processes do
                                    if record.Change = ProcessChange.Exit then
                                        Option.ofNullable record.ExitCode
                            ]
                            [ Some 3 ]
                            "it is known"))

            onSomePythons
                "S71: an end by C's exit cannot be told from a hook that is switched off"
                (fun python ->
                    let code, error, trace, _ =
                        packed
                            Native
                            []
                            [ [ python.Path; "-c"; "import ctypes; ctypes.CDLL(None).exit(4)" ] ]

                    Expect.equal code 4 error
                    Expect.hasLength (suspicious trace) 1 "it is said all the same")
        ]
