/// Real programs to record, and what their traces hold.
module AuditRules.Recording.Tests.Programs

open System
open System.IO
open AuditRules.Events
open AuditRules.Recording
open AuditRules.Traces
open AuditRules.Tests

/// The Pythons of this machine: the one on PATH, the system's, and pyenv's.
let pythons =
    let home = Environment.GetFolderPath Environment.SpecialFolder.UserProfile
    let versions = Path.Combine(home, ".pyenv", "versions")

    [
        "python3"
        "/usr/bin/python3"
        if Directory.Exists versions then
            for version in Directory.GetDirectories versions do
                // Audit events came with 3.8.
                match Version.TryParse(Path.GetFileName version) with
                | true, number when number >= Version(3, 8) -> Path.Combine(version, "bin", "python3")
                | _ -> ()
    ]
    |> List.filter (fun path -> not (path.Contains '/') || File.Exists path)

type Recorded =
    {
        Result: RecordingResult option
        Bytes: byte[]
        Meta: TraceMeta
        Events: AuditEvent list
        Processes: ProcessRecord list
        Losses: LossRecord list
    }

let private readTrace (bytes: byte[]) =
    use reader = new TraceReader(new MemoryStream(bytes))
    List.ofSeq (reader.ReadToEnd())

/// What a trace holds; damage is an error of the test.
let read (bytes: byte[]) result =
    let items = if bytes.Length = 0 then [] else readTrace bytes

    for item in items do
        match item with
        | :? DamageItem as damage -> invalidOp $"the trace is damaged: {damage}"
        | _ -> ()

    {
        Result = result
        Bytes = bytes
        Meta =
            items
            |> List.tryPick (function
                | :? MetaItem as item -> Some item.Meta
                | _ -> None)
            |> Option.defaultValue (TraceMeta())
        Events =
            [
                for item in items do
                    match item with
                    | :? EventsItem as events ->
                        match events.Frame with
                        | null -> ()
                        | frame ->
                            for row in 0 .. frame.Count - 1 do
                                EventView(frame, row).Detach()
                    | _ -> ()
            ]
        Processes =
            items
            |> List.choose (function
                | :? ProcessItem as item -> Some item.Record
                | _ -> None)
        Losses =
            items
            |> List.choose (function
                | :? LossItem as item -> Some item.Record
                | _ -> None)
    }

type RecordingOptions with
    // F# has no copy expression for C#'s records.
    member private options.Change
        (
            ?folder: string,
            ?changes: (string * string) list,
            ?hooks: string,
            ?grace: TimeSpan,
            ?filters: string list * string list,
            ?temporary: string
        ) =
        let filtered, excluded = defaultArg filters ([], [])

        RecordingOptions(
            Command = options.Command,
            Hook = options.Hook,
            WorkingDirectory = Option.toObj folder,
            EnvironmentChanges = readOnlyDict (defaultArg changes []),
            HookFolder = Option.toObj hooks,
            OrphanGrace = defaultArg grace options.OrphanGrace,
            Include = ResizeArray filtered,
            Exclude = ResizeArray excluded,
            TemporaryFolder = Option.toObj temporary
        )

    member options.In folder = options.Change(folder = folder)

    member options.WithVariable(name, value) =
        options.Change(changes = [ name, value ])

    member options.WithPath path = options.WithVariable("PATH", path)
    member options.WithHooks folder = options.Change(hooks = folder)
    member options.WithGrace grace = options.Change(grace = grace)

    member options.WithFilters(included, excluded) =
        options.Change(filters = (included, excluded))

    member options.WithTemporary folder = options.Change(temporary = folder)

let recordWith (change: RecordingOptions -> RecordingOptions) (command: string list) =
    let options =
        RecordingOptions(Command = ResizeArray command, Hook = HookChoice.Native)

    use trace = new MemoryStream()
    let result = RecordingSession.Run(change options, trace)
    read (trace.ToArray()) (Some result)

let record command = recordWith id command

let python code = record [ "python3"; "-c"; code ]

let named name recorded =
    recorded.Events |> List.filter (fun e -> e.Name = name)

/// The text of the first argument of every event of that name.
let firstArguments name recorded =
    named name recorded
    |> List.map (fun e ->
        if e.Arguments.IsEmpty then
            ""
        else
            $"{e.Arguments[0].AsText}")

/// Runs a program without a recorder; its standard output.
let output (program: string) (arguments: string list) =
    let _, text, _ = Processes.run program arguments
    text

/// A new empty folder.
let temporaryFolder () =
    Directory.CreateTempSubdirectory("auditrules-test-").FullName
