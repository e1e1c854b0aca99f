/// The words that rules take from this library.
module internal AuditRules.Scripting.LibraryWords

open System.Reflection
open AuditRules

/// Those of patterns, times and severities, and what begins a rule or names an event.
let all =
    lazy
        set
            [
                yield! [ "rule"; "Py"; "Custom"; "anyOf"; "findingsOf" ]
                for m in typeof<Words>.GetMembers(BindingFlags.Public ||| BindingFlags.Static) do
                    if not (m.Name.StartsWith "get_") then
                        m.Name
            ]
