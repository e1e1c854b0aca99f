/// What a GetHashCode of a rule file may do with the hash codes that it asks for, which differ from run to run (R80).
module internal AuditRules.Scripting.HashCodes

open System
open System.Collections.Generic
open System.Reflection
open System.Reflection.Metadata
open System.Reflection.Metadata.Ecma335
open System.Reflection.PortableExecutable
open AuditRules.Scripting.AssemblyNames
open AuditRules.Scripting.CodePlaces
open AuditRules.Scripting.Instructions

/// Whether a member gives a hash code, or compares by one.
let isHashOf typeName (name: string) =
    name = "GetHashCode"
    || typeName = Library "System.HashCode"
    || List.exists
        (fun (prefix: string) -> name.StartsWith(prefix, StringComparison.Ordinal))
        [ "GenericHash"; "LimitedGenericHash"; "PhysicalHash" ]

/// What of the libraries a GetHashCode that asks for hash codes may call beside them: what cannot throw for some hash
/// codes and not for others. How texts are compared is a number, and one that is none of these throws.
let private beside (called: Called) =
    match called.Type with
    | Library "System.String" ->
        List.contains
            called.Name
            [
                "Concat"
                "Equals"
                "IsNullOrEmpty"
                "ToLowerInvariant"
                "ToUpperInvariant"
                "Trim"
                "get_Length"
                "op_Equality"
            ]
        && not (List.contains (Library "System.StringComparison") called.Types)
    | Library "System.Globalization.CultureInfo" -> called.Name = "get_InvariantCulture"
    | Library "System.Tuple" -> OwnFields.isGetter called.Name
    | Library "Microsoft.FSharp.Core.FSharpOption" ->
        List.contains called.Name [ "Some"; "get_IsNone"; "get_IsSome" ]
    | _ -> false

let private isWhole typeName =
    typeName = Library "System.Int32" || typeName = Library "System.Int64"

/// F#'s own comparers, which `hash` hands on.
let private comparers =
    [ "get_GenericEqualityComparer"; "get_GenericEqualityERComparer" ]

/// Of these, what gives an object that is never null.
let private isNeverNull (called: Called) =
    List.contains called.Name [ "Concat"; "Some"; "ToLowerInvariant"; "ToString"; "ToUpperInvariant"; "Trim" ]

/// Whether a method of the author's does nothing but read a field of its object.
let private isPlainGetter (metadata: MetadataReader) (image: PEReader) (handle: EntityHandle) =
    let called = calledMethod metadata handle

    let isPlain (method: MethodDefinition) =
        if
            method.RelativeVirtualAddress = 0
            || method.Attributes.HasFlag MethodAttributes.Virtual
            || method.Attributes.HasFlag MethodAttributes.Static
        then
            false
        else
            let code, _ = read (image.GetMethodBody method.RelativeVirtualAddress)

            [
                for instruction in code do
                    if instruction.Code <> ILOpCode.Nop then
                        instruction.Code
            ]
                =
                [ ILOpCode.Ldarg_0; ILOpCode.Ldfld; ILOpCode.Ret ]

    match called.Type with
    | Own own when OwnFields.isGetter called.Name && called.Types.Length = 1 ->
        let named =
            [
                for handle in (metadata.GetTypeDefinition own).GetMethods() do
                    let method = metadata.GetMethodDefinition handle

                    if metadata.StringComparer.Equals(method.Name, called.Name) then
                        method
            ]

        not named.IsEmpty && List.forall isPlain named
    | _ -> false

/// The number of the local variable that is stored to, or read.
let private local (first: ILOpCode) (short: ILOpCode) (long: ILOpCode) (instruction: Instruction) =
    if instruction.Code >= first && int instruction.Code <= int first + 3 then
        Some(int instruction.Code - int first)
    elif instruction.Code = short || instruction.Code = long then
        Some instruction.Operand
    else
        None

/// Whether the code of a GetHashCode can do nothing with hash codes but compute: what throws, or goes on for longer, for
/// some of them and not for others tells them apart. So what it does must be the same whatever they are.
let onlyHashes
    (metadata: MetadataReader)
    (image: PEReader)
    (code: ResizeArray<Instruction>)
    (targets: HashSet<int>)
    =
    let handle (instruction: Instruction) =
        MetadataTokens.EntityHandle instruction.Operand

    let called instruction =
        calledMethod metadata (handle instruction)

    let isCall (instruction: Instruction) =
        instruction.Code = ILOpCode.Call || instruction.Code = ILOpCode.Callvirt

    let isTarget at = targets.Contains code[at].Offset

    // By 0 it throws, and by -1 the least number does.
    let isByConstant at =
        at > 0
        && not (isTarget at)
        && code[at - 1].Code >= ILOpCode.Ldc_i4_1
        && code[at - 1].Code <= ILOpCode.Ldc_i4
        && code[at - 1].Operand > 0

    // F#'s own comparer.
    let isComparer at =
        at >= 0
        && not (isTarget (at + 1))
        && isCall code[at]
        && List.contains (called code[at]).Name comparers
        && (called code[at]).Type = Library "Microsoft.FSharp.Core.LanguagePrimitives"

    // Another comparer, and a method of the author's with parameters, would be handed what may be a hash code.
    let isAsked at =
        let name = called code[at]

        isHashOf name.Type name.Name
        && (match name.Type, name.Name with
            | Library "System.HashCode", "Combine" -> true
            | _, "GetHashCode" when name.Types.Length = 1 -> true
            | Library _, "GetHashCode" -> isComparer (at - 1)
            | Library _, other when other.Contains "Comparer" ->
                isComparer (at - 2)
                && not (isTarget at)
                && (local ILOpCode.Ldloc_0 ILOpCode.Ldloc_s ILOpCode.Ldloc code[at - 1]).IsSome
            | Library _, _ -> true
            | _ -> false)

    // A format that a hash code makes may be none, which throws.
    let isText at =
        let name = called code[at]

        name.Name = "ToString"
        && not (isTarget at)
        && (match name.Types with
            | [ _ ] when name.Type = Library "System.Object" ->
                code[at - 1].Code = ILOpCode.Constrained
                && isWhole (ofEntity metadata (handle code[at - 1]))
            | [ _ ] -> isWhole name.Type
            | [ _; _; Library "System.IFormatProvider" ] ->
                isWhole name.Type
                && isCall code[at - 1]
                && (called code[at - 1]).Name = "get_InvariantCulture"
                && not (isTarget (at - 1))
                && code[at - 2].Code = ILOpCode.Ldnull
            | _ -> false)

    let firstAsked =
        seq { 0 .. code.Count - 1 }
        |> Seq.tryFind (fun at -> isCall code[at] && isHashOf (called code[at]).Type (called code[at]).Name)
        |> Option.defaultValue code.Count

    let isMade (instruction: Instruction) =
        instruction.Code = ILOpCode.Newobj
        && (match (called instruction).Type with
            | Library name ->
                List.contains
                    name
                    [ "System.Tuple"; "System.ValueTuple"; "Microsoft.FSharp.Core.FSharpOption" ]
            | _ -> false)

    // What no hash code decides of, whether it is null.
    let isSure at =
        at >= 0
        && not (isTarget (at + 1))
        && (let instruction = code[at]

            match instruction.Code with
            | ILOpCode.Ldarg
            | ILOpCode.Ldarg_s -> true
            | code when code >= ILOpCode.Ldarg_0 && code <= ILOpCode.Ldarg_3 -> true
            | ILOpCode.Ldfld -> (OwnFields.ofHandle metadata (handle instruction)).IsSome
            | ILOpCode.Newobj -> isMade instruction
            | _ when isCall instruction ->
                isNeverNull (called instruction)
                || isPlainGetter metadata image (handle instruction)
            | _ -> false)

    let isSureLocal number =
        seq { 0 .. code.Count - 1 }
        |> Seq.forall (fun at ->
            match local ILOpCode.Stloc_0 ILOpCode.Stloc_s ILOpCode.Stloc code[at] with
            | Some stored when stored = number -> isSure (at - 1)
            | _ ->
                not (
                    (code[at].Code = ILOpCode.Ldloca || code[at].Code = ILOpCode.Ldloca_s)
                    && code[at].Operand = number
                ))

    // F# asks of a text whether it is null before it asks for its hash code.
    let isOfNull at =
        match code[at].Code with
        | ILOpCode.Br
        | ILOpCode.Br_s -> true
        | ILOpCode.Brtrue
        | ILOpCode.Brtrue_s
        | ILOpCode.Brfalse
        | ILOpCode.Brfalse_s when at > 0 ->
            match local ILOpCode.Ldloc_0 ILOpCode.Ldloc_s ILOpCode.Ldloc code[at - 1] with
            | Some number -> not (isTarget at) && isSureLocal number
            | None -> isSure (at - 1)
        | _ -> false

    let isHarmless at =
        let instruction = code[at]

        match instruction.Code with
        | ILOpCode.Starg
        | ILOpCode.Starg_s
        | ILOpCode.Stfld
        | ILOpCode.Stsfld
        | ILOpCode.Stobj
        | ILOpCode.Cpobj
        | ILOpCode.Stind_i
        | ILOpCode.Stelem
        | ILOpCode.Throw
        | ILOpCode.Rethrow
        | ILOpCode.Ckfinite
        | ILOpCode.Newarr
        | ILOpCode.Ldelem
        | ILOpCode.Ldelema
        | ILOpCode.Castclass
        | ILOpCode.Unbox
        | ILOpCode.Unbox_any
        | ILOpCode.Ldftn
        | ILOpCode.Ldvirtftn -> false
        | code when code >= ILOpCode.Stind_ref && code <= ILOpCode.Stind_r8 -> false
        | code when code >= ILOpCode.Ldelem_i1 && code <= ILOpCode.Ldelem_ref -> false
        | code when code >= ILOpCode.Stelem_i && code <= ILOpCode.Stelem_ref -> false
        | ILOpCode.Div
        | ILOpCode.Div_un
        | ILOpCode.Rem
        | ILOpCode.Rem_un -> isByConstant at
        | code when code = ILOpCode.Switch || code.IsBranch() ->
            instruction.Operand > instruction.Offset && (at < firstAsked || isOfNull at)
        | ILOpCode.Newobj -> isMade instruction
        | ILOpCode.Call
        | ILOpCode.Callvirt ->
            let name = called instruction

            isAsked at
            || isText at
            || (match name.Type with
                | Library "Microsoft.FSharp.Core.LanguagePrimitives" -> List.contains name.Name comparers
                | Library _ -> beside name
                | _ -> isPlainGetter metadata image (handle instruction))
        | code -> not (code.ToString().Contains "_ovf")

    Seq.forall isHarmless (seq { 0 .. code.Count - 1 })
