module AuditRules.Replay.Tests.Main

[<EntryPoint>]
let main _ = 0
