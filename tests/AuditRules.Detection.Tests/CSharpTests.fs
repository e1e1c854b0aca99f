/// Plans that C# alone makes and runs.
module AuditRules.Detection.Tests.CSharpTests

open Expecto
open AuditRules.Detection.CSharp

[<Tests>]
let tests =
    testList "plans in C#" [ for t in ClauseTests.All -> testCase t.Name t.Run.Invoke ]
