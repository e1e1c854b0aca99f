/// The native hook as AddressSanitizer and UndefinedBehaviorSanitizer watch it.
module AuditRules.Recording.Tests.Sanitizers

open System
open System.IO
open AuditRules.Recording.Tests.HookLab
open AuditRules.Tests.Root

let private flags =
    "-std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -O1 -g -fno-omit-frame-pointer -fPIC -shared -fvisibility=hidden "
    + "-fsanitize=address,undefined -fno-sanitize-recover=all -Wl,-soname,libauditrules_hook.so"

let private sources = Path.Combine(root, "src", "hook")

let private compile folder (into: string) =
    let files = Directory.GetFiles(folder, "*.c")

    let newest =
        Directory.GetFiles folder |> Array.map File.GetLastWriteTimeUtc |> Array.max

    if File.Exists into && File.GetLastWriteTimeUtc into > newest then
        true
    else
        Directory.CreateDirectory(nonNull (Path.GetDirectoryName into)) |> ignore
        // Written aside and moved: another run may be loading it.
        let aside = $"{into}.{Environment.ProcessId}"
        let code, _, _ = run "cc" ([ yield! flags.Split ' '; "-o"; aside; yield! files ]) []

        if code = 0 then
            File.Move(aside, into, true)

        code = 0

/// What LD_PRELOAD must be, where the compiler at hand has these sanitizers.
let preload =
    lazy
        (try
            let _, runtime, _ = run "cc" [ "-print-file-name=libasan.so" ] []

            let into =
                Path.Combine(AppContext.BaseDirectory, "hook", "sanitized", "libauditrules_hook.so")

            if File.Exists(runtime.Trim()) && compile sources into then
                Some $"{runtime.Trim()}:{into}"
            else
                None
         with :? ComponentModel.Win32Exception ->
             None)

/// The interpreter keeps much until its end; a report ends the program with 86.
let options = "ASAN_OPTIONS", "detect_leaks=0:exitcode=86"
