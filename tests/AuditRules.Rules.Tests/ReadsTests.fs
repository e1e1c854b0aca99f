/// What the plan of a rule says that its code reads of events.
module AuditRules.Rules.Tests.ReadsTests

open AuditRules
open AuditRules.Detection.Plans
open Expecto

let private said (reads: FieldRead seq) =
    [
        for read in reads do
            match read.Kind with
            | ReadKind.Argument -> $"{read.Step} {read.Field} {read.Argument}"
            | ReadKind.Caller -> $"{read.Step} caller"
            | ReadKind.Arguments -> $"{read.Step} arguments"
            | _ -> $"{read.Step} event"
    ]

let private ofStep (rule: Rule) step =
    [
        for condition in rule.Plan.Steps[step].Conditions do
            yield! said condition.Reads
    ]

/// Of a source's own `where`.
let private ofSource (source: EventSource<'V>) =
    [
        for pattern in source.Pattern.Alternatives do
            for test in pattern.Tests do
                yield! said test.Reads
    ]

let private keyOf (rule: Rule) step =
    match rule.Plan.Steps[step].Key with
    | null -> [], []
    | key -> said key.EarlierReads, said key.LaterReads

type private Login = { User: string; Port: int64 }

let private isHidden (o: AuditRules.Events.Python.Open) = o.Path.StartsWith "."
let private halves (path: string) = path, path.Length
let private isLong (path: string) = path.Length > 100

[<Tests>]
let tests =
    testList
        "what code reads"
        [
            testCase "R110: of one event its fields, its caller, or all where it is handed on"
            <| fun () ->
                let reads =
                    [
                        ofSource (Py.Open.where (fun o -> o.Path.EndsWith "x" && isLong o.Path)),
                        [ "0 path 0" ]
                        ofSource (Py.Open.where (fun o -> not o.IsWrite)), [ "0 mode 1"; "0 flags 2" ]
                        ofSource (Py.Open.where (fun o -> o.Process = 1 && o.Time > 0L && o.Pid > 1)), []
                        ofSource (Py.Open.where (fun o -> o.Caller.File.EndsWith ".py")), [ "0 caller" ]
                        ofSource (Py.Open.where (fun o -> isHidden o)), [ "0 event" ]
                        ofSource (Py.Open.where (fun o -> o |> isHidden)), [ "0 event" ]
                        ofSource (Py.Open.where (fun o -> string o = "x")), [ "0 event" ]
                        ofSource (
                            Py.Open.where (fun o ->
                                let p = o
                                p.Path = "x")
                        ),
                        [ "0 path 0" ]
                        ofSource (Py.SocketConnect.where (fun c -> c.Host = "x" && c.Port > 1L)),
                        [ "0 host 1"; "0 port 1" ]
                        ofSource (Py.SubprocessPopen.where (fun p -> p.CommandLine.Contains "x")),
                        [ "0 commandLine 1" ]
                        ofSource (Py.Open.where (fun o -> o.Argument(1).IsNil)), [ "0 mode 1" ]
                        ofSource ((Custom "app").where(fun e -> e.Text 2 = "x")), [ "0 argument 2 2" ]
                        ofSource ((Custom "app").where(fun e -> e.Text e.ArgumentCount = "x")),
                        [ "0 arguments" ]
                        ofSource ((Custom<Login> "app").where(fun e -> e.Args.Port > 1L)), [ "0 Port 1" ]
                        ofSource ((Custom<Login> "app").where(fun e -> string e.Args = "x")),
                        [ "0 arguments" ]
                        ofSource (
                            (Py.Open.where (fun o ->
                                [ "a"; "b" ] |> List.exists (fun part -> o.Mode.Contains part)))
                        ),
                        [ "0 mode 1" ]
                    ]

                for found, expected in reads do
                    Expect.equal found expected $"{expected}"

            testCase "R110: an event of several is read by its type"
            <| fun () ->
                let source =
                    (anyOf (Py.Open, Py.OsRename))
                        .where(fun e ->
                            match e.Case with
                            | Choice1Of2 o -> o.Path = "/x"
                            | Choice2Of2 r -> r.Dst = "/x")

                let reads =
                    [
                        for test in source.Pattern.Tests do
                            for read in test.Reads -> string read.EventName, read.Field
                    ]

                Expect.equal (List.sort reads) [ "open", "path"; "os.rename", "dst" ] "each of its own"

            testCase "R110: of a let of several names each was made of what the whole was made of"
            <| fun () ->
                let made =
                    rule ("R", "r", Low) {
                        for o in Py.Open do
                            let first, second = halves o.Path
                            where (second > 1)
                            message first
                    }

                Expect.equal (ofStep made 0) [ "0 path 0" ] "both"

            testCase "R110: over all that is bound each event by its name, and what let bound of them"
            <| fun () ->
                let rule =
                    rule ("T", "t", Low) {
                        for o in Py.Open do
                            let length = o.Path.Length
                            where (length > 3)

                            followedBy c in Py.SocketConnect
                                                on
                                                (struct (o.Process, o.Mode) = struct (c.Process, c.Host))

                            where (c.Port > 1L && o.Flags = 0L && length > 4)
                            unless Py.OsRemove _.Path o.Path
                            thenBy d in Py.OsSystem
                            where (d.Caller.File = o.Caller.File)
                    }

                Expect.equal (ofStep rule 0) [ "0 path 0" ] "let"
                Expect.equal (keyOf rule 1) ([ "0 mode 1" ], [ "0 host 1" ]) "a key of two parts"
                Expect.equal (ofStep rule 1) [ "1 port 1"; "0 flags 2"; "0 path 0" ] "both events"
                Expect.equal (ofStep rule 2) [ "2 caller"; "0 caller" ] "callers"

                let unless = rule.Plan.Steps[2].Unless[0].Key

                Expect.equal
                    (said unless.EarlierReads, said unless.LaterReads)
                    ([ "0 path 0" ], [ "0 path 0" ])
                    "of unless"

            testCase "R110: thresholds read what their key, their value and their conditions read"
            <| fun () ->
                let distinct =
                    rule ("T", "t", Low) {
                        for c in Py.SocketConnect do
                            atLeastDistinct 3 (seconds 1) c.Process c.Host
                    }

                let sum =
                    rule ("T", "t", Low) {
                        for o in Py.Open do
                            sumAtLeast 3L (seconds 1) o.Path o.Flags
                    }

                let fold =
                    rule ("T", "t", Low) {
                        for o in Py.Open do
                            fold 0 (seconds 1) o.Process (fun s -> s + o.Path.Length) into s
                            where (s.State > 3 && s.Last.Mode = "r")
                    }

                let reads =
                    [
                        for rule in [ distinct; sum; fold ] ->
                            rule.Plan.Count |> Option.ofObj |> Option.map (fun count -> said count.Reads)
                    ]

                Expect.equal
                    reads
                    [
                        Some [ "0 host 1" ]
                        Some [ "0 path 0"; "0 flags 2" ]
                        Some [ "0 path 0"; "0 mode 1" ]
                    ]
                    "each"

            testCase "R110: every property of a view that a hand wrote says of which arguments it is made"
            <| fun () ->
                let views =
                    typeof<AuditRules.Events.Python.Open>.Assembly.GetTypes()
                    |> Array.filter (fun t -> t.Namespace = "AuditRules.Events.Python" && t.IsValueType)

                let known =
                    set
                        [
                            "EventName"
                            "Event"
                            "Name"
                            "Time"
                            "Ordinal"
                            "Process"
                            "Pid"
                            "Thread"
                            "Caller"
                        ]

                let unsaid =
                    [
                        for view in views do
                            for property in view.GetProperties() do
                                let entry =
                                    AuditRules.Events.Catalogue.All
                                    |> Seq.find (fun entry -> entry.TypeName = view.Name)

                                if
                                    not (known.Contains property.Name)
                                    && isNull (entry.FindField property.Name)
                                    && property
                                        .GetCustomAttributes(
                                            typeof<AuditRules.Events.ReadsArgumentsAttribute>,
                                            false
                                        )
                                        .Length
                                        =
                                        0
                                then
                                    $"{view.Name}.{property.Name}"
                    ]

                Expect.equal unsaid [] "none without"
                Expect.isTrue (views.Length > 150) "views"
        ]
