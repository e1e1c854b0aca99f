/// The catalogue against what Pythons at hand really raise.
module AuditRules.Recording.Tests.CatalogueTests

open System
open System.Text.Json
open Expecto
open AuditRules.Events
open AuditRules.Recording.Tests.HookLab

/// An address is # in an event's arguments.
let private count (event: Event) =
    JsonDocument.Parse(event.Args.Replace('#', '0')).RootElement.GetArrayLength()

/// Events that got another argument in a later version, and how many they had before.
let private fewer = dict [ "shutil.rmtree", (Version(3, 11), 1) ]

let private expected (python: Python) (entry: CatalogueEntry) =
    match fewer.TryGetValue entry.Name with
    | true, (since, before) when python.Version < since -> before
    // os.truncate has a descriptor or a path, at the same place.
    | _ -> entry.Arguments |> Seq.distinctBy _.Argument |> Seq.length

[<Tests>]
let tests =
    testList
        "catalogue"
        [
            onSomePythons "every event that is recorded has the arguments that are documented" (fun python ->
                inFolder (fun folder ->
                    let recording =
                        record
                            Native
                            [ "AUDITRULES_PROFILE", "all"; "AUDITRULES_FRAMES", "0" ]
                            [ python.Path; "-W"; "ignore"; program "operations"; folder ]

                    Expect.equal recording.Exit 0 recording.Error

                    let seen =
                        events recording
                        |> List.map (fun event -> event.Name, count event)
                        |> List.distinct
                        |> List.choose (fun (name, count) ->
                            Catalogue.Find name |> Option.ofObj |> Option.map (fun entry -> entry, count))

                    Expect.isGreaterThan seen.Length 100 "events"

                    Expect.equal
                        [
                            for entry, count in seen do
                                if count <> expected python entry then
                                    entry.Name, count
                        ]
                        []
                        "other than the catalogue says"))
        ]
