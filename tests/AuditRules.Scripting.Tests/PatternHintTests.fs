/// What is said of mistakes in patterns.
module AuditRules.Scripting.Tests.PatternHintTests

open AuditRules.Scripting.Tests.MistakeRun

[<Expecto.Tests>]
let tests =
    each
        "hints: patterns"
        [
            "a list in place of a pattern",
            sequence "= secret" "= [ \"/a\"; \"/b\" ]",
            "(7,43) FS0001 | One of several is oneOf: oneOf [ \"/a\"; \"/b\" ], oneOf [ 80; 443 ]."

            "or between patterns",
            sequence "= secret" "= secret or glob \"x\"",
            "(7,50) FS0010 | Patterns join with ||| for either and &&& for both, in parentheses: path = (a ||| b). A comma stands between fields."

            "one | between patterns",
            sequence "= secret" "= (secret | glob \"x\")",
            "(7,51) FS0010 | Patterns join with ||| and &&&, conditions with || and &&."

            "a double bar between patterns",
            sequence "= secret" "= (secret || glob \"/x\")",
            "(7,43) FS0193 | Patterns join with |||: path = (a ||| b)"

            "a double ampersand between patterns",
            sequence "= secret" "= (secret && notLike (glob \"/x\"))",
            "(7,43) FS0193 | Patterns join with &&&: path = (a &&& b)"

            "not of a pattern",
            sequence "notLike" "not",
            "(9,59) FS0001 | Of a pattern the opposite is notLike: host = notLike loopback"

            "<> of a field",
            sequence "= notLike" "<>",
            "(9,52) FS0001 | Of a pattern the opposite is notLike: host = notLike loopback"

            "== of a field",
            sequence "Py.Open.matching (path =" "Py.Open.matching (path ==",
            "(7,36) FS0039 | A field has one = in matching: path = ..."

            "a colon behind a field",
            sequence "Py.Open.matching (path =" "Py.Open.matching (path:",
            "(7,36) FS0039 | A field has = in matching: path = ..."

            "a semicolon between fields",
            sequence "= secret" "= secret; flags = write",
            "(7,36) FS0039 | A comma stands between the fields of matching."

            "fields in braces",
            sequence "(path = secret)" "{ path = secret }",
            "(7,37) FS0039 | The fields of matching stand in parentheses: matching (path = ...)"

            "fields in brackets",
            sequence "(path = secret)" "[ path = secret ]",
            "(7,35) FS0001 | The fields of matching stand in parentheses: matching (path = ...)"

            "fields without parentheses",
            sequence "(path = secret)" "path = secret",
            "(7,18) FS0001 | The fields of matching stand in parentheses: Py.Open.matching (path = ...)"

            "one field twice",
            sequence "= secret" "= secret, path = glob \"/a\"",
            "(7,18) FS0364 | Write each field once: two patterns join with &&& or |||, in parentheses."

            "matching twice",
            sequence "secret)" "secret).matching (flags = readOnly)",
            "(7,18) FS0003 | matching stands once: write all fields in it, with commas between them."

            "oneOf of a text",
            sequence "= secret" "= oneOf \"/a\"",
            "(7,43) FS0041 | oneOf takes a list: oneOf [ \"/a\"; \"/b\" ]"

            "oneOf with commas",
            sequence "= secret" "= oneOf [ \"/a\", \"/b\" ]",
            "(7,43) FS0041 | A semicolon stands between the items of a list: [ a; b ]."

            "oneOf of an array",
            sequence "glob \"*/.ssh/*\"" "oneOf [| \"a\" |]",
            "(3,14) FS0041 | oneOf takes a list: write oneOf [ ... ]; List.ofSeq makes a list of an array, a set or a sequence."

            "oneOf of a set",
            sequence "glob \"*/.ssh/*\"" "oneOf (set [ \"a\" ])",
            "(3,14) FS0041 | oneOf takes a list: write oneOf [ ... ]; List.ofSeq makes a list of an array, a set or a sequence."

            "network of a number",
            sequence "notLike loopback" "network 10",
            "(9,59) FS0041 | network takes a text, or a list of texts: network \"10.0.0.0/8\""

            "a field of numbers that is asked a text",
            whole
                "open AuditRules\ntype L = { User: string; Port: int64 }\nlet l = Custom<L> \"app.login\"\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for e in l.matching (_.Port, \"x\") do\n        message \"x\"\n    }\n",
            "(7,20) FS0041 | The pattern does not fit the field: a text takes a text, a number a number."

            "between of a list",
            sequence "host = notLike loopback" "port = between [1; 5]",
            "(9,67) FS0001 | between takes two numbers: between (1, 1023)"

            "between of two arguments",
            sequence "host = notLike loopback" "port = between 1 5",
            "(9,59) FS0003 | between takes two numbers: between (1, 1023)"

            "under of two folders",
            sequence "glob \"*/.ssh/*\"" "under (\"/a\", \"/b\")",
            "(3,21) FS0001 | under takes one text: join two as (under \"/a\" ||| under \"/b\")."

            "glob of a list",
            sequence "= secret" "= glob [ \"/a\"; \"/b\" ]",
            "(7,48) FS0001 | glob takes one text: of several write anyLike [ glob \"/a\"; glob \"/b\" ]."

            "startsWith of a character",
            sequence "glob \"*/.ssh/*\"" "startsWith '/'",
            "(3,25) FS0001 | A text stands in double quotation marks: \"/\"."

            "a pattern that is compared in where",
            sequence "not o.IsWrite" "o.Path = glob \"*\"",
            "(8,25) FS0193 | A pattern stands in matching, and where takes a condition: Py.Open.matching (path = glob \"*/.ssh/*\")"

            "a pattern as the condition of where",
            sequence "not o.IsWrite" "secret",
            "(8,16) FS0001 | A pattern stands in matching, and where takes a condition: Py.Open.matching (path = glob \"*/.ssh/*\")"

            "a pattern that is applied in where",
            sequence "not o.IsWrite" "secretFiles o.Path",
            "(8,16) FS0003 | A pattern stands in matching, and where takes a condition: Py.Open.matching (path = glob \"*/.ssh/*\")"

            "a pattern in an example",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        message \"x\"\n        shouldFire [ Py.Open.make (path = glob \"/a\") ]\n    }\n",
            "(7,43) FS0193 | An example has one value in each field, no pattern: path = \"/etc/shadow\""
        ]
