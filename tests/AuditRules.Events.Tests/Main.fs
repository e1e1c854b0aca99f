module AuditRules.Events.Tests.Main

[<EntryPoint>]
let main _ = 0
