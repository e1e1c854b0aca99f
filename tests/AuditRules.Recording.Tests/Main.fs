module AuditRules.Recording.Tests.Main

open Expecto

[<EntryPoint>]
let main args =
    match List.ofArray args with
    // A session that a test kills.
    | "--record" :: trace :: folder :: command -> LiveSessionTests.recordUntilKilled trace folder command
    | "--record-parts" :: trace :: folder :: command -> PartKillTests.recordUntilKilled trace folder command
    | _ -> runTestsInAssemblyWithCLIArgs [] args
