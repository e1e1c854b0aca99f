// Unpickling looks up what runs commands or code, and a command follows at once: the pickle was the attack.
open AuditRules

/// Modules of which a pickle has no business to name anything.
let commandModules = oneOf [ "os"; "posix"; "nt"; "subprocess"; "_posixsubprocess"; "pty"; "commands" ]

/// Where the built-in functions live, by today's name and by Python 2's.
let builtinModules = oneOf [ "builtins"; "__builtin__" ]

/// Built-in functions that run code; others, as set and getattr, are common in pickles.
let codeRunners = oneOf [ "eval"; "exec"; "compile"; "execfile"; "__import__" ]

/// How long after the look-up a command still counts: a pickle calls what it has looked up immediately.
let callWindow = seconds 2

let private falsePositives =
    [ "Programs that pickle references to functions of os or subprocess." ]

let private remediation =
    "Never unpickle what others can write: use JSON, or restrict Unpickler.find_class to a list of classes."

let private system = Py.PickleFindClass.make (moduleName = "posix", globalName = "system")

let toSystem =
    rule (
        "AR1007",
        "unpickling reached os.system",
        Critical,
        mitre = [ "T1059.006"; "T1059.004" ],
        tags = [ "execution"; "pickle" ],
        references = [ "https://docs.python.org/3/library/pickle.html#restricting-globals" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for found in Py.PickleFindClass.matching (moduleName = (commandModules ||| builtinModules)) do
        where (commandModules.Matches found.ModuleName || codeRunners.Matches found.GlobalName)
        followedBy command in Py.OsSystem on (found.Process = command.Process)
        within callWindow
        message $"a pickle looked up {found.QualifiedName}, then ran: {command.Command}"
        shouldFire [ system; Py.OsSystem.make (command = "id") ]
        shouldFire [
            Py.PickleFindClass.make (moduleName = "builtins", globalName = "eval")
            Py.OsSystem.make (command = "id")
        ]
        shouldNotFire [ system; Py.OsSystem.make (command = "id") |> after (milliseconds 2_001) ]
        shouldNotFire [ system; Py.OsSystem.make (command = "id") |> inProcess 1 ]
        shouldNotFire [ Py.OsSystem.make (command = "id"); system ]
        shouldNotFire [
            Py.PickleFindClass.make (moduleName = "builtins", globalName = "set")
            Py.OsSystem.make (command = "id")
        ]
        shouldNotFire [
            Py.PickleFindClass.make (moduleName = "app.jobs", globalName = "Job")
            Py.OsSystem.make (command = "id")
        ]
    }

let toSubprocess =
    rule (
        "AR1008",
        "unpickling started a program",
        Critical,
        mitre = [ "T1059.006" ],
        tags = [ "execution"; "pickle" ],
        references = [ "https://docs.python.org/3/library/pickle.html#restricting-globals" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for found in Py.PickleFindClass.matching (moduleName = (commandModules ||| builtinModules)) do
        where (commandModules.Matches found.ModuleName || codeRunners.Matches found.GlobalName)
        followedBy started in Py.SubprocessPopen on (found.Process = started.Process)
        within callWindow
        message $"a pickle looked up {found.QualifiedName}, then started: {started.CommandLine}"
        shouldFire [
            Py.PickleFindClass.make (moduleName = "subprocess", globalName = "Popen")
            Py.SubprocessPopen.make (args = [ "id" ])
        ]
        shouldNotFire [
            Py.SubprocessPopen.make (args = [ "id" ])
            Py.PickleFindClass.make (moduleName = "subprocess", globalName = "Popen")
        ]
        shouldNotFire [
            Py.PickleFindClass.make (moduleName = "collections", globalName = "OrderedDict")
            Py.SubprocessPopen.make (args = [ "id" ])
        ]
    }
