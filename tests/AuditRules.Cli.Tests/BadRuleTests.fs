/// Rules that do not come back or end their process (docs/spec/rules.md, R90 to R92; docs/cli.md, C110 to C113): each is
/// named, and the findings of the others are what they are without it.
module AuditRules.Cli.Tests.BadRuleTests

open System
open System.Text.Json
open Expecto
open AuditRules.Cli.Tests

/// A rule file with a rule that takes one event of its own: text before it, clauses in it.
let private ruleFile id before clauses =
    $"""open System
open System.Threading
open AuditRules

let rec spin n = if n < 0 then n else spin (n + 1 &&& 0xffff)
{before}

let bad =
    rule ("{id}", "bad", High) {{
        for e in Custom "{id}" do
{clauses}
        shouldFire [ (Custom "other").make [] ]
    }}
"""

let private where condition = $"        where ({condition})"

/// What stands in a rule file before the rule, and the rule's clauses.
let private bad =
    [
        "where", "", where "spin 0 < 0"
        "key", "", "        followedBy f in Custom \"key\" on (spin (int e.Process) = int f.Process)"
        "laterKey",
        "",
        "        followedBy f in Custom \"laterKey\" on (int e.Process = spin (int f.Process))"
        "message", "", "        message (string (spin 0))"
        "distinct", "", "        atLeastDistinct 2 (seconds 5) e.Process (spin 0)"
        "recursion", "let rec deep n = if n < 0 then 0 else 1 + deep (n + 1 &&& 0xffff)", where "deep 0 > 0"
        "equality",
        """type Tree =
    | Leaf
    | Node of Tree * int

let tree () = Seq.fold (fun tree _ -> Node(tree, 1)) Leaf (seq { 1..1000000 })""",
        "        followedBy f in Custom \"equality\" on (tree () = tree ())"
        "thrown", "", where "failwith \"no\""
        "messageThrows",
        "type Odd() =\n    inherit Exception()\n    override _.Message = failwith \"no message\"",
        where "raise (Odd())"
        "messageLoops",
        "type Odd() =\n    inherit Exception()\n    override _.Message = string (spin 0)",
        where "raise (Odd())"
        "sleep", "", where "(Thread.Sleep(-1); true)"
        "deadlock",
        """let gate = obj ()

let deadlock () =
    let holder = Thread((fun () -> lock gate (fun () -> Thread.Sleep(-1))), IsBackground = true)
    holder.Start()
    Thread.Sleep 50
    lock gate (fun () -> true)""",
        where "deadlock ()"
        "parallel", "", where "(Tasks.Parallel.For(0, 4, (fun i -> spin i |> ignore)).IsCompleted)"
        "task", "", where "(Tasks.Task.Run(fun () -> spin 0).Result < 0)"
        "collect", "let rec storm () = (GC.Collect(); storm ())", where "storm ()"
        "text", "", where "(String.replicate 20 (String('x', 100000000))).Length > 0"
        "memory",
        "let rec keep (kept: int64 array list) = keep (Array.zeroCreate 100000 :: kept)",
        where "keep []"
        "thread",
        """let fail () =
    Thread((fun () -> failwith "on a thread of its own")).Start()
    Thread.Sleep(-1)
    true""",
        where "fail ()"
        // It comes back, and its thread dies while another rule is busy.
        "later",
        """let fail () =
    Thread((fun () -> Thread.Sleep 50; failwith "while another rule is busy")).Start()
    true""",
        where "fail ()"
        "exit", "", where "(exit 0)"
        "failFast", "", where "(Environment.FailFast \"gone\"; true)"
        "kill", "", where "(Diagnostics.Process.GetCurrentProcess().Kill(); true)"
        "address", "", where "Runtime.InteropServices.Marshal.ReadByte(nativeint 4096) > 0uy"
        "finalizer",
        """let rec deep n = if n < 0 then 0 else 1 + deep (n + 1 &&& 0xffff)

type Odd() =
    override _.Finalize() = deep 0 |> ignore

let make () =
    Odd() |> ignore
    true

let finalize () =
    make () |> ignore
    GC.Collect()
    GC.WaitForPendingFinalizers()
    true""",
        where "finalize ()"
    ]

/// Those of which a thread of their own throws.
let private onThreads = [ "thread"; "later" ]

/// Files that never become rules: what stands at their top.
let private badFiles =
    [
        "endless", "let value = spin 0"
        "overflows", "let rec deep n = if n < 0 then 0 else 1 + deep (n + 1 &&& 0xffff)\nlet value = deep 0"
        "exits", "let value: int = exit 0"
        "rules", "let rules: Rule seq = seq { while true do () }"
        "example",
        "let other = rule (\"X1\", \"x\", High) { for e in Custom \"x\" do\n                                          shouldFire [ (Custom \"x\").make [ string (spin 0) ] ] }"
        "throwsLooping",
        "type Odd() =\n    inherit Exception()\n    override _.Message = string (spin 0)\n\nlet value: int = raise (Odd())"
    ]

let private good =
    """open AuditRules

let good =
    rule ("G1", "good", High) {
        for a in Custom "good.a" do
        followedBy b in Custom "good.b" on (a.Process = b.Process)
        message $"{a.Text 0} then {b.Text 0}"
        shouldFire [ (Custom "good.a").make [ "x" ]; (Custom "good.b").make [ "y" ] ]
    }
"""

/// Busy while the thread of another rule dies.
let private victim =
    """open System.Threading
open AuditRules

let victim =
    rule ("victim", "slow, but good", High) {
        for e in Custom "later" do
        where (Thread.Sleep 150; true)
        shouldNotFire []
    }
"""

let private event i name argument =
    let time =
        DateTime(2026, 1, 2).AddMilliseconds(float i).ToString "yyyy-MM-ddTHH:mm:ss.fffZ"

    $"""{{"time":"{time}","pid":7,"event":"{name}","args":["{argument}"]}}"""

/// A trace with two events of each bad rule, and events of the good rule between them.
let private events =
    [
        for id, _, _ in bad do
            "good.a", $"before {id}"
            id, ""
            id, ""
            "good.b", $"behind {id}"
    ]
    |> List.mapi (fun i (name, argument) -> event i name argument)

// Little memory, so that a rule that wants all of it is soon there.
let private small = [ "DOTNET_GCHeapHardLimit", "0x10000000" ]

let private replay folder rules =
    let options = [ "--format"; "jsonl"; "--rule-timeout"; "400ms"; "--trust-rules" ]
    let rules = rules |> List.collect (fun path -> [ "--rules"; path ])
    Cli.start small folder ([ "replay"; "run.atrace" ] @ options @ rules)

let private findings (ran: Cli.Ran) =
    ran.Lines
    |> List.filter (fun line -> line.Contains "\"rule\":\"G1\"" && not (line.StartsWith "{\"summary\""))

/// What is said of the rules with the bad ones, and without them.
let private replayAll () =
    (use folder = new Cli.Folder()

     for id, before, clauses in bad do
         folder.Write($"bad/{id}.fsx", ruleFile id before clauses)

     for name, text in badFiles do
         folder.Write(
             $"bad/{name}.fsx",
             $"open System\nopen AuditRules\n\nlet rec spin n = if n < 0 then n else spin (n + 1 &&& 0xffff)\n{text}\n"
         )

     folder.Write("bad/loads.fsx", "#load \"endless.fsx\"\nlet value = Endless.value\n")
     folder.Write("bad/victim.fsx", victim)
     folder.Write("rules/good.fsx", good)
     Cli.import folder "run.atrace" events
     replay folder [ "rules"; "bad" ], replay folder [ "rules" ])

let private all = lazy (replayAll ())

let private summaryOf (ran: Cli.Ran) =
    use summary = JsonDocument.Parse(List.last ran.Lines)
    summary.RootElement.GetProperty("summary").Clone()

let private text (name: string) (json: JsonElement) =
    string (json.GetProperty(name).GetString())

let private outcomesOf ran =
    Map.ofList
        [
            for rule in (summaryOf ran).GetProperty("traces").[0].GetProperty("rules").EnumerateArray() do
                text "rule" rule, rule
        ]

let private outcomes = lazy (outcomesOf (fst all.Value))

let private nightly = Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"

[<Tests>]
let tests =
    testList
        "bad rules"
        [
            testList
                "R90: a rule that does not come back or ends the process is named, with its place and event"
                [
                    for i, (id, before, _) in List.indexed bad do
                        test id {
                            let rule = outcomes.Value[id]
                            Expect.equal (rule.GetProperty("verdict").GetString()) "failed" "verdict"
                            let failure = rule.GetProperty "failure"
                            Expect.equal (failure.GetProperty("file").GetString()) $"bad/{id}.fsx" "file"
                            let event = failure.GetProperty("event").GetString()
                            let ordinal = failure.GetProperty("seq").GetInt64()

                            if List.contains id onThreads then
                                Expect.equal (event, ordinal) ("", -1L) "no event"
                            else
                                Expect.equal event id "event"
                                // The first of its two events, or the second, where a key or a count is asked for.
                                Expect.isTrue
                                    (ordinal = int64 (4 * i + 1) || ordinal = int64 (4 * i + 2))
                                    $"ordinal {ordinal}"

                            // An exception tells the line that threw.
                            let line = failure.GetProperty("line").GetInt32()
                            let reason = string (rule.GetProperty("reason").GetString())
                            let begins = 9 + (before |> String.filter ((=) '\n')).Length

                            if reason.StartsWith "it " then
                                Expect.equal line begins reason
                            else
                                Expect.isTrue (line >= 6 && line <= begins + 2) $"line {line}: {reason}"
                        }
                ]
            testList
                "R91: a file that does not come back or ends the process when it is loaded is named and left out"
                [
                    for name, _ in badFiles do
                        test name {
                            let ran, _ = all.Value

                            Expect.stringContains
                                ran.Error
                                $"bad/{name}.fsx(1,1): error AR0040: the file is left out: when it was loaded, it "
                                "named"
                        }
                    test "what loads it is left out too" {
                        let ran, _ = all.Value

                        Expect.stringContains
                            ran.Error
                            "bad/loads.fsx(1,1): error AR0041: the file is left out, for it loads bad/endless.fsx"
                            "named"
                    }
                ]
            test "R92: the findings of the other rules are what they are without the bad ones, byte for byte" {
                let withBad, without = all.Value
                Expect.equal (findings withBad) (findings without) "findings"
                Expect.equal (findings without).Length bad.Length "as many as there are"
            }
            test "R92: a rule that is busy while a thread of another one dies has not failed" {
                let rule = outcomes.Value["victim"]
                Expect.equal (rule.GetProperty("verdict").GetString()) "fired" "verdict"
            }
            test "C38: the summary names the files that were left out" {
                let withBad, without = all.Value

                let files =
                    [
                        for file in (summaryOf withBad).GetProperty("leftOut").EnumerateArray() ->
                            text "file" file, text "reason" file
                    ]

                Expect.equal
                    (List.sort (List.map fst files))
                    (List.sort [ for name in "loads" :: List.map fst badFiles -> $"bad/{name}.fsx" ])
                    "files"

                Expect.contains
                    files
                    ("bad/loads.fsx", "the file is left out, for it loads bad/endless.fsx")
                    "why"

                Expect.isFalse ((summaryOf without).TryGetProperty("leftOut") |> fst) "none"
            }
            test "C20: a rule that was stopped ends the command with 4" {
                let withBad, without = all.Value
                Expect.equal (withBad.Code, without.Code) (4, 1) "codes"
            }
            if nightly then
                testList
                    "R90 to R92: the same, again and again"
                    [
                        for run in 2..20 do
                            test $"run {run}" {
                                let ran, without = replayAll ()
                                Expect.equal ran.Code 4 ran.Error
                                Expect.equal (findings ran) (findings without) "the others' findings"
                                let outcomes = outcomesOf ran

                                for id, _, _ in bad do
                                    Expect.equal (text "verdict" outcomes[id]) "failed" id

                                Expect.equal (text "verdict" outcomes["victim"]) "fired" "victim"

                                Expect.equal
                                    ((summaryOf ran).GetProperty("leftOut").GetArrayLength())
                                    (badFiles.Length + 1)
                                    "files"
                            }
                    ]
        ]
