/// What is said of mistakes in clauses, keys and how a rule is laid out.
module AuditRules.Scripting.Tests.ClauseHintTests

open Expecto
open AuditRules.Scripting
open AuditRules.Scripting.Tests.MistakeRun

[<Tests>]
let tests =
    each
        "hints: clauses, keys and how a rule is laid out"
        [
            "a message further to the right than the clause above",
            sequence "message" "    message",
            "(11,13) AR0023: message begins further to the right than the other clauses of the rule | Begin it at column 9, under the others."

            "a where further to the right than the for",
            sequence "where" "    where",
            "(8,13) AR0023: where begins further to the right than the other clauses of the rule | Begin it at column 9, under the others."

            "a followedBy further to the right",
            sequence "followedBy" "    followedBy",
            "(9,13) AR0023: followedBy begins further to the right than the other clauses of the rule | Begin it at column 9, under the others."

            "a within further to the right",
            sequence "within" "  within",
            "(10,11) AR0023: within begins further to the right than the other clauses of the rule | Begin it at column 9, under the others."

            "a within further to the left",
            sequence "  within" "within",
            "(10,7) AR0023: within begins further to the left than the other clauses of the rule | Begin it at column 9, under the others."

            "a where further to the left",
            sequence "  where" "where",
            "(8,7) AR0023: where begins further to the left than the other clauses of the rule | Begin it at column 9, under the others."

            "a shouldFire further to the right",
            sequence "shouldFire" "    shouldFire",
            "(12,13) AR0023: shouldFire begins further to the right than the other clauses of the rule | Begin it at column 9, under the others."

            "unless without keys",
            sequence "followedBy" "unless Py.OsRemove\n        followedBy",
            "(9,9) FS3099 | Write it as: unless Py.OsRemove _.Path o.Path"

            "unless with one key",
            sequence "followedBy" "unless Py.OsRemove _.Path\n        followedBy",
            "(9,9) FS3099 | Write it as: unless Py.OsRemove _.Path o.Path"

            "unless with in and on",
            sequence "followedBy" "unless r in Py.OsRemove on (o.Path = r.Path)\n        followedBy",
            "(9,18) FS3156 | unless gives its event no name. Write it as: unless Py.OsRemove _.Path o.Path"

            "unless with keys of two types",
            sequence "followedBy" "unless Py.OsRemove _.Path o.Process\n        followedBy",
            "(9,35) FS0193 | Both keys must have the same type."

            "unless with its keys the other way round",
            single
                "where (o.Path <> \"/x\""
                "unless Py.OsRemove o.Path _.Path\n        followedBy c in Py.SocketConnect on (o.Process = c.Process",
            "(6,28) FS0039 | Write it as: unless Py.OsRemove _.Path o.Path"

            "unless of a pattern without parentheses",
            sequence
                "followedBy"
                "unless Py.OsRemove.matching (path = secret) _.Path o.Path\n        followedBy",
            "(9,9) FS3099 | Put the source in parentheses: unless (Py.OsRemove.matching (...)) _.Path o.Path"

            "atLeast without a key",
            single "where (o.Path <> \"/x\"" "atLeast 5 (seconds 5",
            "(6,9) FS3099 | Write it as: atLeast 5 (seconds 10) o.Process"

            "atLeast with its time first",
            single "where (o.Path <> \"/x\")" "atLeast (seconds 5) 5 o.Process",
            "(6,18) FS0193 | Write it as: atLeast 5 (seconds 10) o.Process"

            "atLeastDistinct without a value",
            single "where (o.Path <> \"/x\")" "atLeastDistinct 5 (seconds 1) o.Process",
            "(6,9) FS3099 | Write it as: atLeastDistinct 20 (seconds 10) o.Process o.Path"

            "atLeast with its time last",
            sequence "within" "atLeast 2 c.Process",
            "(10,19) FS0039 | Write it as: atLeast 5 (seconds 10) o.Process"

            "suppress without a reason",
            single "where (o.Path <> \"/x\"" "suppress (o.Path = \"/a\"",
            "(6,9) FS3099 | Write it as: suppress \"our own updater\" (o.Path = \"/opt/state\")"

            "suppress with its reason last",
            sequence
                "message $\"{o.Path} was read, then {c.Host}:{c.Port} connected\""
                "suppress (o.Path = \"x\") \"ours\"",
            "(11,19) FS0001 | Write it as: suppress \"our own updater\" (o.Path = \"/opt/state\")"

            "runs with two numbers",
            sequence "within (seconds 5)" "runs 2 3",
            "(10,9) FS3099 | Write it as: runs 3"

            "runs of a text",
            sequence "within (seconds 5)" "runs \"2\"",
            "(10,9) FS0041 | Write it as: runs 3"

            "where with two conditions",
            single "o.Path <> \"/x\"" "o.IsWrite) (o.IsRead",
            "(6,9) FS3099 | Write it as: where (o.Path <> \"/tmp/x\")"

            "where not without parentheses",
            single "(o.Path <> \"/x\")" "not o.IsWrite",
            "(6,9) FS3099 | Write it as: where (o.Path <> \"/tmp/x\")"

            "where with = without parentheses",
            sequence "(not o.IsWrite)" "o.IsWrite = true",
            "(8,9) FS3095 | Put the argument of where in parentheses. Write it as: where (o.Path <> \"/tmp/x\")"

            "where of a function",
            sequence "(not" "(fun o ->",
            "(8,15) FS0193 | Write it without fun: where (o.Path <> \"/tmp/x\")"

            "where with brackets",
            sequence "(not o.IsWrite)" "[ not o.IsWrite ]",
            "(8,15) FS0001 | Put the condition in parentheses, not in brackets."

            "where with braces",
            sequence "(not o.IsWrite)" "{ not o.IsWrite }",
            "(8,15) FS0740 | Write it as: where (o.Path <> \"/tmp/x\")"

            "within seconds 5",
            sequence "(seconds 5)" "seconds 5",
            "(10,9) FS3099 | Write it as: within (seconds 5)"

            "within 5 seconds",
            sequence "(seconds 5)" "5 seconds",
            "(10,9) FS3099 | Write it as: within (seconds 5)"

            "within seconds(5)",
            sequence "(seconds 5" "seconds(5",
            "(10,16) FS0597 | Write it as: within (seconds 5)"

            "a message with f",
            sequence "$\"" "f\"",
            "(11,9) FS3099 | A text with values in it begins with $ in F#: $\"{o.Path} was read\"."

            "a message with a format",
            sequence "$\"{o.Path} was read, then {c.Host}:{c.Port} connected\"" "\"%s\" o.Path",
            "(11,9) FS3099 | Write it as: message $\"{o.Path} was read\""

            "folowedBy",
            sequence "followedBy" "folowedBy",
            "(9,21) FS3156 | Maybe you want followedBy: followedBy c in Py.SocketConnect on (o.Process = c.Process)"

            "followedby",
            sequence "followedBy" "followedby",
            "(9,22) FS3156 | Maybe you want followedBy: followedBy c in Py.SocketConnect on (o.Process = c.Process)"

            "followed by",
            sequence "followedBy" "followed by",
            "(9,23) FS3156 | Maybe you want followedBy: followedBy c in Py.SocketConnect on (o.Process = c.Process)"

            "unles with in",
            sequence "followedBy" "unles r in Py.OsRemove on (o.Path = r.Path)\n        followedBy",
            "(9,17) FS3156 | Maybe you want unless: unless Py.OsRemove _.Path o.Path"

            "togther",
            sequence "followedBy" "togther",
            "(9,19) FS3156 | Maybe you want together: together c in Py.SocketConnect on (o.Process = c.Process)"

            "notFollowedBy with in and on",
            sequence
                "followedBy c in Py.SocketConnect.matching (host = notLike loopback) on (o.Process = c.Process"
                "notFollowedBy r in Py.OsRemove on (o.Path = r.Path",
            "(9,25) FS3156 | notFollowedBy gives its event no name. Write it as: notFollowedBy Py.OsRemove _.Path o.Path"

            "followedBy for",
            sequence "followedBy c" "followedBy for c",
            "(9,20) FS0010 | Write it as: followedBy c in Py.SocketConnect on (o.Process = c.Process)"

            "followedBy without a name",
            sequence "c in Py.SocketConnect.matching (host = notLike loopback)" "Py.SocketConnect",
            "(9,9) FS3098 | Write it as: followedBy c in Py.SocketConnect on (o.Process = c.Process)"

            "thenBy without a name",
            single "where (o.Path <> \"/x\")" "thenBy Py.SocketConnect",
            "(6,9) FS3098 | Write it as: thenBy c in Py.SocketConnect"

            "thenBy with on",
            sequence "followedBy" "thenBy",
            "(9,21) FS0003 | thenBy takes no key, followedBy does: followedBy c in Py.SocketConnect on (o.Process = c.Process)"

            "on without parentheses",
            sequence "(o.Process = c.Process)" "o.Process = c.Process",
            "(9,9) FS3097 | Put the key in parentheses: followedBy c in Py.SocketConnect on (o.Process = c.Process)"

            "on with two pairs of parentheses",
            sequence "o.Process = c.Process" "(o.Process = c.Process)",
            "(9,81) FS3125 | One pair of parentheses is enough: on (o.Process = c.Process)."

            "on with a text",
            sequence "o.Process = c.Process" "\"process\"",
            "(9,81) FS3125 | `on` compares the steps before with the new one: on (o.Process = c.Process)."

            "a step that is named further down",
            sequence "not o.IsWrite" "c.Host = o.Path",
            "(8,16) FS0039 | c is named on line 9: a clause takes the events that are named before it."

            "fold without into",
            single "where (o.Path <> \"/x\"" "fold 0 (seconds 5) o.Process (fun n -> n + 1",
            "(6,9) FS0001 | fold names its state behind into. Write it as: fold 0L (minutes 1) o.Process (fun sum -> sum + o.Flags) into s"

            "a name from before fold",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        fold 0 (seconds 5) o.Process (fun n -> n + 1) into s\n        where (s.State > 3)\n        message $\"{o.Path}\"\n    }\n",
            "(8,20) FS0039 | Behind fold the names before are gone: s.Last is what was bound, for s the name behind into."

            "a second for",
            single "where (o.Path <> \"/x\")" "for c in Py.SocketConnect do",
            "(6,9) FS0193 | A rule has one for. The next step is a clause: followedBy c in Py.SocketConnect on (o.Process = c.Process)"

            "followedBy in place of for",
            sequence
                "for o in Py.Open.matching (path = secret) do"
                "followedBy o in Py.Open.matching (path = secret)",
            "(7,9) FS3097 | A rule begins with: for o in Py.Open do"

            "foreach", sequence "for" "foreach", "(7,55) FS0010 | A rule begins with: for o in Py.Open do"

            "from in place of for",
            single "for o in Py.Open do\n        where (o.Path <> \"/x\")" "from o in Py.Open do",
            "(5,27) FS0010 | A rule begins with: for o in Py.Open do"

            "for without in",
            single "in Py.Open do\n        where (o.Path <> \"/x\")" "Py.Open do",
            "(5,23) FS0010 | A rule begins with: for o in Py.Open do"

            "for each",
            sequence "for o" "for each o",
            "(7,13) FS0039 | An event has one name: for o in Py.Open do"

            "a rule of a for alone",
            whole
                "open AuditRules\nlet r =\n    rule (\"A\", \"t\", High) {\n        for o in Py.Open do\n    }\n",
            "(5,5) FS0058 | A rule has a clause behind its for, as message $\"{o.Path} was read\"."

            "a rule of nothing",
            whole "open AuditRules\nlet r = rule (\"A\", \"t\", High) { }\n",
            "(2,9) FS0708 | A rule begins with: for o in Py.Open do"

            "if in a rule",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        if o.IsWrite then\n            message \"x\"\n    }\n",
            "(6,9) FS0708 | A rule asks with where in place of if: where (o.IsWrite)"

            "if before a clause",
            sequence "where (not o.IsWrite)" "if (not o.IsWrite) then",
            "(9,9) FS0058 | A rule asks with where in place of if: where (o.IsWrite)"

            "a clause that there is not",
            sequence "message" "alert",
            "(11,9) FS0039 | There is no such clause. The clauses are where, followedBy, thenBy, together, runs, within, maxspan, unless, until, notPrecededBy, notFollowedBy, atLeast, atLeastDistinct, sumAtLeast, fold, suppress, message, shouldFire, shouldNotFire."

            "a rule without its opening brace",
            sequence "]) {" "])",
            "(7,9) FS0010 | The clauses of a rule stand in braces: write { at the end of the line before."
        ]

[<Tests>]
let shapes =
    let unlike = [ "runs"; "within"; "maxspan" ]

    testList
        "hints: how clauses are written"
        [
            testCase "R112: every clause of a rule is among them, and nothing else"
            <| fun () ->
                let operations =
                    [
                        for m in typeof<AuditRules.RuleBuilder>.GetMethods() do
                            for a in m.GetCustomAttributes(typeof<CustomOperationAttribute>, true) do
                                (a :?> CustomOperationAttribute).Name
                    ]

                Expect.equal
                    (List.sort ClauseShapes.names)
                    (List.sort (List.distinct operations))
                    "the clauses"

            testCase "R112: every clause is written as it compiles"
            <| fun () ->
                let rules =
                    [
                        for clause in ClauseShapes.all ->
                            if List.contains clause.Name unlike then
                                sequence "within (seconds 5)" clause.Shape
                            else
                                single "where (o.Path <> \"/x\")" clause.Shape
                    ]

                Expect.equal (List.concat (saidOf rules)) [] "nothing to say"
        ]
