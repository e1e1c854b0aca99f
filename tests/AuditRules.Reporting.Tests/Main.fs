module AuditRules.Reporting.Tests.Main

[<EntryPoint>]
let main _ = 0
