module AuditRules.Recording.Tests.Main

[<EntryPoint>]
let main _ = 0
