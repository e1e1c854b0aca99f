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

/// Whether the address of that field, taken there, may be used to change it: not to read the value or a member of it that
/// takes nothing, nor in a method that writes to no address, hands none on, and asks nothing of a struct of the author's.
let isHandedOn (metadata: MetadataReader) (field: OwnField) (code: ResizeArray<Instruction>) at =
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
        | ILOpCode.Stfld ->
            ofHandle metadata (MetadataTokens.EntityHandle instruction.Operand)
            |> Option.exists (fun set -> Own set.Declaring = own)
        | ILOpCode.Call
        | ILOpCode.Callvirt
        | ILOpCode.Newobj ->
            let called = called instruction

            (not called.Types.IsEmpty && List.contains Place called.Types.Tail)
            || (match called.Type with
                | Own _ -> called.Type = own && not called.IsStatic && not (isGetter called.Name)
                | _ -> false)
        | _ -> false

    let isRead =
        match code[at + 1].Code with
        | ILOpCode.Constrained
        | ILOpCode.Ldfld
        | ILOpCode.Ldobj -> true
        | ILOpCode.Call ->
            let called = called code[at + 1]

            match called.Type with
            | Own _ -> isGetter called.Name
            | _ -> called.Types.Length = 1 && not called.IsStatic
        | _ -> false

    not isRead && Seq.exists writes code

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
        /// The names, as compiled, of fields for values at the top of a file that are read later than there.
        ReadLater: IReadOnlySet<string>
    }

/// How that assembly uses its fields.
let uses (assembly: byte array) : Use =
    use image =
        new PEReader(System.Collections.Immutable.ImmutableArray.Create<byte> assembly)

    let metadata = image.GetMetadataReader()
    let set = Dictionary<int, string>()
    let readLater = HashSet<string>()

    let setter (method: MethodDefinition) (field: OwnField) =
        let declaring: EntityHandle = TypeDefinitionHandle.op_Implicit field.Declaring
        let name = metadata.GetString (metadata.GetTypeDefinition field.Declaring).Name

        let isMade =
            field.Declaring = method.GetDeclaringType()
            && metadata.StringComparer.Equals(method.Name, ".ctor")

        if not (isMade || isCompilers name) then
            set[MetadataTokens.GetToken declaring] <- field.Name

    for handle in metadata.MethodDefinitions do
        let method = metadata.GetMethodDefinition handle

        if method.RelativeVirtualAddress <> 0 then
            let code, _ = read (image.GetMethodBody method.RelativeVirtualAddress)
            let methodName = metadata.GetString method.Name
            let isStart = isStart metadata method

            for i in 0 .. code.Count - 1 do
                let handle () =
                    MetadataTokens.EntityHandle code[i].Operand

                match code[i].Code with
                | ILOpCode.Stfld -> ofHandle metadata (handle ()) |> Option.iter (setter method)
                | ILOpCode.Ldflda ->
                    match ofHandle metadata (handle ()) with
                    | Some field when isHandedOn metadata field code i -> setter method field
                    | _ -> ()
                // F# reads such a field by a method of its name.
                | ILOpCode.Call when not isStart && (handle ()).Kind = HandleKind.MethodDefinition ->
                    let name = (calledMethod metadata (handle ())).Name

                    if isGetter name then
                        readLater.Add(name.Substring 4) |> ignore
                | ILOpCode.Ldsfld
                | ILOpCode.Ldsflda when not isStart ->
                    match ofHandle metadata (handle ()) with
                    | Some field when $"get_{metadata.GetString field.Field.Name}" <> methodName ->
                        readLater.Add(metadata.GetString field.Field.Name) |> ignore
                    | _ -> ()
                | _ -> ()

    { Set = set; ReadLater = readLater }

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
