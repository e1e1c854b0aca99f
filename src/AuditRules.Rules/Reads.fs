module internal AuditRules.Reads

open System
open System.Collections.Generic
open System.Collections.Immutable
open System.Reflection
open Microsoft.FSharp.Quotations
open Microsoft.FSharp.Quotations.Patterns
open Microsoft.FSharp.Reflection
open AuditRules.Detection.Findings
open AuditRules.Detection.Plans
open AuditRules.Events

type Scope =
    {
        Steps: string list
        Lets: Map<string, FieldRead list>
    }

// What the value of an expression is, as far as events go.
type private Known =
    // No event; what was read for it is noted.
    | Other
    // What `let` bound: that was read for it.
    | Noted of FieldRead list
    // The event of a step.
    | Event of step: int
    // The record of the arguments of a step's event.
    | Arguments of step: int * fields: string list
    // All that is bound, or a part of it that has no name yet.
    | Bound
    // What a fold made.
    | Folded
    | Tuple of Known list

let private always =
    set
        [
            "Name"
            "Time"
            "Ordinal"
            "Process"
            "Pid"
            "Thread"
            "ArgumentCount"
            "Rule"
        ]

// The name of a view's events; null for a view over events of any name.
let private nameOf (view: Type) : string | null =
    match view.GetProperty("EventName", BindingFlags.Public ||| BindingFlags.Static) with
    | null -> null
    | property ->
        match property.GetValue null with
        | :? string as name -> name
        | _ -> null

let private argument step (name: string | null) index =
    let field =
        match name with
        | null -> None
        | known ->
            Option.ofObj (Catalogue.Find known)
            |> Option.bind (fun entry -> entry.Arguments |> Seq.tryFind (fun field -> field.Argument = index))

    match field with
    | Some field -> FieldRead.ArgumentOf(step, index, field.ParameterName, name)
    | None -> FieldRead.ArgumentOf(step, index, $"argument {index}", name)

type private Reader(scope: Scope) =
    let reads = List<FieldRead>()
    let lets = Dictionary<string, FieldRead list>()

    let stepCount = scope.Steps.Length

    let named (v: Var) =
        match scope.Steps |> List.tryFindIndexBack ((=) v.Name), scope.Lets.TryFind v.Name with
        | Some step, _ -> Event step
        | None, Some known -> Noted known
        | None, None when v.Type.Name = "Folded`2" -> Folded
        | None, None when stepCount = 1 && not (FSharpType.IsTuple v.Type) -> Event 0
        | None, None -> Bound

    // The value goes where nobody sees what is read of it.
    let rec handOn known =
        match known with
        | Other -> ()
        | Noted known -> reads.AddRange known
        | Event step -> reads.Add(FieldRead.EventOf step)
        | Arguments(step, _) -> reads.Add(FieldRead.ArgumentsOf step)
        | Bound
        | Folded ->
            for step in 0 .. stepCount - 1 do
                reads.Add(FieldRead.EventOf step)
        | Tuple parts -> List.iter handOn parts

    let property step (p: PropertyInfo) =
        let view = Unchecked.nonNull p.DeclaringType
        let name = nameOf view

        let field =
            match name with
            | null -> None
            | known ->
                Option.ofObj (Catalogue.Find known)
                |> Option.bind (fun entry -> Option.ofObj (entry.FindField p.Name))

        match field, p.Name with
        | Some field, _ ->
            reads.Add(FieldRead.ArgumentOf(step, field.Argument, field.ParameterName, name))
            Other
        | None, own when always.Contains own -> Other
        | None, "Caller" ->
            reads.Add(FieldRead.CallerOf(step, name))
            Other
        // Which event of several it is says its name.
        | None, ("Case" | "Item") when isNull name -> Event step
        | None, "Args" when view.IsGenericType ->
            Arguments(step, [ for field in FSharpType.GetRecordFields(p.PropertyType, true) -> field.Name ])
        | None, "Message" when view = typeof<FindingView> ->
            reads.Add(FieldRead.ArgumentsOf step)
            Other
        | None, _ ->
            match p.GetCustomAttribute<ReadsArgumentsAttribute>() with
            | null -> reads.Add(FieldRead.EventOf(step, name))
            | made ->
                for index in made.Arguments do
                    reads.Add(argument step name index)

            Other

    let rec read (bound: Map<Var, Known>) (expr: Expr) : Known =
        let part inner = read bound inner |> handOn

        match expr with
        | WithValue(_, _, inner)
        | Coerce(inner, _) -> read bound inner
        | Var v ->
            match bound.TryFind v with
            | Some(Noted known) ->
                reads.AddRange known
                Other
            | known -> Option.defaultValue Other known
        | Let(v, value, body) ->
            let before = reads.Count

            let known =
                match read bound value with
                | Bound -> named v
                | known -> known

            match value, known with
            // Another name for an event.
            | Var _, Event step when not (List.contains v.Name scope.Steps) ->
                lets[v.Name] <- [ FieldRead.EventOf step ]
            // A part of what a `let` of several names bound.
            | TupleGet(Var whole, _), _ when lets.ContainsKey whole.Name -> lets[v.Name] <- lets[whole.Name]
            // The compiler takes what is bound apart.
            | (Var _ | TupleGet _), _ -> ()
            | _ -> lets[v.Name] <- List.ofSeq (reads.GetRange(before, reads.Count - before))

            read (bound.Add(v, known)) body
        | TupleGet(inner, i) ->
            match read bound inner with
            | Tuple parts -> List.item i parts
            | Bound -> Bound
            | known ->
                handOn known
                Other
        | NewTuple parts -> Tuple(List.map (read bound) parts)
        | PropertyGet(Some target, p, indices) ->
            List.iter part indices

            match read bound target with
            | Event step -> property step p
            | Arguments(step, fields) ->
                match List.tryFindIndex ((=) p.Name) fields with
                | Some i -> reads.Add(FieldRead.ArgumentOf(step, i, p.Name))
                | None -> reads.Add(FieldRead.ArgumentsOf step)

                Other
            | Folded when p.Name = "Last" -> if stepCount = 1 then Event 0 else Bound
            | Folded -> Other
            | Bound when p.Name.StartsWith("Item", StringComparison.Ordinal) -> Bound
            | known ->
                handOn known
                Other
        | Call(Some target, m, arguments) ->
            match read bound target, m.Name, arguments with
            | Event step, ("Argument" | "Text" | "Number"), [ Value(:? int as index, _) ] ->
                reads.Add(argument step (nameOf (Unchecked.nonNull m.DeclaringType)) index)
                Other
            | Event step, ("Argument" | "Text" | "Number"), _ ->
                List.iter part arguments
                reads.Add(FieldRead.ArgumentsOf step)
                Other
            | Event step, "StepEvent", _ ->
                List.iter part arguments
                reads.Add(FieldRead.ArgumentsOf step)
                Event step
            | known, _, _ ->
                handOn known
                List.iter part arguments
                Other
        // What decides which of several events it is.
        | UnionCaseTest(inner, _) ->
            match read bound inner with
            | Event _ -> Other
            | known ->
                handOn known
                Other
        | ExprShape.ShapeVar _ -> Other
        | ExprShape.ShapeLambda(_, body) ->
            part body
            Other
        | ExprShape.ShapeCombination(_, parts) ->
            List.iter part parts
            Other

    // The author's function, of a parameter that is this; for none the bound variable of that name.
    member _.Root(expr: Expr, parameter: Known option) =
        let rec root expr =
            match expr with
            | WithValue(_, _, inner) -> root inner
            | Lambda(v, body) ->
                read
                    (Map
                        [
                            v, defaultArg parameter (if FSharpType.IsTuple v.Type then Bound else named v)
                        ])
                    body
                |> handOn
            | other -> read Map.empty other |> handOn

        root expr

    member _.Reads = ImmutableArray.CreateRange(Seq.distinct reads)
    member _.Lets = Map [ for pair in lets -> pair.Key, pair.Value ]

let overBound scope expr =
    let reader = Reader scope
    reader.Root(expr, None)
    reader.Reads

let ofEvent step expr =
    let reader = Reader { Steps = []; Lets = Map.empty }
    reader.Root(expr, Some(Event step))
    reader.Reads

let lets scope expr =
    let reader = Reader scope
    reader.Root(expr, None)
    reader.Lets
