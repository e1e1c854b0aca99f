// A variable is set that makes every child load a library, or run a file, of the setter's choice.
open AuditRules

/// The variables of the dynamic linker and of interpreters that name code to load.
let preloadVariables =
    oneOf
        [
            "LD_PRELOAD"
            "LD_AUDIT"
            "DYLD_INSERT_LIBRARIES"
            "PYTHONSTARTUP"
            "BASH_ENV"
            "PERL5OPT"
            "NODE_OPTIONS"
            "RUBYOPT"
        ]

let preload =
    rule (
        "AR1038",
        "a variable that injects code into children was set",
        Medium,
        mitre = [ "T1574.006" ],
        tags = [ "execution"; "persistence" ],
        falsePositives = [ "Launchers that preload an allocator; wrappers for Node." ],
        remediation = "Find the library or file that the variable names."
    ) {
        for variable in Py.OsPutenv.matching (key = preloadVariables) do
        message $"{variable.Key} was set"
        shouldFire [ Py.OsPutenv.make (key = "LD_PRELOAD", value = "/tmp/x.so") ]
        shouldNotFire [ Py.OsPutenv.make (key = "LD_LIBRARY_PATH", value = "/opt/lib") ]
        shouldNotFire [ Py.OsUnsetenv.make (key = "LD_PRELOAD") ]
    }
