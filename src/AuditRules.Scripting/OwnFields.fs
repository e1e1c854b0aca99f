/// What compiled rules do to the fields of their own types (R31).
module internal AuditRules.Scripting.OwnFields

open System.Collections.Generic
open System.Reflection
open System.Reflection.Metadata
open System.Reflection.Metadata.Ecma335
open System.Reflection.PortableExecutable
open AuditRules.Scripting.AssemblyNames
open AuditRules.Scripting.Instructions
open AuditRules.Scripting.StackEffect

/// A field of a type of the rule files.
type OwnField =
    {
        Declaring: TypeDefinitionHandle
        Field: FieldDefinition
        /// As the author writes it.
        Name: string
    }

let private field (metadata: MetadataReader) (handle: FieldDefinitionHandle) =
    let field = metadata.GetFieldDefinition handle

    {
        Declaring = field.GetDeclaringType()
        Field = field
        Name = (metadata.GetString field.Name).Split('@')[0]
    }

/// The field that an instruction names, if it is one of the rule files' own; of a generic type too.
let ofHandle (metadata: MetadataReader) (handle: EntityHandle) =
    match handle.Kind with
    | HandleKind.FieldDefinition -> Some(field metadata (FieldDefinitionHandle.op_Explicit handle))
    | HandleKind.MemberReference ->
        let reference =
            metadata.GetMemberReference(MemberReferenceHandle.op_Explicit handle)

        match ofEntity metadata reference.Parent with
        | Own declaring ->
            let name = metadata.GetString reference.Name

            (metadata.GetTypeDefinition declaring).GetFields()
            |> Seq.tryFind (fun f ->
                metadata.StringComparer.Equals((metadata.GetFieldDefinition f).Name, name))
            |> Option.map (field metadata)
        | _ -> None
    | _ -> None

let isGetter (name: string) =
    name.StartsWith("get_", System.StringComparison.Ordinal)

let private isSetter (name: string) =
    name.StartsWith("set_", System.StringComparison.Ordinal)

/// Whether a member of a library's struct leaves the struct as it is.
let private onlyReads (typeName: string) (memberName: string) =
    memberName <> ".ctor"
    && not (isSetter memberName)
    && not (typeName.EndsWith("Enumerator", System.StringComparison.Ordinal))
    && not (typeName.StartsWith("Microsoft.FSharp.Core.CompilerServices.", System.StringComparison.Ordinal))
    && GuardList.allows typeName memberName

/// Whether the address of that field, taken there, may be used to change it: not to read the value or a member of it, nor
/// in a method that writes to no address, hands none on, and asks nothing of a struct of the author's.
let rec isHandedOn
    (metadata: MetadataReader)
    (method: MethodDefinition)
    (field: OwnField)
    (code: ResizeArray<Instruction>)
    (targets: HashSet<int>)
    at
    : bool =
    let called (instruction: Instruction) =
        calledMethod metadata (MetadataTokens.EntityHandle instruction.Operand)

    let own = ofField field.Field

    let writes (instruction: Instruction) =
        match instruction.Code with
        | ILOpCode.Stobj
        | ILOpCode.Initobj
        | ILOpCode.Cpobj
        | ILOpCode.Stind_i -> true
        | code when code >= ILOpCode.Stind_ref && code <= ILOpCode.Stind_r8 -> true
        | ILOpCode.Ret -> List.head (ofMethod method) = Place
        | ILOpCode.Stfld ->
            let handle = MetadataTokens.EntityHandle instruction.Operand

            match ofHandle metadata handle with
            | Some set -> Own set.Declaring = own
            | None -> (calledMethod metadata handle).Type = own
        | ILOpCode.Call
        | ILOpCode.Callvirt
        | ILOpCode.Newobj ->
            let called = called instruction

            (not called.Types.IsEmpty && List.contains Place called.Types.Tail)
            || (match called.Type with
                | Own _ -> called.Type = own && not called.IsStatic && not (isGetter called.Name)
                | _ -> false)
        | _ -> false

    let isRead at =
        match code[at].Code with
        | ILOpCode.Ldfld
        | ILOpCode.Ldobj -> true
        | ILOpCode.Callvirt -> code[at - 1].Code = ILOpCode.Constrained
        | ILOpCode.Call ->
            let called = called code[at]

            match called.Type with
            | Own _ -> isGetter called.Name && called.Types.Length = 1
            | Library name -> not called.IsStatic && onlyReads name called.Name
            | _ -> called.Types.Length = 1 && not called.IsStatic
        | _ -> false

    match StackEffect.consumer metadata code targets at with
    | Some user when isRead user -> false
    // A struct in a struct: what is done to the inner one is done to this.
    | Some user when code[user].Code = ILOpCode.Ldflda ->
        match ofHandle metadata (MetadataTokens.EntityHandle code[user].Operand) with
        | Some inner -> isHandedOn metadata method inner code targets user
        | None -> Seq.exists writes code
    | _ -> Seq.exists writes code

/// The compiler's own types have an @ in their names: closures, sequences, object expressions. No author sets a field of
/// one.
let isCompilers (name: string) = name.Contains '@'

/// A type in which F# keeps the values at the top of a file.
let isStartup (metadata: MetadataReader) (handle: TypeDefinitionHandle) =
    (metadata.GetString (metadata.GetTypeDefinition handle).Namespace)
        .StartsWith("<StartupCode$", System.StringComparison.Ordinal)

/// A method that runs once, when the values at the top of a file are made.
let isStart (metadata: MetadataReader) (method: MethodDefinition) =
    isStartup metadata (method.GetDeclaringType())
    || List.contains (metadata.GetString method.Name) [ ".cctor"; "staticInitialization@" ]

/// What an assembly does to its fields.
type Use =
    {
        /// The types, by their tokens, with a field that is set elsewhere than where the value is made, and that field.
        Set: IReadOnlyDictionary<int, string>
        /// The fields, by their tokens, for values at the top of a file that are read later than there, and the types with
        /// the code that reads them.
        Readers: IReadOnlyDictionary<int, IReadOnlySet<int>>
        /// The compiler's own types, and the types with the code, but that which runs once, that makes a value of them.
        Makers: IReadOnlyDictionary<int, IReadOnlySet<int>>
    }

let private token (handle: TypeDefinitionHandle) =
    MetadataTokens.GetToken(TypeDefinitionHandle.op_Implicit handle: EntityHandle)

/// The object of which an instruction of a constructor sets a field is the one that is made.
let private isOfThis (metadata: MetadataReader) (code: ResizeArray<Instruction>) targets at =
    let before = valueStart metadata code targets

    match before at with
    | Some value when value > 0 ->
        match code[value - 1].Code with
        | ILOpCode.Ldarg_0 -> true
        // An object that knows itself by a name asks first whether it is made.
        | ILOpCode.Call ->
            (calledMethod metadata (MetadataTokens.EntityHandle code[value - 1].Operand)).Name = "CheckThis"
        | _ -> false
    | _ -> true

/// The fields that the getters of an assembly read, by the tokens of both.
let private getters
    (metadata: MetadataReader)
    (bodies: (MethodDefinitionHandle * ResizeArray<Instruction>) seq)
    =
    dict
        [
            for handle, code in bodies do
                if code.Count = 2 && code[0].Code = ILOpCode.Ldsfld then
                    match MetadataTokens.EntityHandle code[0].Operand with
                    | field when field.Kind = HandleKind.FieldDefinition ->
                        MetadataTokens.GetToken(MethodDefinitionHandle.op_Implicit handle: EntityHandle),
                        code[0].Operand
                    | _ -> ()
        ]

/// How that assembly uses its fields.
let uses (assembly: byte array) : Use =
    use image =
        new PEReader(System.Collections.Immutable.ImmutableArray.Create<byte> assembly)

    let metadata = image.GetMetadataReader()
    let set = Dictionary<int, string>()
    let readers = Dictionary<int, IReadOnlySet<int>>()
    let makers = Dictionary<int, IReadOnlySet<int>>()

    let add (table: Dictionary<int, IReadOnlySet<int>>) key (user: TypeDefinitionHandle) =
        match table.TryGetValue key with
        | true, (:? HashSet<int> as users) -> users.Add(token user) |> ignore
        | _ -> table[key] <- HashSet [ token user ]

    let nameOf (handle: TypeDefinitionHandle) =
        metadata.GetString (metadata.GetTypeDefinition handle).Name

    let setter (field: OwnField) =
        if not (isCompilers (nameOf field.Declaring)) then
            set[token field.Declaring] <- field.Name

    let bodies =
        [
            for handle in metadata.MethodDefinitions do
                let method = metadata.GetMethodDefinition handle

                if method.RelativeVirtualAddress <> 0 then
                    handle, read (image.GetMethodBody method.RelativeVirtualAddress)
        ]

    let getters = getters metadata [ for handle, (code, _) in bodies -> handle, code ]

    for handle, (code, targets) in bodies do
        let method = metadata.GetMethodDefinition handle
        let declaring = method.GetDeclaringType()
        let isStart = isStart metadata method
        let isMaking = metadata.StringComparer.Equals(method.Name, ".ctor")

        let isGetter =
            getters.ContainsKey(
                MetadataTokens.GetToken(MethodDefinitionHandle.op_Implicit handle: EntityHandle)
            )

        for i in 0 .. code.Count - 1 do
            let handle () =
                MetadataTokens.EntityHandle code[i].Operand

            match code[i].Code with
            | ILOpCode.Stfld ->
                match ofHandle metadata (handle ()) with
                | Some field when
                    not (isMaking && field.Declaring = declaring && isOfThis metadata code targets i)
                    ->
                    setter field
                | _ -> ()
            | ILOpCode.Ldflda ->
                match ofHandle metadata (handle ()) with
                | Some field when
                    not (isMaking && field.Declaring = declaring)
                    && isHandedOn metadata method field code targets i
                    ->
                    setter field
                | _ -> ()
            | ILOpCode.Newobj when not isStart ->
                match (calledMethod metadata (handle ())).Type with
                | Own made when isCompilers (nameOf made) -> add makers (token made) declaring
                | _ -> ()
            // F# reads such a field by a method of its name.
            | ILOpCode.Call when not isStart ->
                match getters.TryGetValue code[i].Operand with
                | true, field -> add readers field declaring
                | _ -> ()
            | ILOpCode.Ldsfld
            | ILOpCode.Ldsflda when not (isStart || isGetter) ->
                match ofHandle metadata (handle ()) with
                | Some field ->
                    let owner = field.Declaring

                    // One without a value of its own stands once, in a field of its type.
                    if isCompilers (nameOf owner) && owner <> declaring then
                        add makers (token owner) declaring

                    if (handle ()).Kind = HandleKind.FieldDefinition then
                        add readers code[i].Operand declaring
                | None -> ()
            | _ -> ()

    {
        Set = set
        Readers = readers
        Makers = makers
    }

/// The static value whose elements an instruction outside of start-up code sets, as the author writes it, where the value
/// is named right there.
let ofElement
    (metadata: MetadataReader)
    (code: ResizeArray<Instruction>)
    (targets: HashSet<int>)
    at
    : string option =
    let before = valueStart metadata code targets

    match before at |> Option.bind before with
    | Some index when index > 0 ->
        let array = code[index - 1]

        let handle () =
            MetadataTokens.EntityHandle array.Operand

        match array.Code with
        | ILOpCode.Ldsfld -> ofHandle metadata (handle ()) |> Option.map _.Name
        | ILOpCode.Call ->
            let called = calledMethod metadata (handle ())

            match called.Type, called.Types with
            | Own _, [ _ ] when called.IsStatic && isGetter called.Name ->
                Some((called.Name.Substring 4).Split('@')[0])
            | _ -> None
        | _ -> None
    | _ -> None
