module AuditRules.Rules.Tests.Main

[<EntryPoint>]
let main _ = 0
