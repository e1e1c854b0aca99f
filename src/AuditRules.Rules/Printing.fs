module internal AuditRules.Printing

open System
open Microsoft.FSharp.Quotations
open Microsoft.FSharp.Quotations.Patterns
open Microsoft.FSharp.Reflection

let private operators =
    dict
        [
            "op_Equality", "="
            "op_Inequality", "<>"
            "op_LessThan", "<"
            "op_LessThanOrEqual", "<="
            "op_GreaterThan", ">"
            "op_GreaterThanOrEqual", ">="
            "op_Addition", "+"
            "op_Subtraction", "-"
            "op_Multiply", "*"
            "op_Division", "/"
            "op_Modulus", "%"
            "op_BitwiseAnd", "&&&"
            "op_BitwiseOr", "|||"
            "op_Concatenate", "@"
        ]

let literal (value: objnull) =
    match value with
    | null -> "null"
    | :? string as text -> "\"" + text + "\""
    | :? char as c -> $"'{c}'"
    | :? bool as b -> if b then "true" else "false"
    | :? IFormattable as f -> f.ToString(null, Globalization.CultureInfo.InvariantCulture)
    | _ -> "..."

let private commas (parts: string list) = String.Join(", ", parts)

let private sourceName (m: Reflection.MethodInfo) =
    match Reflection.CustomAttributeExtensions.GetCustomAttribute<CompilationSourceNameAttribute> m with
    | null -> m.Name
    | own -> own.SourceName

// A function of one of F#'s own modules, as `List.contains`.
let private ofModule (m: Reflection.MethodInfo) =
    match m.DeclaringType with
    | null -> None
    | declaring when
        declaring.Namespace = "Microsoft.FSharp.Collections"
        || declaring.Name = "StringModule"
        || declaring.Name = "OptionModule"
        ->
        Some(declaring.Name.Replace("Module", "") + "." + sourceName m)
    | _ -> None

let private put (v: Var) value (body: Expr) =
    body.Substitute(fun other -> if other = v then Some value else None)

let rec private items expr =
    match expr with
    | NewUnionCase(case, [ head; tail ]) when case.Name = "Cons" ->
        items tail |> Option.map (fun rest -> head :: rest)
    | NewUnionCase(case, []) when case.Name = "Empty" -> Some []
    | _ -> None

let rec print (expr: Expr) : string =
    match expr with
    | WithValue(_, _, inner) -> print inner
    | Lambda(_, body) -> print body
    // The compiler takes the tuple of bound variables apart before the author's expression begins.
    | Let(_, (TupleGet _ | Var _ | PropertyGet(None, _, _)), body) -> print body
    | Let(v, value, body) when v.Name = "copyOfStruct" -> print (put v value body)
    // A match, or a format: what the compiler makes of it is not what was written.
    | Let(v, _, _) when
        [ "matchValue"; "clo"; "patternInput"; "activePatternResult" ]
        |> List.exists v.Name.StartsWith
        ->
        "..."
    | Let(v, value, body) -> $"let {v.Name} = {print value} in {print body}"
    // The compiler's own variable of `_.Path`.
    | Var v when v.Name.StartsWith "_arg" -> "_"
    | Var v -> v.Name
    | ValueWithName(_, _, name) -> name
    | Value(value, _) -> literal value
    | Coerce(inner, _) -> print inner
    | PropertyGet(Some target, property, []) -> $"{atom target}.{property.Name}"
    | NewUnionCase _ when (items expr).IsSome ->
        "[ "
        + String.Join("; ", items expr |> Option.defaultValue [] |> List.map print)
        + " ]"
    | PropertyGet(Some target, _, arguments) -> $"{atom target}[{commas (List.map print arguments)}]"
    | PropertyGet(None, property, _) -> property.Name
    | FieldGet(Some target, field) -> $"{atom target}.{field.Name}"
    | IfThenElse(condition, yes, Value(:? bool as b, _)) when not b -> $"{print condition} && {print yes}"
    | IfThenElse(condition, Value(:? bool as b, _), no) when b -> $"({print condition} || {print no})"
    | IfThenElse(condition, yes, no) -> $"if {print condition} then {print yes} else {print no}"
    | Call(None, m, [ value; applied ]) when m.Name = "op_PipeRight" -> $"{print value} |> {partly applied}"
    | Call(None, m, [ value; index ]) when m.Name = "GetString" || m.Name = "GetArray" ->
        $"{atom value}[{print index}]"
    // Of an interpolated text.
    | Call(None, m, _) when m.Name = "Concat" || m.Name = "PrintFormatToString" -> "..."
    | Call(None, m, arguments) when (ofModule m).IsSome ->
        String.Join(" ", Option.get (ofModule m) :: List.map argument arguments)
    | Call(None, m, [ left; right ]) when operators.ContainsKey m.Name ->
        $"{operand left} {operators[m.Name]} {operand right}"
    | Call(None, m, [ inner ]) when m.Name = "Not" -> $"not ({print inner})"
    | Call(None, m, [ inner ]) when m.Name = "op_Implicit" -> print inner
    | Call(Some target, m, [ Value _ | Var _ as argument ]) -> $"{atom target}.{m.Name} {print argument}"
    | Call(Some target, m, arguments) -> $"{atom target}.{m.Name} ({commas (List.map print arguments)})"
    | Call(None, m, arguments) -> $"{m.Name} ({commas (List.map print arguments)})"
    | Application(Let _, _) -> "..."
    | Application(f, argument) -> $"{print f} {atom argument}"
    | NewTuple parts -> $"({commas (List.map print parts)})"
    | NewObject(_, parts) when FSharpType.IsTuple expr.Type -> $"({commas (List.map print parts)})"
    | TupleGet(inner, _) -> print inner
    | _ -> "..."

// A function to which its last argument is still to come.
and private partly expr =
    match expr with
    | Let(v, value, body) -> partly (put v value body)
    | Lambda(v, Call(None, m, arguments)) when List.tryLast arguments = Some(Expr.Var v) ->
        let name = ofModule m |> Option.defaultValue (sourceName m)
        let name = if m.Name = "Not" then "not" else name
        String.Join(" ", name :: List.map argument (List.take (arguments.Length - 1) arguments))
    | Lambda _ -> argument expr
    | _ -> "..."

and private argument expr =
    match expr with
    | Lambda(v, body) -> $"(fun {v.Name} -> {print body})"
    | _ -> atom expr

and private operand expr =
    match expr with
    | Call(None, m, [ _; _ ]) when operators.ContainsKey m.Name -> $"({print expr})"
    | _ -> print expr

and private atom expr =
    match expr with
    | Call(None, _, _)
    | IfThenElse _
    | Let _
    | Application _ ->
        match print expr with
        | "..." -> "..."
        | text -> $"({text})"
    | _ -> print expr

let rec private body expr =
    match expr with
    | WithValue(_, _, inner)
    | Lambda(_, inner)
    | Let(_, _, inner)
    | Coerce(inner, _) -> body inner
    | other -> other

let private lowerFirst (text: string) =
    string (Char.ToLowerInvariant text[0]) + text.Substring 1

let keyNames (expr: Expr) : string list =
    let name part =
        match body part with
        | PropertyGet(_, property, _) -> lowerFirst property.Name
        | Call(_, m, _) -> lowerFirst m.Name
        | Var v -> v.Name
        | _ -> "key"

    match body expr with
    | NewTuple parts -> List.map name parts
    | NewObject(_, parts) when FSharpType.IsTuple (body expr).Type -> List.map name parts
    | single -> [ name single ]

let rec variable (expr: Expr) : string option =
    match expr with
    | WithValue(_, _, inner) -> variable inner
    // The author's variable stands behind one of the compiler's when a `let` follows it.
    | Lambda(own, Let(named, Var same, _)) when own = same -> Some named.Name
    | Lambda(v, _) when not (v.Name.StartsWith '_') && v.Name <> "tupledArg" && v.Name <> "unitVar" ->
        Some v.Name
    | _ -> None

let variables (expr: Expr) : string option * string option =
    // Between the two the compiler takes the tuple of bound variables apart.
    let rec inner e =
        match e with
        | WithValue(_, _, e)
        | Let(_, _, e) -> inner e
        | Lambda _ -> variable e
        | _ -> None

    let rec second e =
        match e with
        | WithValue(_, _, e) -> second e
        | Lambda(_, body) -> inner body
        | _ -> None

    variable expr, second expr

let used (expr: Expr) : string list =
    let rec uses expr =
        match expr with
        // Where the compiler takes the tuple of bound variables apart.
        | Let(_, (TupleGet _ | PropertyGet(None, _, _)), body) -> uses body
        | ExprShape.ShapeVar v -> [ v.Name ]
        | ExprShape.ShapeLambda(_, body) -> uses body
        | ExprShape.ShapeCombination(_, parts) -> List.collect uses parts

    match expr with
    | WithValue(_, _, inner) -> uses inner
    | other -> uses other

let value (expr: Expr<'F>) : 'F =
    match expr with
    | WithValue(f, _, _) -> unbox<'F> f
    | other -> invalidArg (nameof expr) $"a quotation without its value: {other}"
