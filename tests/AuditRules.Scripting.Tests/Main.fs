module AuditRules.Scripting.Tests.Main

[<EntryPoint>]
let main _ = 0
