/// Rules with one mistake each, which are all checked in one run: the compiler starts once for them.
module AuditRules.Scripting.Tests.MistakeRun

open System.IO
open Expecto
open AuditRules.Scripting
open AuditRules.Scripting.Tests.Folder

let private sequenceRule =
    """open AuditRules

let secret = glob "*/.ssh/*"

let exfiltration =
    rule ("MY0001", "secret read, then network", High, mitre = [ "T1041" ]) {
        for o in Py.Open.matching (path = secret) do
        where (not o.IsWrite)
        followedBy c in Py.SocketConnect.matching (host = notLike loopback) on (o.Process = c.Process)
        within (seconds 5)
        message $"{o.Path} was read, then {c.Host}:{c.Port} connected"
        shouldFire [ Py.Open.make (path = "/u/.ssh/id", mode = "r"); Py.SocketConnect.make (host = "192.0.2.1", port = 1) ]
        shouldNotFire [ Py.Open.make (path = "/u/x", mode = "r") ]
    }
"""

let private singleRule =
    """open AuditRules

let r =
    rule ("MY0001", "t", High, mitre = [ "T1041" ]) {
        for o in Py.Open do
        where (o.Path <> "/x")
        message "x"
        shouldFire [ Py.Open.make (path = "/a") ]
        shouldNotFire [ Py.OsSystem.make (command = "x") ]
    }
"""

let private put (rule: string) (right: string) (wrong: string) =
    if rule.Split(right).Length <> 2 then
        failtest $"the rule does not contain {right} once"

    rule.Replace(right, wrong)

/// The rule of two steps, with what is wrong in place of what is right.
let sequence right wrong = put sequenceRule right wrong

/// The same of the rule of one step.
let single right wrong = put singleRule right wrong

/// A whole file.
let whole (text: string) = text

/// All that is said of each of those files, by itself: the place and the id, of our own the message, and the hint.
let saidOf (texts: string list) =
    use folder = new Folder()
    folder.Write("lists.fsx", "open AuditRules\n\nlet secrets = glob \"*/.ssh/*\"\n")
    let name i = $"x%03d{i}.fsx"
    texts |> List.iteri (fun i text -> folder.Write(name i, text))

    let said =
        RuleCompiler(RuleCompilerOptions(RulesFolders = [| folder.Path "" |])).Check
            [| for i in 0 .. texts.Length - 1 -> folder.Path(name i) |]

    [
        for i in 0 .. texts.Length - 1 ->
            [
                for d in said do
                    if Path.GetFileName d.Place.File = name i then
                        let message = if d.Id.StartsWith "AR" then $": {d.Message}" else ""
                        $"({d.Place.Line},{d.Place.Column}) {d.Id}{message} | {d.Hint}"
            ]
    ]

/// A test of each mistake: its name, the file, and the one thing that is said of it.
let each name (cases: (string * string * string) list) =
    let said = lazy saidOf [ for _, text, _ in cases -> text ]

    testList
        name
        [
            for i, (name, _, expected) in List.indexed cases do
                testCase name
                <| fun () -> Expect.equal said.Value[i] [ expected ] "all that is said"
        ]
