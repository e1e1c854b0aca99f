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

let private literal (value: objnull) =
    match value with
    | null -> "null"
    | :? string as text -> "\"" + text + "\""
    | :? char as c -> $"'{c}'"
    | :? bool as b -> if b then "true" else "false"
    | :? IFormattable as f -> f.ToString(null, Globalization.CultureInfo.InvariantCulture)
    | _ -> "..."

let private commas (parts: string list) = String.Join(", ", parts)

let rec print (expr: Expr) : string =
    match expr with
    | WithValue(_, _, inner) -> print inner
    | Lambda(_, body) -> print body
    // The compiler takes the tuple of bound variables apart before the author's expression begins.
    | Let(_, (TupleGet _ | Var _ | PropertyGet(None, _, _)), body) -> print body
    | Let(_, _, body) -> print body
    // The compiler's own variable of `_.Path`.
    | Var v when v.Name.StartsWith "_arg" -> "_"
    | Var v -> v.Name
    | ValueWithName(_, _, name) -> name
    | Value(value, _) -> literal value
    | Coerce(inner, _) -> print inner
    | PropertyGet(Some target, property, []) -> $"{atom target}.{property.Name}"
    | PropertyGet(Some target, _, arguments) -> $"{atom target}[{commas (List.map print arguments)}]"
    | PropertyGet(None, property, _) -> property.Name
    | FieldGet(Some target, field) -> $"{atom target}.{field.Name}"
    | IfThenElse(condition, yes, Value(:? bool as b, _)) when not b -> $"{print condition} && {print yes}"
    | IfThenElse(condition, Value(:? bool as b, _), no) when b -> $"({print condition} || {print no})"
    | Call(None, m, [ left; right ]) when operators.ContainsKey m.Name ->
        $"{operand left} {operators[m.Name]} {operand right}"
    | Call(None, m, [ inner ]) when m.Name = "Not" -> $"not ({print inner})"
    | Call(None, m, [ inner ]) when m.Name = "op_Implicit" -> print inner
    | Call(Some target, m, [ Value _ | Var _ as argument ]) -> $"{atom target}.{m.Name} {print argument}"
    | Call(Some target, m, arguments) -> $"{atom target}.{m.Name} ({commas (List.map print arguments)})"
    | Call(None, m, arguments) -> $"{m.Name} ({commas (List.map print arguments)})"
    | Application(f, argument) -> $"{print f} {atom argument}"
    | NewTuple parts -> $"({commas (List.map print parts)})"
    | NewObject(_, parts) when FSharpType.IsTuple expr.Type -> $"({commas (List.map print parts)})"
    | TupleGet(inner, _) -> print inner
    | _ -> "..."

and private operand expr =
    match expr with
    | Call(None, m, [ _; _ ]) when operators.ContainsKey m.Name -> $"({print expr})"
    | _ -> print expr

and private atom expr =
    match expr with
    | Call(None, _, _)
    | IfThenElse _
    | Application _ -> $"({print expr})"
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
