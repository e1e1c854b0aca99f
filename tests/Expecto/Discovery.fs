module internal Expecto.Discovery

open System
open System.Reflection

let private stateOf (info: MemberInfo) =
    if info.IsDefined(typeof<FTestsAttribute>, false) then
        Some Focused
    elif info.IsDefined(typeof<TestsAttribute>, false) then
        Some Normal
    elif info.IsDefined(typeof<PTestsAttribute>, false) then
        Some Pending
    else
        None

let private valueOf (info: MemberInfo) =
    match info with
    | :? PropertyInfo as property -> property.GetValue null
    | :? FieldInfo as field -> field.GetValue null
    | :? MethodInfo as method when method.GetParameters().Length = 0 -> method.Invoke(null, [||])
    | _ -> invalidOp $"{info.Name} is marked as tests, but takes arguments"

// A value that cannot be made is a failed test of its own: the other tests still run.
let private read (info: MemberInfo) : Test =
    let broken (error: exn) =
        let name = $"{info.DeclaringType}.{info.Name}"

        TestLabel(
            name,
            TestCase(
                Sync(fun () -> raise (InvalidOperationException("The tests could not be made", error))),
                Normal
            ),
            Normal
        )

    try
        match valueOf info with
        | :? Test as test -> test
        | other -> broken (InvalidOperationException $"the value is no Test, but {other}")
    with error ->
        broken (error.GetBaseException())

let private withState state test =
    match state with
    | Normal -> test
    | state -> TestList([ test ], state)

// F# copies the attribute from a value to its property, its getter and its start-up field: the property stands for all.
let private isCopy (info: MemberInfo) =
    match info with
    | :? MethodInfo as method -> method.IsSpecialName
    | :? FieldInfo as field ->
        field.Name.Contains '@'
        || string field.DeclaringType
           |> _.StartsWith("<StartupCode$", StringComparison.Ordinal)
    | _ -> false

/// The members of the assembly that are marked as tests, with what the mark says.
let marked (assembly: Assembly) : (MemberInfo * FocusState) list =
    let everywhere =
        BindingFlags.Static ||| BindingFlags.Public ||| BindingFlags.NonPublic

    [
        for kind in assembly.GetTypes() do
            if not kind.ContainsGenericParameters then
                for info in kind.GetMembers everywhere do
                    match stateOf info with
                    | Some state when not (isCopy info) -> info, state
                    | _ -> ()
    ]

/// All tests of the assembly; None if no value is marked.
let inAssembly (assembly: Assembly) : Test option =
    match marked assembly with
    | [] -> None
    | members ->
        Some(TestList(members |> List.map (fun (info, state) -> withState state (read info)), Normal))
