/// Puts rule files behind the files that they load.
module internal AuditRules.Scripting.LoadOrder

open System
open System.Collections.Generic
open System.IO

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

    let problem id message (file: RuleFile) line hint =
        let source = $"#load of line {line}"
        problems.Add(Problem.error id message file.Shown line 1 source hint)

    let rec visit (path: string) (ancestors: string list) =
        if not (known.ContainsKey path) then
            let file = RuleFile.read path (show path)
            known[path] <- file
            problems.AddRange file.Diagnostics

            for loaded, line in file.Loads do
                if Directory.Exists loaded then
                    problem
                        Problem.Load
                        $"#load of {show loaded}, which is a folder"
                        file
                        line
                        "Name each file of it that this one needs."
                elif not (shareRoot path loaded) then
                    let own = roots |> List.filter (fun root -> isBelow root path) |> List.map show
                    let folders = String.Join(" and ", own)

                    problem
                        Problem.Load
                        $"#load of {show loaded}, which is outside the rules folder {folders}"
                        file
                        line
                        "Move the file into the rules folder of the file that loads it, or name a rules folder that holds both."
                elif List.contains loaded (path :: ancestors) then
                    problem
                        Problem.LoadCycle
                        $"{show loaded} and {file.Shown} load each other"
                        file
                        line
                        "Move what both need into a third file."
                elif not (File.Exists loaded) then
                    problem
                        Problem.Load
                        $"#load of {show loaded}, which does not exist"
                        file
                        line
                        "The path counts from the file that contains the #load."
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
                    match file.Loads |> List.tryFind (fun (path, _) -> out.ContainsKey path) with
                    | Some(path, line) ->
                        out[file.FullPath] <- file

                        Problem.error
                            Problem.LoadsLeftOut
                            $"the file is left out, for it loads {out[path].Shown}"
                            file.Shown
                            line
                            1
                            ""
                            ""
                    | None -> ()
        ]

    List.ofSeq out.Keys, problems
