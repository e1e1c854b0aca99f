// The memory or the environment of another process is opened: both hold its secrets.
open AuditRules

/// Another process's memory and environment. A process that reads its own is not meant.
let processSecrets = regex @"^/proc/\d+/(task/\d+/)?(mem|environ)$"

let processMemory =
    rule (
        "AR1037",
        "the memory or environment of a process was opened",
        High,
        mitre = [ "T1003.007" ],
        tags = [ "credentials" ],
        falsePositives = [ "Debuggers, profilers and process monitors (psutil's environ)." ],
        remediation = "Replace the secrets that the other process holds."
    ) {
        for file in Py.Open.matching (path = processSecrets) do
        message $"{file.Path} was opened"
        shouldFire [ Py.Open.make (path = "/proc/812/environ", mode = "rb") ]
        shouldFire [ Py.Open.make (path = "/proc/812/mem", flags = 2L) ]
        shouldNotFire [ Py.Open.make (path = "/proc/self/environ", mode = "rb") ]
        shouldNotFire [ Py.Open.make (path = "/proc/812/status", mode = "r") ]
    }
