module AuditRules.Architecture.Tests.Main

[<EntryPoint>]
let main _ = 0
