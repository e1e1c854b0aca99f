// Something reaches for the machinery that records: audit hooks, or the trace functions that see every line.
open AuditRules

/// The interpreter's own functions that drop or add audit hooks, and the structure that holds their list.
let hookSymbols = oneOf [ "_PySys_ClearAuditHooks"; "PySys_AddAuditHook"; "_PyRuntime"; "PySys_Audit"; "_PySys_Audit" ]

let hookAdded =
    rule (
        "AR1015",
        "an audit hook was added",
        Medium,
        mitre = [ "T1562.006" ],
        tags = [ "evasion" ],
        references = [ "https://peps.python.org/pep-0578/" ],
        falsePositives = [ "Security tools, sandboxes and test helpers that watch events themselves." ],
        remediation = "Find the code that added it: a hook may veto operations and see every argument."
    ) {
        for hook in Py.SysAddaudithook do
        message $"an audit hook was added in {hook.Caller.File}, line {hook.Caller.Line}"
        shouldFire [ Py.SysAddaudithook.make () ]
        shouldNotFire [ Py.SysSettrace.make () ]
    }

let hookSymbolReached =
    rule (
        "AR1016",
        "ctypes reached for the audit hooks of the interpreter",
        Critical,
        mitre = [ "T1562.001"; "T1562.006" ],
        tags = [ "evasion"; "native" ],
        references = [ "https://peps.python.org/pep-0578/" ],
        falsePositives = [ "Research and tests of audit hooks." ],
        remediation = "Trust nothing that was recorded in this process after this event."
    ) {
        for looked in Py.CtypesDlsym.matching (symbol = hookSymbols) do
        message $"ctypes looked up {looked.Symbol}"
        shouldFire [ Py.CtypesDlsym.make (symbol = "_PySys_ClearAuditHooks") ]
        shouldNotFire [ Py.CtypesDlsym.make (symbol = "PyObject_Str") ]
        // Every interpreter clears its hooks when it ends.
        shouldNotFire [ Py.CPythonPySysClearAuditHooks.make () ]
    }

let traceSet =
    rule (
        "AR1017",
        "a trace function was set",
        Info,
        mitre = [ "T1562.001" ],
        tags = [ "evasion" ],
        falsePositives = [ "Debuggers and coverage." ],
        remediation = "None where a debugger or coverage is meant to run."
    ) {
        for set in Py.SysSettrace do
        message $"sys.settrace was called in {set.Caller.File}, line {set.Caller.Line}"
        shouldFire [ Py.SysSettrace.make () ]
        shouldNotFire [ Py.SysSetprofile.make () ]
    }

let profileSet =
    rule (
        "AR1018",
        "a profile function was set",
        Info,
        mitre = [ "T1562.001" ],
        tags = [ "evasion" ],
        falsePositives = [ "Profilers." ],
        remediation = "None where a profiler is meant to run."
    ) {
        for set in Py.SysSetprofile do
        message $"sys.setprofile was called in {set.Caller.File}, line {set.Caller.Line}"
        shouldFire [ Py.SysSetprofile.make () ]
        shouldNotFire [ Py.SysSettrace.make () ]
    }
