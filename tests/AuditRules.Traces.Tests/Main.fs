module AuditRules.Traces.Tests.Main

[<EntryPoint>]
let main _ = 0
