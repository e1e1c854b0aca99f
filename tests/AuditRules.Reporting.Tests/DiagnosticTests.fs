module AuditRules.Reporting.Tests.DiagnosticTests

open Expecto
open AuditRules.Events.Diagnostics
open AuditRules.Reporting.Terminal

let private diagnostic severity line column endColumn source hint =
    Diagnostic(
        "FS0039",
        severity,
        "The value 'Opne' is not defined.",
        TextSpan("rules/x.fsx", line, column, line, endColumn),
        source,
        hint
    )

let private show diagnostics =
    Some.shown (fun screen -> DiagnosticText.Write(screen, diagnostics))

[<Tests>]
let tests =
    testList
        "diagnostics"
        [
            testCase "C40: place, line, carets and hint, as compilers write them" (fun () ->
                let source = "    for o in Py.Opne do"

                let expected =
                    "rules/x.fsx(5,17): error FS0039: The value 'Opne' is not defined.\n"
                    + "      for o in Py.Opne do\n"
                    + "                  ^^^^\n"
                    + "  hint: maybe you want Open\n"

                let text =
                    show [ diagnostic DiagnosticSeverity.Error 5 17 21 source "maybe you want Open" ]

                Expect.equal text expected "diagnostic")

            testCase "C40: a warning without a line is one line" (fun () ->
                let text = show [ diagnostic DiagnosticSeverity.Warning 0 0 0 "" "" ]

                Expect.equal
                    text
                    "rules/x.fsx: warning FS0039: The value 'Opne' is not defined.\n"
                    "diagnostic")

            testCase "C40: carets stand under what is shown of a line with tabs and hostile text" (fun () ->
                let text = show [ diagnostic DiagnosticSeverity.Error 1 2 3 "\tx\u001b" "" ]

                let lines = text.Split('\n')
                Expect.equal lines[1] "  \\tx\\x1b" "the line, escaped"
                Expect.equal lines[2] "    ^" "under the x")

            testCase "C40: a place beyond the line has no carets, and no exception" (fun () ->
                let text = show [ diagnostic DiagnosticSeverity.Error 1 99 100 "short" "" ]
                Expect.equal (text.Split('\n').Length) 3 "two lines")

            testCase "a table is cut at the terminal's width and escapes its cells" (fun () ->
                let text =
                    Some.shown (fun screen ->
                        TableText.Write(screen, [| "n"; "name" |], [| [| "12"; "a\u001bb" |] |], 1))

                Expect.equal text " n  name\n12  a\\x1bb\n" "table")
        ]
