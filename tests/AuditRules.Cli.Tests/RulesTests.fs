module AuditRules.Cli.Tests.RulesTests

open Expecto
open AuditRules.Cli.Tests.Cli

/// A rule that asks whether the file is there.
let private impure =
    """open AuditRules
let r =
    rule ("T2", "t", Low) {
        for o in Py.Open do
        where (System.IO.File.Exists o.Path)
        message o.Path
        shouldNotFire [ Py.Open.make (path = "/nowhere/at/all") ]
    }
"""

[<Tests>]
let tests =
    testList
        "rules"
        [
            testCase "C103: rules that use what rules may not are refused, and run in trust" (fun () ->
                use folder = new Folder()
                folder.Write("rules/t.fsx", impure)
                let refused = run folder [ "test" ]
                Expect.equal refused.Code 78 refused.Error

                Expect.stringContains
                    refused.Error
                    "rules/t.fsx(5,16): error AR0014: rules may not use files: System.IO.File.Exists\n"
                    "why"

                Expect.equal (run folder [ "test"; "--trust-rules" ]).Code 1 "no example fires"
                Expect.equal (run folder [ "rules"; "list"; "--trust-rules" ]).Code 0 "listed"
                Expect.equal (run folder [ "rules"; "list" ]).Code 78 "from the cache it is refused too")
        ]
