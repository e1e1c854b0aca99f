/// Events that authors declare: a record type is the arguments.
module AuditRules.Scripting.Tests.DeclaredEventTests

open Expecto
open AuditRules.Detection.Examples
open AuditRules.Scripting.Tests.Folder

let private file =
    """open AuditRules

type Login = { User: string; Port: int64; Groups: string list; Retry: bool option }
let login = Custom<Login> "app.login"
let root = { User = "root"; Port = 22L; Groups = [ "wheel" ]; Retry = None }

let r =
    rule ("A", "t", Low) {
        for l in login.matching(_.User, oneOf [ "root"; "admin" ]).matching (_.Port, notLike 2222) do
        where (List.contains "wheel" l.Args.Groups && l.Args.Retry <> Some true)
        followedBy o in Py.Open on (struct (l.Process, l.Args.User) = struct (o.Process, o.Path))
        message $"{l.Args.User} at {l.Args.Port}"
        shouldFire [ login.make root; Py.Open.make (path = "root") ]
        shouldNotFire [ login.make { root with User = "guest" }; Py.Open.make (path = "guest") ]
        shouldNotFire [ login.make { root with Port = 2222L }; Py.Open.make (path = "root") ]
        shouldNotFire [ login.make { root with Groups = [] }; Py.Open.make (path = "root") ]
        shouldNotFire [ login.make { root with Retry = Some true }; Py.Open.make (path = "root") ]
        // The same event by position; what is absent is empty, and no text is no user.
        shouldFire [ (Custom "app.login").make [ "root"; 22; Value.List("x", "wheel") ]; Py.Open.make (path = "root") ]
        shouldNotFire [ (Custom "app.login").make [ 7; 22; Value.List "wheel" ]; Py.Open.make (path = "") ]
    }
"""

[<Tests>]
let tests =
    testList
        "declared events"
        [
            testCase "R75: a record type gives typed fields to matching, where, keys, messages and examples"
            <| fun () ->
                use rules = compile ("open AuditRules.Events\n" + file)
                Expect.equal (told rules) [] "it compiles"
                let rule = Seq.exactlyOne rules.Rules

                Expect.equal
                    (string rule.Steps[0].Pattern)
                    "app.login (User = (\"root\" or \"admin\"), Port = not 2222)"
                    "fields of matching are data"

                Expect.equal
                    [ for result in ExampleRunner.Run rule -> result.Reason ]
                    [ ""; ""; ""; ""; ""; ""; "" ]
                    "its examples"

            testCase "R75: an integer is no truth value"
            <| fun () ->
                let source =
                    """open AuditRules
open AuditRules.Events

type Login = { Ok: bool }
let login = Custom<Login> "app.login"

let r =
    rule ("A", "t", Low) {
        for e in login do
            where e.Args.Ok
            message "m"
            shouldFire [ login.make { Ok = true } ]
            shouldNotFire [ (Custom "app.login").make [ Value.Int 1 ] ]
    }
"""

                use rules = compile source

                Expect.equal
                    [ for result in ExampleRunner.Run(Seq.exactlyOne rules.Rules) -> result.Reason ]
                    [ ""; "" ]
                    "its examples"

            testCase "R75: a field that is not there, or of another type, is an error at its place"
            <| fun () ->
                let say (right: string) (wrong: string) =
                    use rules = compile ("open AuditRules.Events\n" + file.Replace(right, wrong))
                    [ for line in told rules -> line.Split(" | ")[0] ]

                Expect.stringContains
                    (List.head (say "l.Args.Port}" "l.Args.Prot}"))
                    "x.fsx(13,44) FS0039: The type 'Login' does not define a field, constructor, or member named 'Prot'"
                    "a misspelt field"

                Expect.stringContains
                    (List.head (say "(_.User, oneOf [ \"root\"; \"admin\" ])" "(_.Port, glob \"*\")"))
                    "x.fsx(10,"
                    "a pattern for text, of a number"

            testTheory
                "R75: a type that cannot be the arguments of an event is told when the file is loaded"
                [
                    "Custom<{| user: string |}> \"a\"",
                    "an anonymous record has its fields in the order of their names: declare a record type"
                    "Custom<string> \"a\"",
                    "String is no record: declare one, as type Login = { User: string; Port: int64 }"
                    "Custom<W> \"a\"",
                    "the field When of W is a DateTime: write string, int64, int, float, bool, string list, Value, or an option of one of the first five"
                ]
            <| fun (source, problem) ->
                use rules =
                    compile $"open AuditRules\ntype W = {{ When: System.DateTime }}\nlet s = {source}\n"

                let line = Seq.exactlyOne (told rules)
                Expect.stringContains line problem "what is wrong"
        ]
