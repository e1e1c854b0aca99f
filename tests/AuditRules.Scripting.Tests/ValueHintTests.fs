/// What is said of mistakes in single values and what a rule begins with.
module AuditRules.Scripting.Tests.ValueHintTests

open AuditRules.Scripting.Tests.MistakeRun

[<Expecto.Tests>]
let tests =
    each
        "hints: single values and what a rule begins with"
        [
            "a message of a number",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        message o.Flags\n    }\n",
            "(6,17) FS0193 | A number is no text: put it into one as $\"{o.Flags}\"."

            "a sum of texts",
            single "where (o.Path <> \"/x\")" "sumAtLeast 100L (seconds 5) o.Process o.Path",
            "(6,47) FS0193 | o.Path is a text, and a number belongs there."

            "a state of 32 bits",
            single "where (o.Path <> \"/x\")" "fold 0L (seconds 5) o.Process (fun n -> n + 1) into s",
            "(6,53) FS0001 | That number has 64 bits: write 1L."

            "flags as a text in an example",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        message \"x\"\n        shouldFire [ Py.Open.make (path = \"/a\", flags = \"w\") ]\n    }\n",
            "(7,57) FS0001 | This is a number: write it without quotation marks, as 443."

            "an argument asked by a text",
            single
                "o in Py.Open do\n        where (o.Path <> \"/x\""
                "e in Custom \"a.b\" do\n        where (e.Text \"x\" = \"y\"",
            "(6,23) FS0001 | A number belongs there: write it without quotation marks."

            "a fraction of seconds",
            sequence "5" "5.5",
            "(10,25) FS0001 | seconds takes a whole number: write milliseconds 5500."

            "5 seconds", sequence "seconds 5" "5 seconds", "(10,17) FS0003 | Write seconds 5."

            "days", sequence "seconds 5" "days 1", "(10,17) FS0039 | Write hours: a day is hours 24."

            "a time as a text",
            sequence "(seconds 5)" "\"5s\"",
            "(10,16) FS0001 | Write a time as (seconds 5) or (minutes 1)."

            "a text as a condition",
            sequence "not o.IsWrite" "o.Path",
            "(8,16) FS0193 | A condition compares: o.Path = \"/tmp/x\", or o.Path.Contains \"x\"."

            "no severity",
            single
                "\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        where (o.Path <> \"/x\")"
                "\"MY1\", \"t\") {\n        for o in Py.Open do",
            "(4,5) FS0501 | rule takes an id, a title and a severity: rule (\"MY0001\", \"what it finds\", High)"

            "no title",
            single
                "\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        where (o.Path <> \"/x\")"
                "\"MY1\", High) {\n        for o in Py.Open do",
            "(4,5) FS0501 | rule takes an id, a title and a severity: rule (\"MY0001\", \"what it finds\", High)"

            "rule without parentheses",
            whole
                "open AuditRules\nlet r =\n    rule \"MY1\" \"t\" High {\n        for o in Py.Open do\n        message \"x\"\n    }\n",
            "(3,5) FS0501 | rule takes an id, a title and a severity: rule (\"MY0001\", \"what it finds\", High)"

            "the parts of rule in another order",
            single
                "\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        where (o.Path <> \"/x\")"
                "\"t\", High, \"MY1\") {\n        for o in Py.Open do",
            "(4,16) FS0193 | rule takes an id, a title and a severity: rule (\"MY0001\", \"what it finds\", High)"

            "a severity as a text",
            single
                "\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        where (o.Path <> \"/x\")"
                "\"MY1\", \"t\", \"high\") {\n        for o in Py.Open do",
            "(4,23) FS0001 | Write High, without quotation marks."

            "Severity.High",
            single
                "\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        where (o.Path <> \"/x\")"
                "\"MY1\", \"t\", Severity.High) {\n        for o in Py.Open do",
            "(4,23) FS0039 | Write the word behind the dot alone."

            "a maturity as a text",
            single
                "\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        where (o.Path <> \"/x\")"
                "\"MY1\", \"t\", High, maturity = \"stable\") {\n        for o in Py.Open do",
            "(4,40) FS0001 | Write Stable, without quotation marks."

            "one technique as a text",
            single
                "\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        where (o.Path <> \"/x\")"
                "\"MY1\", \"t\", High, mitre = \"T1041\") {\n        for o in Py.Open do",
            "(4,37) FS0001 | This is a list: write [ \"T1041\" ]."

            "techniques with commas",
            single
                "\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        where (o.Path <> \"/x\")"
                "\"MY1\", \"t\", High, mitre = [ \"T1041\", \"T1105\" ]) {\n        for o in Py.Open do",
            "(4,39) FS0001 | A semicolon stands between the items of a list: [ \"a\"; \"b\" ]."

            "an argument that rule does not have",
            single
                "\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        where (o.Path <> \"/x\")"
                "\"MY1\", \"t\", High, detects = \"x\") {\n        for o in Py.Open do",
            "(4,29) FS0495 | The arguments are mitre, tags, references, falsePositives, remediation, maturity, overlap."

            "an overlap that is misspelt",
            single
                "\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        where (o.Path <> \"/x\")"
                "\"MY1\", \"t\", High, overlap = Al) {\n        for o in Py.Open do",
            "(4,39) FS0039 | Maybe you want All."

            "a value that stands further down",
            whole
                "open AuditRules\n\nlet secret = glob \"*/.ssh/*\"\n\nlet exfiltration =\n    rule (\"MY0001\", \"secret read, then network\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open.matching (path = later) do\n        where (not o.IsWrite)\n        followedBy c in Py.SocketConnect.matching (host = notLike loopback) on (o.Process = c.Process)\n        within (seconds 5)\n        message $\"{o.Path} was read, then {c.Host}:{c.Port} connected\"\n        shouldFire [ Py.Open.make (path = \"/u/.ssh/id\", mode = \"r\"); Py.SocketConnect.make (host = \"192.0.2.1\", port = 1) ]\n        shouldNotFire [ Py.Open.make (path = \"/u/x\", mode = \"r\") ]\n    }\n\nlet later = glob \"x\"\n",
            "(7,43) FS0039 | later stands on line 16: put it above what uses it."

            "a value of a loaded file",
            sequence
                "open AuditRules\n\nlet secret = glob \"*/.ssh/*\"\n\nlet exfiltration =\n    rule (\"MY0001\", \"secret read, then network\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open.matching (path = secret"
                "#load \"lists.fsx\"\nopen AuditRules\n\nlet secret = glob \"*/.ssh/*\"\n\nlet exfiltration =\n    rule (\"MY0001\", \"secret read, then network\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open.matching (path = secrets",
            "(8,43) FS0039 | It is in a file that is loaded: write open Lists, or Lists.secrets."
        ]
