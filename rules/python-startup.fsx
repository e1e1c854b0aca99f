// A file is written that every Python of that environment runs when it starts.
open AuditRules

/// What setuptools and pip write for packages that are installed to be edited, and to keep distutils working.
let packaging = regex @"/(__editable__\..*|distutils-precedence|easy-install)\.pth$"

let pythonStartup =
    rule (
        "AR1014",
        "a file that Python runs at every start was written",
        High,
        mitre = [ "T1546.018" ],
        tags = [ "persistence"; "supply chain" ],
        references = [ "https://docs.python.org/3/library/site.html" ],
        falsePositives =
            [ "Packages that install a .pth file: coverage's subprocess support, namespace packages, virtualenv." ],
        remediation = "Read the file: a line that begins with import is run. Remove what no package's RECORD lists."
    ) {
        for file in Py.Open.matching (path = (pythonStartupFiles &&& notLike packaging)) do
        where file.IsWrite
        message $"{file.Path} was opened for writing"
        shouldFire [ Py.Open.make (path = "/usr/lib/python3/dist-packages/zz.pth", mode = "w") ]
        shouldFire [ Py.Open.make (path = "/home/u/.local/lib/python3.12/site-packages/usercustomize.py", mode = "w") ]
        shouldNotFire [ Py.Open.make (path = "/usr/lib/python3/dist-packages/zz.pth", mode = "r", flags = 0L) ]
        shouldNotFire [ Py.Open.make (path = "/v/lib/python3.12/site-packages/distutils-precedence.pth", mode = "wb") ]
        shouldNotFire [ Py.Open.make (path = "/v/lib/python3.12/site-packages/model/weights.pth", mode = "wb") ]
    }
