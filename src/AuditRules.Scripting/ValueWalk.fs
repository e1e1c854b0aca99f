/// Goes through the values of rule files and finds in them what can change (R31).
module internal AuditRules.Scripting.ValueWalk

open System
open System.Collections
open System.Collections.Generic
open System.Reflection
open AuditRules.Detection.Plans

let private instance =
    BindingFlags.Instance
    ||| BindingFlags.Public
    ||| BindingFlags.NonPublic
    ||| BindingFlags.DeclaredOnly

/// The name without the number of its type parameters: `HashSet`, `Microsoft.FSharp.Core.FSharpRef`.
let private withoutArity (name: string) = name.Split('`')[0]

let private fullName (t: Type) =
    let rec inside (t: Type) =
        match t.DeclaringType with
        | null -> withoutArity $"{t.Namespace}.{t.Name}"
        | outer -> $"{inside outer}/{withoutArity t.Name}"

    inside t

let private isSystem (t: Type) =
    let space = string t.Namespace
    space = "System" || space.StartsWith("System.", StringComparison.Ordinal)

let private isEnumerator (t: Type) =
    typeof<IEnumerator>.IsAssignableFrom t
    && not (typeof<IEnumerable>.IsAssignableFrom t)

/// Whether a value of that type can change by the list, or by what the type inherits.
let rec private canChange (t: Type | null) =
    match t with
    | null -> false
    | t -> ChangingTypes.canChange (fullName t) || canChange t.BaseType

/// A type of .NET of which no value itself holds anything of the author's.
let private isPlain (t: Type) =
    t.IsPrimitive
    || t.IsEnum
    || t.IsPointer
    || (isSystem t
        && not (t.IsGenericType || t.IsArray || t.IsInterface)
        && not (typeof<Delegate>.IsAssignableFrom t)
        && not (isEnumerator t || canChange t))

/// Whether that is so of every value of a field of that type.
let isAlwaysPlain (t: Type) = t.IsSealed && isPlain t

let private an (name: string) =
    if "AEIO".Contains name[0] then
        $"an {name}"
    else
        $"a {name}"

/// The properties that say whether a collection of that type may be changed.
let private readOnlyOf (t: Type) =
    [
        for asked in t.GetInterfaces() do
            if
                asked = typeof<IList>
                || asked = typeof<IDictionary>
                || (asked.IsGenericType
                    && asked.GetGenericTypeDefinition() = typedefof<ICollection<_>>)
            then
                nonNull (asked.GetProperty "IsReadOnly")
    ]

let private isLater (t: Type) =
    (t.Name = "Lazy`1" && t.Namespace = "System")
    || (t.Name = "CachedSeq`1" && t.Assembly = typeof<int list>.Assembly)

/// What is known of a type.
type private Kind =
    /// One of the author's own, and the first thing of it that can change.
    | Ours of string option
    | Ref
    /// One that makes what it holds when it is asked, and whether that can change.
    | Later of string option
    | Changing of string
    | Others of readOnly: PropertyInfo list

/// Goes through the values of one assembly; each is looked at once.
type Walk(own: Assembly, uses: Lazy<OwnFields.Use>) =
    // By whether the author can get at them: what is a library's own may be the author's too.
    let seen = HashSet<obj>(ReferenceEqualityComparer.Instance)
    let seenInside = HashSet<obj>(ReferenceEqualityComparer.Instance)
    let seenTypes = HashSet<obj>(ReferenceEqualityComparer.Instance)
    let fields = Dictionary<Type, (FieldInfo * bool) list>()

    /// The fields that may hold something that can change, and whether the author put it there: always in a type of the
    /// author's own, and in a library's where it is what a type parameter stands for.
    let fieldsOf (t: Type) =
        match fields.TryGetValue t with
        | true, known -> known
        | _ ->
            let isAuthors (field: FieldInfo) =
                let declared = (nonNull (field.Module.ResolveField field.MetadataToken)).FieldType

                field.Module.Assembly = own
                || declared.IsGenericParameter
                // The first state of a fold.
                || (declared = typeof<obj> && field.Module.Assembly = typeof<RulePlan>.Assembly)
                || (declared.IsArray && (nonNull (declared.GetElementType())).IsGenericParameter)

            let rec all (t: Type | null) =
                match t with
                | null -> []
                | t when t = typeof<obj> -> []
                | t ->
                    [
                        for field in t.GetFields instance do
                            if not (isAlwaysPlain field.FieldType) then
                                field, isAuthors field
                    ]
                    @ all t.BaseType

            let found = if typeof<Delegate>.IsAssignableFrom t then [] else all t

            fields[t] <- found
            found

    let rec ownSet (t: Type | null) =
        match t with
        | null -> None
        | t when t.Assembly = own && not (OwnFields.isCompilers t.Name) ->
            match uses.Value.Set.TryGetValue t.MetadataToken with
            | true, field -> Some $"{an (withoutArity t.Name)}, whose {field} can be set"
            | _ -> ownSet t.BaseType
        | t when t.Assembly <> own && ChangingTypes.canChange (fullName t) -> Some(an (withoutArity t.Name))
        | t -> ownSet t.BaseType

    /// The author's types that inherit that one, by way of others too: what is declared as of it may be of one of them, as
    /// a case of a union or an object expression is. What it says of their type parameters is put in for them.
    let heirs (t: Type) =
        let arguments = t.GetGenericArguments()

        let rec heir (other: Type) (inherited: Type | null) =
            match inherited with
            | null -> None
            | b when b = t -> Some other
            | b when
                b.IsGenericType
                && t.IsGenericType
                && b.GetGenericTypeDefinition() = t.GetGenericTypeDefinition()
                ->
                let said = Array.zip (b.GetGenericArguments()) arguments

                if
                    Array.exists
                        (fun (one: Type, given) -> not one.ContainsGenericParameters && one <> given)
                        said
                then
                    None
                else
                    let given parameter =
                        said
                        |> Array.tryFind (fun (one, _) -> one = parameter)
                        |> Option.map snd
                        |> Option.defaultValue parameter

                    try
                        Some(other.MakeGenericType(Array.map given (other.GetGenericArguments())))
                    // It may only stand for types of another kind.
                    with :? ArgumentException ->
                        None
            | b -> heir other b.BaseType

        if t.IsSealed then
            [||]
        else
            own.GetTypes() |> Array.choose (fun other -> heir other other.BaseType)

    /// Whether a type that holds itself with larger and larger parameters was gone into far enough.
    let isEndless (known: Type list) (t: Type) =
        t.IsGenericType
        && known
           |> List.filter (fun one ->
               one.IsGenericType
               && one.GetGenericTypeDefinition() = t.GetGenericTypeDefinition())
           |> List.length
            >
            4

    /// Whether the values that F# makes when they are asked for are of a type that cannot change, as far as a type tells.
    let rec isFixed (known: Type list) (t: Type) =
        let inside = Array.forall (isFixed (t :: known))
        let arguments = t.GetGenericArguments()

        if List.contains t known then
            true
        // It may stand for any type.
        elif t.IsGenericParameter || isEndless known t then
            false
        elif t.IsInterface then
            List.contains
                (fullName t)
                [
                    "System.Collections.Generic.IEnumerable"
                    "System.Collections.Generic.IReadOnlyCollection"
                    "System.Collections.Generic.IReadOnlyList"
                    "System.Collections.Generic.IReadOnlyDictionary"
                ]
            && inside arguments
        elif t.IsArray then
            inside [| nonNull (t.GetElementType()) |]
        elif t.Assembly = own then
            (t.IsValueType || (ownSet t).IsNone)
            && (match t.BaseType with
                | null -> true
                | b -> b = typeof<obj> || b = typeof<ValueType> || isFixed (t :: known) b)
            && t.GetFields instance |> Array.map _.FieldType |> inside
            && inside (heirs t)
        else
            t <> typeof<obj>
            && not (canChange t)
            && not (typeof<Delegate>.IsAssignableFrom t)
            && not (isEnumerator t)
            && fullName t <> "Microsoft.FSharp.Core.FSharpFunc"
            && inside arguments
            && inside (heirs t)

    let kinds = Dictionary<Type, Kind>()

    let kindOf (t: Type) =
        match kinds.TryGetValue t with
        | true, known -> known
        | _ ->
            let name = fullName t

            let kind =
                if t.Assembly = own then
                    Ours(if t.IsValueType then None else ownSet t)
                elif name = "Microsoft.FSharp.Core.FSharpRef" then
                    Ref
                elif isLater t then
                    let held = t.GetGenericArguments()[0]

                    if isFixed [] held then
                        Later None
                    else
                        Later(Some $"a lazy {withoutArity held.Name}")
                elif canChange t then
                    Changing(an (withoutArity t.Name))
                elif isEnumerator t then
                    Changing "an enumerator"
                else
                    Others(if t.IsArray then [] else readOnlyOf t)

            kinds[t] <- kind
            kind

    /// Whether a ref in a closure, with those contents, is how an object that was met already knows itself by a name: the
    /// compiler gives the classes of such a field for whether they are made.
    let knowsItself (holder: obj) (contents: obj | null) =
        match contents with
        | null -> false
        | contents ->
            OwnFields.isCompilers (holder.GetType().Name)
            && seen.Contains contents
            && contents.GetType().GetFields instance
               |> Array.exists _.Name.StartsWith("init@", StringComparison.Ordinal)

    /// What can change in a value that the author can get at.
    let wrong (holder: obj) (value: obj) =
        let t = value.GetType()

        match kindOf t with
        | Ours found
        | Later found -> found
        | Changing what -> Some what
        | Ref ->
            // A class that knows itself by a name keeps itself so.
            let contents = (nonNull (t.GetProperty "Value")).GetValue value

            if obj.ReferenceEquals(contents, holder) || knowsItself holder contents then
                None
            else
                Some "a ref"
        | Others readOnly ->
            if readOnly |> List.exists (fun asked -> asked.GetValue value = box false) then
                Some(an (withoutArity t.Name))
            else
                None

    let isNew (value: obj) isAuthors =
        value :? ValueType
        || (if isAuthors then
                seen.Add value
            else
                not (seen.Contains value) && seenInside.Add value)

    let check holder (value: obj) declared =
        if isEnumerator declared then
            Some "an enumerator"
        else
            wrong holder value

    /// Adds the tokens of the author's types of which a value is one or holds one.
    member _.Types(value: obj, found: HashSet<int>) =
        let left = Stack<obj>()
        left.Push value

        let push (value: obj | null) =
            match value with
            | null -> ()
            | value when isPlain (value.GetType()) -> ()
            | value -> left.Push value

        while left.Count > 0 do
            let value = left.Pop()
            let t = value.GetType()

            if value :? ValueType || seenTypes.Add value then
                if t.Assembly = own then
                    found.Add t.MetadataToken |> ignore

                match value with
                | :? Delegate as call ->
                    push call.Target

                    match call.Method.DeclaringType with
                    | null -> ()
                    | t ->
                        if t.Assembly = own then
                            found.Add t.MetadataToken |> ignore
                | :? Array as items ->
                    if not (isAlwaysPlain (nonNull (t.GetElementType()))) then
                        for item in items do
                            push item
                | _ ->
                    for field, _ in fieldsOf t do
                        push (field.GetValue value)

    /// What can change of a value itself.
    member _.OfItself(value: obj, declared: Type) =
        let found = check value value declared

        if found.IsSome then
            seen.Add value |> ignore

        found

    /// The first thing that can change in what a value holds.
    member _.Inside(value: obj) =
        let left = Stack<struct (obj * obj * Type * bool)>()
        left.Push(struct (value, value, typeof<obj>, true))
        let mutable found = None

        let push holder (value: obj | null) declared isAuthors =
            match value with
            | null -> ()
            | value when isPlain (value.GetType()) -> ()
            | value -> left.Push(struct (holder, value, declared, isAuthors))

        while found.IsNone && left.Count > 0 do
            let struct (holder, value, declared, isAuthors) = left.Pop()
            let t = value.GetType()
            let isAuthors = isAuthors || t.Assembly = own

            if isNew value isAuthors then
                found <- if isAuthors then check holder value declared else None

                match value with
                | _ when found.IsSome -> ()
                | :? Delegate as call -> push value call.Target typeof<obj> true
                | :? Array as items ->
                    let element = nonNull (t.GetElementType())

                    if not (isAlwaysPlain element) then
                        for item in items do
                            push value item element isAuthors
                | _ when isLater t -> ()
                | _ ->
                    for field, isAuthors in fieldsOf t do
                        push value (field.GetValue value) field.FieldType isAuthors

        found
