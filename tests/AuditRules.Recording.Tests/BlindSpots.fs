/// docs/blind-spots.md: programs/operations performs every operation on every Python at hand, and the events that were
/// recorded meanwhile are what the page says.
module AuditRules.Recording.Tests.BlindSpots

open System
open System.IO
open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open AuditRules.Recording.Tests.HookLab
open AuditRules.Tests.Root

/// What one Python does: operations with the events that they raised, or None where that Python cannot do them.
type Performed = (string * string list option) list

let private isOfInterpreter (event: Event) =
    event.Name.StartsWith "cpython." || event.Name.StartsWith "example."

/// The events of an operation: those of the thread that performs it between its two marks; of what begins an interpreter
/// those of that interpreter's start and end, of what starts a process those of that process.
let private between (recording: Recording) (main: Image) (first: Event) (last: Event) =
    let within (event: Event) =
        event.Time > first.Time && event.Time < last.Time

    let own =
        main.Events
        |> List.filter (fun event -> event.Thread = first.Thread && within event)

    match string (JsonDocument.Parse(first.Args).RootElement[1]) with
    | "thread" -> own
    | "interpreter" -> own |> List.filter isOfInterpreter
    | _ ->
        recording.Images
        |> List.filter (fun image ->
            image.Reason = 0
            && image.Nonce <> main.Nonce
            && image.Events |> List.exists within)
        |> List.collect _.Events
        |> List.filter isOfInterpreter

let private performWith hook (python: Python) : Performed =
    inFolder (fun folder ->
        let recording =
            record
                hook
                [ "AUDITRULES_PROFILE", "all"; "AUDITRULES_FRAMES", "0" ]
                [ python.Path; "-W"; "ignore"; program "operations"; folder ]

        Expect.equal recording.Exit 0 recording.Error
        let main = recording.Images.Head
        let marks = main.Events |> List.filter (fun event -> event.Name.StartsWith "blind.")

        let absent =
            JsonDocument.Parse(recording.Output.Trim().Split('\n') |> Array.last).RootElement

        let titleOf (mark: Event) =
            string (JsonDocument.Parse(mark.Args).RootElement[0])

        let performed =
            marks
            |> List.pairwise
            |> List.choose (fun (first, last) ->
                if first.Name = "blind.begin" then
                    let title = titleOf first
                    Some(title, between recording main first last |> List.map _.Name |> List.distinct)
                else
                    None)
            |> Map

        [
            for operation in absent.EnumerateObject() -> operation.Name, performed.TryFind operation.Name
        ])

let private minor (python: Python) =
    $"{python.Version.Major}.{python.Version.Minor}"

let private regenerate =
    Environment.GetEnvironmentVariable "AUDITRULES_REGENERATE" = "1"

/// Every Python and hook; without it, the newest Python of each minor version, and the Python hook on the newest of all.
let private thorough =
    regenerate || Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"

let private minors = pythons |> List.groupBy minor

/// Of several Pythons of a minor version the newest speaks, of an operation that it cannot do the next.
let private byVersion hook minors =
    [
        for version, pythons in minors do
            let pythons = if thorough then List.rev pythons else [ List.last pythons ]
            let all = pythons |> List.map (performWith hook)

            version,
            [
                for row, (title, _) in List.indexed all.Head ->
                    title, all |> List.tryPick (fun one -> snd one[row])
            ]
    ]

/// A table of the page: a row an operation, a cell a version.
type Table = Map<string * string, string>

let private absent = "–"

let private written =
    function
    | None -> absent
    | Some [] -> "none"
    | Some(names: string list) -> String.Join(" ", [ for name in names -> $"`{name}`" ])

let private cells (performed: (string * Performed) list) : Table =
    Map
        [
            for version, rows in performed do
                for title, events in rows -> (title, version), written events
        ]

let private columns (line: string) =
    line.Trim('|', ' ').Split(" | ") |> List.ofArray |> List.map _.Trim()

/// The tables of a page as it stands, in their order.
let private parse (page: string) : Table list =
    let blocks =
        page.Split("\n\n")
        |> Array.filter (fun block -> block.StartsWith "| operation ")

    [
        for block in blocks ->
            let lines = block.Trim().Split '\n'
            let versions = (columns lines[0]).Tail

            Map
                [
                    for line in Array.skip 2 lines do
                        let row = columns line

                        for version, cell in List.zip versions row.Tail -> (row.Head, version), cell
                ]
    ]

/// What was found where a Python is at hand and can do it; else what the page says.
let private merge (old: Table) (found: Table) : Table =
    let kept =
        found
        |> Map.filter (fun key cell -> cell <> absent || not (old.ContainsKey key))

    Map.foldBack Map.add kept old

let private versionsOf (table: Table) =
    table
    |> Map.keys
    |> Seq.map snd
    |> Seq.distinct
    |> Seq.sortBy Version.Parse
    |> List.ofSeq

let private render (titles: string list) versions otherwise (table: Table) =
    let row (cells: string list) = "| " + String.Join(" | ", cells) + " |"

    let cellsOf title =
        [
            for version in versions -> table.TryFind(title, version) |> Option.defaultValue otherwise
        ]

    let head =
        [ row ("operation" :: versions); row ("---" :: [ for _ in versions -> "---" ]) ]

    String.Join("\n", head @ [ for title in titles -> row (title :: cellsOf title) ])

/// Documented events that no operation raises, and why.
let private notTriggered =
    [
        "winreg.", "of Windows alone"
        "msvcrt.", "of Windows alone"
        "os.add_dll_directory", "of Windows alone"
        "os.startfile", "of Windows alone"
        "os.spawn", "of Windows alone"
        "os.listdrives", "of Windows alone"
        "os.listmounts", "of Windows alone"
        "os.listvolumes", "of Windows alone"
        "ctypes.get_last_error", "of Windows alone"
        "ctypes.set_last_error", "of Windows alone"
        "ctypes.seh_exception", "of Windows alone"
        "os.chflags", "of macOS and BSD alone"
        "syslog.syslog", "performing it would write into the log of the machine"
        "sys.set_asyncgen_hooks_",
        "raised as `sys.set_asyncgen_hook_firstiter` and `sys.set_asyncgen_hook_finalizer`"
        "setopencodehook", "only a program that embeds CPython can raise it, before it starts"
        "cpython.PyConfig_Set", "CPython 3.14 alone"
        "cpython.remote_debugger_script", "CPython 3.14 alone"
        "sys.remote_exec", "CPython 3.14 alone"
        "ctypes.memoryview_at", "CPython 3.14 alone"
    ]

let private documented =
    [
        let file =
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data/audit_events.json"))

        for row in JsonDocument.Parse(file).RootElement.EnumerateArray() do
            if string (row.GetProperty "kind") = "documented" then
                string (row.GetProperty "event")
    ]
    |> List.distinct

let private raisedIn (table: Table) =
    set
        [
            for cell in table.Values do
                for name in Regex.Matches(cell, "`([^`]*)`") -> name.Groups[1].Value
        ]

let private unraised (table: Table) =
    let raised = raisedIn table

    [
        for name in documented do
            if not (raised.Contains name) then
                let why =
                    notTriggered
                    |> List.tryFind (fun (start, _) -> name.StartsWith start)
                    |> Option.map snd

                name, why
    ]

/// What the Python hook leaves out of what the native one recorded.
let private missing (native: (string * Performed) list) (fallback: (string * Performed) list) : Table =
    Map
        [
            for version, seen in fallback do
                let _, rows = native |> List.find (fun (other, _) -> other = version)

                for (title, events), (_, found) in List.zip rows seen do
                    let left =
                        match events, found with
                        | None, _ -> absent
                        | Some events, found ->
                            match List.except (Option.defaultValue [] found) events with
                            | [] -> "nothing"
                            | left -> written (Some left)

                    (title, version), left
        ]

let private page titles (all: Table) (python: Table) =
    let versions = versionsOf all

    let differing =
        titles
        |> List.filter (fun title ->
            versions
            |> List.exists (fun version ->
                match python.TryFind(title, version) with
                | None
                | Some "nothing" -> false
                | Some cell -> cell <> absent))

    let rows = render differing versions "nothing" python

    let rest =
        String.Join(
            "\n",
            [
                for name, why in unraised all -> $"| `{name}` | {Option.defaultValue String.Empty why} |"
            ]
        )

    $"""# Blind spots

What is recorded is true; it is not everything. This page says which audit events CPython raises for an operation, and
which operations raise none, so that no recorder of audit events can see them. It is made by a test that performs every
operation under the native hook with `--profile all` ([CONTRIBUTING](../CONTRIBUTING.md) says how) and is not edited by
hand. `{absent}` is an operation that this version, or the build at hand, does not have.

An event tells of an attempt: it is raised before the operation and says nothing of what became of it. What a file
descriptor or a socket is used for once it is open raises no event, nor does machine code that a program loads.
What the profile `security` leaves out is in [spec/segment.md](spec/segment.md), S36.

Code inside a recorded process can switch any hook off ([what is noticed of that](spec/segment.md#13-suspicion)).

## Operations and their events

Of a Python that is started, the events `cpython.*` of the new process count.

{render titles versions absent all}

## What the Python hook misses besides

With `--hook python`, of the operations above. What stands in no row here is recorded by both hooks alike; events before
`sitecustomize` runs are missing from every process that is started.

{rows}

## Documented events that no operation above raises

| event | why |
| --- | --- |
{rest}
"""

let private file = Path.Combine(root, "docs", "blind-spots.md")

let private needs () =
    if pythons.IsEmpty then
        skiptest "no Python 3.8 or later was found"

[<Tests>]
let tests =
    testList
        "blind spots"
        [
            testCase "docs/blind-spots.md says what the Pythons at hand do" (fun () ->
                needs ()
                let native = byVersion Native minors

                let fallback =
                    byVersion Fallback (if thorough then minors else [ List.last minors ])

                let old = if File.Exists file then File.ReadAllText file else ""

                let all, python =
                    match parse old with
                    | [ all; python ] -> merge all (cells native), merge python (missing native fallback)
                    | _ -> cells native, missing native fallback

                let titles = native |> List.head |> snd |> List.map fst
                let expected = page titles all python

                if regenerate then
                    File.WriteAllText(file, expected)
                else
                    let says, does = List.ofArray (old.Split '\n'), List.ofArray (expected.Split '\n')

                    Expect.isEmpty
                        [
                            for line in List.except does says -> "- " + line
                            for line in List.except says does -> "+ " + line
                        ]
                        "AUDITRULES_REGENERATE=1 makes the page again")

            testCase "every documented event is raised by an operation, or it is said why not" (fun () ->
                let all = (parse (File.ReadAllText file)).Head

                Expect.isEmpty
                    [
                        for name, why in unraised all do
                            if why.IsNone then
                                name
                    ]
                    "without a reason"

                let raised = raisedIn all

                Expect.isEmpty
                    [
                        for start, _ in notTriggered do
                            if raised |> Seq.exists _.StartsWith(start) then
                                start
                    ]
                    "a reason for what is raised")
        ]
