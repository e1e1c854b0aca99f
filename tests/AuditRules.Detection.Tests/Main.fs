module AuditRules.Detection.Tests.Main

[<EntryPoint>]
let main _ = 0
