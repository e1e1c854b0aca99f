/// The techniques that MITRE ATT&CK has (docs/spec/rules.md, R45).
module internal AuditRules.Scripting.AttackTechniques

open System.Collections.Generic
open System.IO
open System.Reflection

/// The version of ATT&CK that the list is of.
[<Literal>]
let Version = "17.1"

/// By the number of a technique, those of its sub-techniques.
let private all =
    lazy
        (use stream =
            nonNull (Assembly.GetExecutingAssembly().GetManifestResourceStream "AttackTechniques.txt")

         use reader = new StreamReader(stream)
         let techniques = Dictionary<int, int list>()

         for line in reader.ReadToEnd().Split '\n' do
             if line.StartsWith 'T' then
                 let numbers = [ for word in line.TrimStart('T').Split ' ' -> int word ]
                 techniques[numbers.Head] <- numbers.Tail

         techniques)

/// Whether a technique of that id may exist: the list has it, or it would be newer, for its number is above those of
/// the list. The id has the form of one.
let mayExist (id: string) =
    let technique, subTechnique =
        int id[1..4], (if id.Length > 5 then int id[6..] else 0)

    match all.Value.TryGetValue technique with
    | true, known -> subTechnique > List.max (0 :: known) || List.contains subTechnique (0 :: known)
    | _ -> technique > Seq.max all.Value.Keys
