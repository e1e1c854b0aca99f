/// Runs programs under a hook and reads what they wrote with tests/tools/read_segment.py.
module AuditRules.Recording.Tests.HookLab

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open AuditRules.Tests

type Python = { Path: string; Version: Version }

type Hook =
    | Native
    | Fallback

type Event =
    {
        Name: string
        /// The arguments as read_segment.py prints them, addresses replaced by #.
        Args: string
        Time: uint64
        Thread: int64
        Line: int
        /// File and function.
        Caller: (string * string) option
    }

type Image =
    {
        Nonce: string
        ParentImage: string
        Pid: int
        Reason: int
        Hook: int
        Ticks: uint64
        Segments: int
        Filtered: int64
        Lost: (string * int64) list
        Closed: bool
        Start: JsonElement
        Events: Event list
    }

type Recording =
    {
        Exit: int
        Output: string
        Error: string
        Images: Image list
        Damage: string list
    }

let private beside (name: string) =
    Path.Combine(AppContext.BaseDirectory, name)

let library = beside "hook/libauditrules_hook.so"

/// What is preloaded: the library, or, with AUDITRULES_PRELOAD, what runs these tests under sanitizers.
let private preloaded =
    match Environment.GetEnvironmentVariable "AUDITRULES_PRELOAD" with
    | null
    | "" -> library
    | other -> other

/// The environment of a program that is the same but for the hook: the sanitizers' runtime stays.
let withoutHook =
    match preloaded.Split ':' with
    | [| runtime; _ |] -> [ "LD_PRELOAD", runtime ]
    | _ -> []

let fallbackFolder = beside "hook/python"
let program name = beside (Path.Combine("programs", name))

/// Exit code, output, error. A signal n ends with 128 + n.
let run (file: string) (arguments: string list) (environment: (string * string) list) =
    let info = ProcessStartInfo(file, arguments)

    for name in [ "LD_PRELOAD"; "PYTHONPATH"; "PYTHONHOME"; "PYTHONSTARTUP" ] do
        info.Environment.Remove name |> ignore

    info.Environment["PYTHONDONTWRITEBYTECODE"] <- "1"

    for name, value in environment do
        info.Environment[name] <- value

    Processes.runAs info

let private candidates =
    let given =
        match Environment.GetEnvironmentVariable "AUDITRULES_PYTHONS" with
        | null -> []
        | paths -> List.ofArray (paths.Split(':', StringSplitOptions.RemoveEmptyEntries))

    let versions =
        Path.Combine(Environment.GetFolderPath Environment.SpecialFolder.UserProfile, ".pyenv/versions")

    let pyenv =
        if Directory.Exists versions then
            [
                for folder in Directory.GetDirectories versions -> Path.Combine(folder, "bin/python3")
            ]
        else
            []

    given
    @ pyenv
    @ [ for minor in 8..14 -> $"python3.{minor}" ]
    @ [ "python3"; "/usr/bin/python3" ]

let private ask candidate =
    try
        let script =
            "import os,sys; print(os.path.realpath(sys.executable), sys.version.split()[0].rstrip('+abrc'))"

        match run candidate [ "-c"; script ] [] with
        | 0, output, _ ->
            let parts = output.Trim().Split ' '

            Some
                {
                    Path = parts[0]
                    Version = Version.Parse parts[1]
                }
        | _ -> None
    with :? ComponentModel.Win32Exception ->
        None

/// Every Python from 3.8 on that can be found: AUDITRULES_PYTHONS, pyenv's, those on PATH.
let pythons =
    candidates
    |> List.choose ask
    |> List.filter (fun python -> python.Version >= Version(3, 8))
    |> List.distinctBy _.Path
    |> List.sortBy _.Version

let private address =
    Regex(@"(""\$object"": \[""[^""]*"", )\d+", RegexOptions.Compiled)

let private textOf (element: JsonElement) = element.ToString()

let private event (line: JsonElement) =
    let caller = line.GetProperty "caller"

    {
        Name =
            let name = line.GetProperty "event"

            if name.ValueKind = JsonValueKind.String then
                textOf name
            else
                name.GetRawText()
        Args = address.Replace((line.GetProperty "args").GetRawText(), "$1#")
        Time = (line.GetProperty "time").GetUInt64()
        Thread = (line.GetProperty "thread").GetInt64()
        Line = (line.GetProperty "line").GetInt32()
        Caller =
            if caller.ValueKind = JsonValueKind.Null then
                None
            else
                Some(textOf caller[0], textOf caller[1])
    }

let private image (line: JsonElement) events =
    {
        Nonce = textOf (line.GetProperty "image")
        ParentImage = textOf (line.GetProperty "parentImage")
        Pid = (line.GetProperty "pid").GetInt32()
        Reason = (line.GetProperty "reason").GetInt32()
        Hook = (line.GetProperty "hook").GetInt32()
        Ticks = (line.GetProperty "ticks").GetUInt64()
        Segments = (line.GetProperty "segments").GetInt32()
        Filtered = (line.GetProperty "filtered").GetInt64()
        Lost =
            [
                for entry in (line.GetProperty "lost").EnumerateObject() -> entry.Name, entry.Value.GetInt64()
            ]
        Closed = (line.GetProperty "closed").GetBoolean()
        Start = line.GetProperty "start"
        Events = events
    }

/// What lies in a folder of segments, images in the order in which they began.
let read folder =
    let code, output, error =
        run pythons[0].Path [ beside "tools/read_segment.py"; folder ] []

    if code <> 0 && code <> 3 then
        failtest error

    let lines =
        [
            for line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries) ->
                JsonDocument.Parse(line).RootElement
        ]

    let has (name: string) (line: JsonElement) = fst (line.TryGetProperty name)
    let damage = lines |> List.filter (has "damage") |> List.map _.GetRawText()

    let rec images (lines: JsonElement list) =
        match lines with
        | [] -> []
        | head :: rest ->
            let events = rest |> List.takeWhile (has "event")
            image head (List.map event events) :: images (List.skip events.Length rest)

    images (lines |> List.filter (has "damage" >> not)), damage

/// The settings that a session would give (S1).
let settings hook folder =
    ("AUDITRULES_DIR", folder)
    :: (match hook with
        | Native -> [ "LD_PRELOAD", preloaded ]
        | Fallback -> [ "PYTHONPATH", fallbackFolder ])

let private needs hook =
    if not (OperatingSystem.IsLinux()) then
        skiptest "hooks are for Linux"

    if hook = Native && not (File.Exists library) then
        skiptest "the native hook was not built: no C compiler"

let inFolder action =
    let folder = Directory.CreateTempSubdirectory "auditrules-hook-"

    try
        action folder.FullName
    finally
        Directory.Delete(folder.FullName, true)

/// Runs a command with that folder for its segments.
let recordIn folder hook environment (command: string list) =
    needs hook

    let code, output, error =
        run command.Head command.Tail (settings hook folder @ environment)

    let images, damage = read folder

    {
        Exit = code
        Output = output
        Error = error
        Images = images
        Damage = damage
    }

/// Runs a command under a hook; nothing that it wrote may be damaged.
let record hook environment command =
    inFolder (fun folder ->
        let recording = recordIn folder hook environment command
        Expect.isEmpty recording.Damage "damage"
        recording)

/// Runs a script that must end with 0.
let script hook environment (python: Python) (code: string) =
    let recording = record hook environment [ python.Path; "-c"; code ]
    Expect.equal recording.Exit 0 recording.Error
    recording

let events recording =
    recording.Images |> List.collect _.Events

let named name recording =
    events recording |> List.filter (fun event -> event.Name = name)

let args name recording = named name recording |> List.map _.Args

/// Compiles a text of C with these flags behind it and gives the path of what came out.
let compiled (source: string) (flags: string list) (action: string -> unit) =
    inFolder (fun folder ->
        let text = Path.Combine(folder, "program.c")
        let out = Path.Combine(folder, "program")
        File.WriteAllText(text, source)

        let result =
            try
                run "cc" ([ "-o"; out; text ] @ flags) []
            with :? ComponentModel.Win32Exception ->
                skiptest "no C compiler"

        match result with
        | 0, _, _ -> action out
        | _, _, error -> failtest error)

let nightly = Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"

/// True with the oldest and the newest Python, and by night with every one: for what takes long.
let isTurnOf (python: Python) =
    nightly || python = List.head pythons || python = List.last pythons

/// One test for each Python at hand that is chosen.
let onThose (chosen: Python -> bool) name (test: Python -> unit) =
    match List.filter chosen pythons with
    | [] -> testList name [ testCase "no Python" (fun () -> skiptest "no Python 3.8 or later was found") ]
    | chosen ->
        testList
            name
            [
                for python in chosen -> testCase $"{python.Version} {python.Path}" (fun () -> test python)
            ]

/// One test for each Python at hand.
let onEveryPython name test = onThose (fun _ -> true) name test

/// One test for the oldest and the newest Python at hand; at night for each.
let onSomePythons name test = onThose isTurnOf name test

/// One test for each Python at hand, at night alone.
let atNight name test =
    if nightly then
        onEveryPython name test
    else
        testList name []

/// One test for each Python at hand under the native hook, and for the newest, at night for each, under the Python hook.
let onBothHooks name (test: Hook -> Python -> unit) =
    let isLast python = nightly || python = List.last pythons

    testList
        name
        [
            onEveryPython "native" (test Native)
            onThose isLast "Python hook" (test Fallback)
        ]
