/// Events and examples that the tests of rules share.
module AuditRules.Rules.Tests.Some

open Expecto
open AuditRules
open AuditRules.Detection.Examples
open AuditRules.Detection.Plans

let passes (rule: Rule) =
    [ for result in ExampleRunner.Run rule.Plan -> result.Reason ]
    |> List.filter ((<>) "")

let steps (rule: Rule) = List.ofSeq rule.Plan.Steps

let keyOf (step: StepPlan) =
    step.Key
    |> Option.ofObj
    |> Option.map (fun key -> key.Text, List.ofSeq key.Names)

let sequence =
    rule ("T1", "t", High, mitre = [ "T1041" ], tags = [ "x" ]) {
        for o in Py.Open.matching (path = under "/etc") do
            let folder = o.Path.Length
            where (folder > 3 && not o.IsWrite)
            unless Py.OsRemove _.Path o.Path
            followedBy c in Py.SocketConnect on (struct (o.Process, o.Path) = struct (c.Process, c.Host))
            within (seconds 5)
            where ((c.Port + 1L) * 2L > o.Flags)
            message $"{o.Path} then {c.Host}"
    }

let command = [ "tar"; "x" ]
let popen words = Py.SubprocessPopen.make (args = words)
let opened path = Py.Open.make (path = path, mode = "r")
let removed path = Py.OsRemove.make (path = path)

let connected host =
    Py.SocketConnect.make (host = host, port = 443L)

let system command = Py.OsSystem.make (command = command)
