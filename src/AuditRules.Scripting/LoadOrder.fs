/// Puts rule files behind the files that they load.
module internal AuditRules.Scripting.LoadOrder

open System
open System.Collections.Generic
open System.IO
open AuditRules.Events

let private isBelow (folder: string) (path: string) =
    path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal)

/// The files given and all that they load, each behind what it loads, and what is wrong with the loads.
/// A file may load what lies with it in one of the roots; a file given outside them has its own folder for a root.
let resolve (roots: string list) (show: string -> string) (paths: string list) =
    let roots =
        roots
        @ [
            for path in paths do
                if not (roots |> List.exists (fun root -> isBelow root path)) then
                    Path.GetDirectoryName path |> Option.ofObj |> Option.defaultValue "/"
        ]
        |> List.distinct

    let shareRoot one other =
        roots |> List.exists (fun root -> isBelow root one && isBelow root other)

    let known = Dictionary<string, RuleFile>()
    let ordered = ResizeArray<RuleFile>()
    let problems = ResizeArray()

    let problem id message (file: RuleFile) (load: Load) hint =
        let column = load.Text.Length - load.Text.TrimStart().Length + 1
        problems.Add(Problem.error id message file.Shown load.Line column load.Text hint)

    /// The files of a circle, in the order in which they load each other.
    let circle loaded (ancestors: string list) =
        match loaded :: List.rev (List.takeWhile ((<>) loaded) ancestors) with
        | [ one ] -> $"{show one} loads itself"
        | files ->
            let shown = List.map show files

            String.Join(", ", List.take (shown.Length - 1) shown)
            + $" and {List.last shown} load each other"

    let near (missing: string) =
        let names folder =
            try
                [
                    for file in Directory.GetFiles(folder, "*.fsx") -> string (Path.GetFileName file)
                ]
            with
            | :? IOException
            | :? UnauthorizedAccessException -> []

        match Path.GetDirectoryName missing with
        | null -> ""
        | folder ->
            match NearestName.Find(string (Path.GetFileName missing), names folder) with
            | null -> ""
            | name -> $" Maybe you want {name}."

    let rec visit (path: string) (ancestors: string list) =
        if not (known.ContainsKey path) then
            let file = RuleFile.read path (show path)
            known[path] <- file
            problems.AddRange file.Diagnostics

            for load in file.Loads do
                let loaded = load.Path

                if Directory.Exists loaded then
                    problem
                        Problem.Load
                        $"#load of {show loaded}, which is a folder"
                        file
                        load
                        "Name each file of it that this one needs."
                elif not (shareRoot path loaded) then
                    let own = roots |> List.filter (fun root -> isBelow root path) |> List.map show
                    let folders = String.Join(" and ", own)

                    problem
                        Problem.Load
                        $"#load of {show loaded}, which is outside the rules folder {folders}"
                        file
                        load
                        "Move the file into the rules folder of the file that loads it, or name a rules folder that holds both."
                elif List.contains loaded (path :: ancestors) then
                    problem
                        Problem.LoadCycle
                        (circle loaded (path :: ancestors))
                        file
                        load
                        "Move what both need into a third file."
                elif not (File.Exists loaded) then
                    problem
                        Problem.Load
                        $"#load of {show loaded}, which does not exist"
                        file
                        load
                        ("The path counts from the file that contains the #load." + near loaded)
                else
                    visit loaded (path :: ancestors)

            ordered.Add file

    for path in paths do
        visit path []

    List.ofSeq ordered, List.ofSeq problems

/// The files that are not to be loaded: those that have a reason, and all that load them; and what is said of each.
let leftOut (reasons: IReadOnlyDictionary<string, string>) (files: RuleFile list) =
    let out = Dictionary<string, RuleFile>()

    let problems =
        [
            for file in files do
                match reasons.TryGetValue file.FullPath with
                | true, reason ->
                    out[file.FullPath] <- file

                    Problem.error
                        Problem.LeftOut
                        $"the file is left out: when it was loaded, {reason}"
                        file.Shown
                        1
                        1
                        ""
                        "A value at the top of a rule file must come back at once, and never end the process."
                | _ ->
                    match file.Loads |> List.tryFind (fun load -> out.ContainsKey load.Path) with
                    | Some load ->
                        out[file.FullPath] <- file

                        Problem.error
                            Problem.LoadsLeftOut
                            $"the file is left out, for it loads {out[load.Path].Shown}"
                            file.Shown
                            load.Line
                            1
                            load.Text
                            ""
                    | None -> ()
        ]

    List.ofSeq out.Keys, problems
