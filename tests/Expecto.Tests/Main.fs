module Expecto.Tests.Main

[<EntryPoint>]
let main _ = 0
