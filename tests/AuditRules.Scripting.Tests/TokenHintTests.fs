/// What is said of mistakes in words, characters, texts and brackets.
module AuditRules.Scripting.Tests.TokenHintTests

open AuditRules.Scripting.Tests.MistakeRun

[<Expecto.Tests>]
let tests =
    each
        "hints: words, characters, texts and brackets"
        [
            "a text in single quotation marks",
            sequence "\"/u/x\"" "'/u/x'",
            "(13,44) FS3156 | A text stands in double quotation marks: \"/u/x\"."

            "a glob in single quotation marks",
            sequence "\"*/.ssh/*\"" "'*/.ssh/*'",
            "(3,20) FS0010 | A text stands in double quotation marks: \"*/.ssh/*\"."

            "a message in single quotation marks",
            sequence "$\"{o.Path} was read, then {c.Host}:{c.Port} connected\"" "'x'",
            "(11,17) FS0001 | A text stands in double quotation marks: \"x\"."

            "a glob without quotation marks",
            sequence "\"*/.ssh/*\"" "*/.ssh/*",
            "(3,25) FS3156 | A text stands in quotation marks: \"/etc/passwd\"."

            "a path without quotation marks",
            sequence "= secret" "= /etc/passwd",
            "(7,41) FS3156 | A text stands in quotation marks: \"/etc/passwd\"."

            "an address without quotation marks",
            sequence "notLike loopback" "127.0.0.1",
            "(9,64) FS0599 | An address is a text: write it in quotation marks, as \"127.0.0.1\"."

            "curly quotation marks",
            sequence "\"secret read, then network\"" "“secret read”",
            "(6,21) FS0010 | A text stands in straight quotation marks: \"...\"."

            "a no-break space",
            sequence "where" "\u00a0where",
            "(8,9) FS0010 | Take the character U+00A0 out, or write a blank in its place."

            "a NUL character",
            sequence "5" "\u0000 5",
            "(10,25) FS0010 | Take the character U+0000 out, or write a blank in its place."

            "or in a condition",
            sequence "not o.IsWrite" "o.IsWrite or o.Path = \"a\"",
            "(8,26) FS0010 | F# writes && for and, || for or."

            "a value named type",
            sequence "exfiltration" "type",
            "(5,5) FS0010 | type is a word of F#: take another name."

            "a step named base",
            single
                "o in Py.Open do\n        where (o.Path <> \"/x\""
                "base in Py.Open do\n        where (base.Path = \"/a\"",
            "(5,13) FS0010 | base is a word of F#: take another name."

            "a later step named when",
            sequence "followedBy c" "followedBy when",
            "(9,20) FS0010 | when is a word of F#: take another name."

            "a name with dashes",
            sequence "exfiltration" "secret-then-net",
            "(5,11) FS0010 | A name has letters, digits and _: secret_then_net."

            "def",
            sequence "let exfiltration" "def exfiltration",
            "(5,1) FS0039 | F# gives a name with let: let secret = glob \"*/.ssh/*\""

            "a let without its =",
            sequence "exfiltration =" "exfiltration",
            "(5,1) AR0023: the value exfiltration has no = behind its name | Write let exfiltration ="

            "a pattern without its =",
            sequence "= glob" "glob",
            "(5,1) FS0010 | The let before has no = behind its name."

            "a rule without its let",
            sequence "let exfiltration =\n" "",
            "(5,5) FS0010 | A rule is a value with a name: write let name = before it."

            "True", sequence "not o.IsWrite" "o.IsWrite = True", "(8,28) FS0039 | F# writes true."

            "None",
            sequence "not o.IsWrite" "o.Path = None",
            "(8,25) FS0001 | F# writes null for a text that is not there."

            "!=", sequence "not o.IsWrite" "o.Path != \"x\"", "(8,23) FS0043 | F# compares with = and <>."

            "! for not",
            sequence "not o.IsWrite" "!o.IsWrite",
            "(8,17) FS0193 | F# writes not for !: not o.IsWrite."

            "not before a comparison",
            sequence "o.IsWrite" "o.Path = \"x\"",
            "(8,20) FS0193 | not takes the next word alone: put what it denies in parentheses, or write <> for =."

            "in for texts",
            sequence "not o.IsWrite" "\"ssh\" in o.Path",
            "(8,22) FS3156 | F# has no in for texts: write o.Path.Contains \"x\"."

            "=~",
            sequence "not o.IsWrite" "o.Path =~ \"x\"",
            "(8,23) FS0043 | Ask with regex in matching, or here with Contains, StartsWith or EndsWith."

            "a comma too many",
            sequence "= secret" "= secret,",
            "(7,49) FS3100 | Take the comma out, or write what follows it."

            "quotation marks in the braces of a text",
            sequence "o.Path} was read, then {c.Host}:{c.Port} connected\"" "o.Path + \"x\"}\"",
            "(11,29) FS3373 | Within the braces of such a text no quotation mark may stand: give the value a name with let, or write \"\"\" around the text."

            "two braces for one",
            sequence "o.Path} was read, then {c.Host}:{c.Port} connected\"" "{o.Path} x\"",
            "(11,17) FS3383 | A value stands in one pair of braces: {o.Path}. A brace that stands for itself is written twice."

            "a format that does not fit",
            sequence "$\"{o.Path} was read, then {c.Host}:{c.Port} connected\"" "$\"%d{o.Path}\"",
            "(11,22) FS0001 | Take the % and the letter behind it out: a value in braces needs none."

            "a comment that does not end",
            sequence "o.IsWrite)" "o.IsWrite) (* not closed",
            "(8,31) FS0516 | A comment that begins with (* ends with *)."

            "AuditRules misspelt",
            sequence "AuditRules" "AuditRule",
            "(1,6) FS0039 | Begin the file with: open AuditRules"

            "import AuditRules",
            sequence "open" "import",
            "(1,1) FS0039 | Begin the file with: open AuditRules"

            "no open", sequence "open AuditRules\n" "", "(2,14) FS0039 | Begin the file with: open AuditRules"

            "a namespace",
            sequence "open" "namespace Foo\nopen",
            "(4,5) FS0201 | Take the namespace out: a rule file needs none."

            "two values of one name",
            whole
                "open AuditRules\n\nlet secret = glob \"*/.ssh/*\"\n\nlet exfiltration =\n    rule (\"MY0001\", \"secret read, then network\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open.matching (path = secret) do\n        where (not o.IsWrite)\n        followedBy c in Py.SocketConnect.matching (host = notLike loopback) on (o.Process = c.Process)\n        within (seconds 5)\n        message $\"{o.Path} was read, then {c.Host}:{c.Port} connected\"\n        shouldFire [ Py.Open.make (path = \"/u/.ssh/id\", mode = \"r\"); Py.SocketConnect.make (host = \"192.0.2.1\", port = 1) ]\n        shouldNotFire [ Py.Open.make (path = \"/u/x\", mode = \"r\") ]\n    }\n\nlet exfiltration =\n    rule (\"MY0002\", \"secret read, then network\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open.matching (path = secret) do\n        where (not o.IsWrite)\n        followedBy c in Py.SocketConnect.matching (host = notLike loopback) on (o.Process = c.Process)\n        within (seconds 5)\n        message $\"{o.Path} was read, then {c.Host}:{c.Port} connected\"\n        shouldFire [ Py.Open.make (path = \"/u/.ssh/id\", mode = \"r\"); Py.SocketConnect.make (host = \"192.0.2.1\", port = 1) ]\n        shouldNotFire [ Py.Open.make (path = \"/u/x\", mode = \"r\") ]\n    }\n",
            "(16,5) FS0037 | Give each value a name of its own."
        ]
