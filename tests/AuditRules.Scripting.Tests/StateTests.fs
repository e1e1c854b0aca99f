/// State that goes from one event to the next (R31).
module AuditRules.Scripting.Tests.StateTests

open Expecto
open AuditRules.Scripting.Tests.Folder
open AuditRules.Scripting.Tests.RuleText

let private refused =
    [
        "R31: keeps a count in a static property",
        "type S() =\n    static member val N = 0 with get, set\n"
        + f "S.N <- S.N + 1; S.N > 3",
        [ "(3,23) AR0004: N can change" ]

        "R31: keeps a count in a class",
        "type S() =\n    static let mutable n = 0\n    static member Next() = n <- n + 1; n\n"
        + f "S.Next() > 3",
        [ "(4,28) AR0004: n can change" ]

        "R31: keeps a HashSet at the top",
        "let seen = System.Collections.Generic.HashSet<string>()\n" + f "seen.Add p",
        [ "(2,5) AR0004: seen can change" ]

        "R31: keeps a ref in a closure at the top",
        "let private next = (let c = ref 0 in fun () -> c.Value <- c.Value + 1; c.Value)\n"
        + f "next () > 3",
        [ "(2,25) AR0004: c can change" ]
    ]

[<Tests>]
let tests =
    testList
        "state of rules"
        [
            yield! tellings refused

            testCase "R31: a mutable value that counts is refused"
            <| fun () ->
                let counts = f "counter <- counter + 1; counter > 3"
                use rules = compile (asking ("let mutable counter = 0\n" + counts))

                Expect.equal
                    [ for d in rules.Diagnostics -> line d ]
                    [ "(2,1) AR0004: counter can change" ]
                    "why"
        ]
