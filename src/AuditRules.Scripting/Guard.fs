/// Holds compiled rules against the list of what rules may use, before they are loaded (R80 to R84).
module internal AuditRules.Scripting.Guard

open System
open System.Collections.Generic
open System.Reflection
open System.Reflection.Metadata
open System.Reflection.Metadata.Ecma335
open System.Reflection.PortableExecutable
open System.Text.RegularExpressions
open AuditRules.Events.Diagnostics
open AuditRules.Scripting.AssemblyNames
open AuditRules.Scripting.CodePlaces
open AuditRules.Scripting.HashCodes
open AuditRules.Scripting.Instructions
open AuditRules.Scripting.Wrong

/// What is wrong with a Regex that is made there, or a static member of Regex that is called: nothing where a constant
/// says that it is linear.
let private ofRegex (metadata: MetadataReader) (code: ResizeArray<Instruction>) (targets: HashSet<int>) at =
    let called = calledMethod metadata (MetadataTokens.EntityHandle code[at].Operand)

    let options = Library "System.Text.RegularExpressions.RegexOptions"

    // A timeout stands behind the options.
    let behind =
        match List.rev called.Types with
        | Library "System.TimeSpan" :: last :: _ when last = options ->
            StackEffect.valueStart metadata code targets at
        | _ -> Some at

    match behind with
    | _ when not (List.contains options called.Types) -> [ backtracking ]
    // Where something branches to behind it, another constant could stand.
    | Some behind when behind > 0 && not (targets.Contains code[behind].Offset) ->
        match code[behind - 1].Code with
        | ILOpCode.Ldc_i4
        | ILOpCode.Ldc_i4_s when code[behind - 1].Operand &&& int RegexOptions.NonBacktracking <> 0 -> []
        | constant when constant >= ILOpCode.Ldc_i4_m1 && constant <= ILOpCode.Ldc_i4 -> [ backtracking ]
        | _ -> [ mayBacktrack ]
    | _ -> [ mayBacktrack ]

let private hasAddress types = List.contains Address types

/// What is known of a member of a library.
type private Use =
    | Fine
    | Refused of Wrong
    /// Refused but in code that makes a hash code itself.
    | HashCode
    /// Refused unless a constant makes it linear.
    | Expression

let private useOf (metadata: MetadataReader) (handle: MemberReferenceHandle) =
    let reference = metadata.GetMemberReference handle
    let name = metadata.GetString reference.Name

    match ofEntity metadata reference.Parent with
    | Library typeName ->
        if not (GuardList.allows typeName name) then
            Refused(member' typeName name)
        elif hasAddress (ofReference reference) then
            Refused(unchecked "addresses in memory" (GuardList.plain name))
        elif isHashOf (Library typeName) name then
            HashCode
        elif
            typeName = "System.Text.RegularExpressions.Regex"
            && reference.GetKind() = MemberReferenceKind.Method
            && (name = ".ctor" || isStatic reference)
            && not (List.contains name [ "Escape"; "Unescape" ])
        then
            Expression
        else
            Fine
    | Address -> Refused(unchecked "addresses in memory" (GuardList.plain name))
    // Of a generic type.
    | Own _ when name = "GetHashCode" -> HashCode
    | Own _
    | Place
    | Nothing
    | Other -> Fine

/// Codes that the runtime does not check, or that leave the method by no ordinary way.
let private uncheckedCodes =
    dict
        [
            ILOpCode.Calli, "calls by address"
            ILOpCode.Jmp, "jumps into other methods"
            ILOpCode.Localloc, "memory of the stack"
            ILOpCode.Cpblk, "addresses in memory"
            ILOpCode.Initblk, "addresses in memory"
            ILOpCode.Arglist, "arguments without types"
            ILOpCode.Mkrefany, "references without types"
            ILOpCode.Refanytype, "references without types"
            ILOpCode.Refanyval, "references without types"
        ]

/// Whether the compiler made a method for a type of the author's.
let private isCompilers (metadata: MetadataReader) (method: MethodDefinition) =
    method.GetCustomAttributes()
    |> Seq.exists (fun handle ->
        let made = calledMethod metadata (metadata.GetCustomAttribute handle).Constructor

        made.Type = Library "System.Runtime.CompilerServices.CompilerGeneratedAttribute")

/// What is wrong with the code of a method.
let private inBody
    (metadata: MetadataReader)
    (image: PEReader)
    (uses: MemberReferenceHandle -> Use)
    (fields: Lazy<OwnFields.Use>)
    (method: MethodDefinition)
    (body: MethodBodyBlock)
    =
    let code, targets = read body
    let isHash = metadata.StringComparer.Equals(method.Name, "GetHashCode")

    let mayHash =
        isHash
        && (isCompilers metadata method
            || (body.ExceptionRegions.IsEmpty && onlyHashes metadata image code targets))

    let hashes = if isHash then keptHashCode else hashCode
    let isStart = OwnFields.isStart metadata method

    let rec used i (handle: EntityHandle) =
        match handle.Kind with
        | HandleKind.MemberReference ->
            match uses (MemberReferenceHandle.op_Explicit handle) with
            | Refused wrong -> [ wrong ]
            | HashCode when not mayHash -> [ hashes ]
            | Expression -> ofRegex metadata code targets i
            | _ -> []
        | HandleKind.MethodSpecification ->
            used i (metadata.GetMethodSpecification(MethodSpecificationHandle.op_Explicit handle)).Method
        | HandleKind.MethodDefinition when
            not mayHash
            && metadata.StringComparer.Equals(
                (metadata.GetMethodDefinition(MethodDefinitionHandle.op_Explicit handle)).Name,
                "GetHashCode"
            )
            ->
            [ hashes ]
        | _ -> []

    let isGenericStart =
        isStart
        && (metadata.GetTypeDefinition(method.GetDeclaringType())).GetGenericParameters().Count > 0

    // A value of a module that can be set is told by itself (KeptState).
    let ownStatic (handle: EntityHandle) =
        OwnFields.ofHandle metadata handle
        |> Option.filter (fun field -> not (OwnFields.isStartup metadata field.Declaring))

    let stored handle =
        match ownStatic handle with
        | Some field when not isStart -> [ changes field.Name field.Name ]
        | _ -> []

    let addressed i handle =
        match ownStatic handle with
        | Some field when
            not isStart
            && not (field.Field.Attributes.HasFlag FieldAttributes.InitOnly)
            && OwnFields.isHandedOn metadata method field code targets i
            ->
            [ changes field.Name field.Name ]
        | _ -> []

    let isElementStore code =
        not isStart
        && (code = ILOpCode.Stelem
            || (code >= ILOpCode.Stelem_i && code <= ILOpCode.Stelem_ref))

    let element i =
        OwnFields.ofElement metadata code targets i
        |> Option.map (fun name -> changes name name)
        |> Option.toList

    // Of a generic type there are as many static fields as types that it is used for: no value shows them all.
    let ofGeneric (type': TypeName) =
        match type' with
        | Library name when name.EndsWith("Enumerator", StringComparison.Ordinal) ->
            [ changes "an enumerator of a generic type" "GetEnumerator" ]
        | Library "System.Lazy" -> [ changes "a lazy value of a generic type" "lazy" ]
        | Library name when ChangingTypes.canChange name ->
            let word = name.Substring(name.LastIndexOfAny [| '.'; '/' |] + 1)

            [
                changes $"a {word} of a generic type" (if word = "Builder" then "CreateBuilder" else word)
            ]
        | Own own when
            fields.Value.Set.ContainsKey(
                MetadataTokens.GetToken(TypeDefinitionHandle.op_Implicit own: EntityHandle)
            )
            ->
            let word = metadata.GetString (metadata.GetTypeDefinition own).Name
            [ changes $"a {word} of a generic type" word ]
        | _ -> []

    let made (handle: EntityHandle) =
        if isGenericStart then
            ofGeneric (calledMethod metadata handle).Type
        else
            []

    let given (handle: EntityHandle) =
        if isGenericStart then
            (calledMethod metadata handle).Types
            |> List.truncate 1
            |> List.collect ofGeneric
        else
            []

    [
        if hasAddress (ofLocals metadata body) then
            0, unchecked "addresses in memory" ""

        for i in 0 .. code.Count - 1 do
            let instruction = code[i]

            let handle () =
                MetadataTokens.EntityHandle instruction.Operand

            let wrong =
                match instruction.Code with
                | ILOpCode.Newobj -> used i (handle ()) @ made (handle ())
                | ILOpCode.Ldsflda -> used i (handle ()) @ addressed i (handle ())
                | ILOpCode.Call
                | ILOpCode.Callvirt -> used i (handle ()) @ given (handle ())
                | ILOpCode.Ldftn
                | ILOpCode.Ldvirtftn
                | ILOpCode.Ldtoken
                | ILOpCode.Ldfld
                | ILOpCode.Ldflda
                | ILOpCode.Ldsfld
                | ILOpCode.Stfld -> used i (handle ())
                | ILOpCode.Stsfld -> used i (handle ()) @ stored (handle ())
                | code when isElementStore code -> element i
                | code ->
                    match uncheckedCodes.TryGetValue code with
                    | true, what -> [ unchecked what "" ]
                    | _ -> []

            for wrong in wrong do
                instruction.Offset, wrong
    ]

/// What is wrong with a method besides its code.
let private ofDeclaration (metadata: MetadataReader) (method: MethodDefinition) =
    let name = metadata.GetString method.Name

    [
        if
            method.Attributes.HasFlag MethodAttributes.PinvokeImpl
            || method.ImplAttributes.HasFlag MethodImplAttributes.InternalCall
            || method.ImplAttributes &&& MethodImplAttributes.CodeTypeMask = MethodImplAttributes.Native
        then
            unchecked $"{name}, which is not written in F#" name

        if hasAddress (ofMethod method) then
            unchecked "addresses in memory" name

        if
            name = "Finalize"
            && method.Attributes.HasFlag MethodAttributes.Virtual
            && method.GetParameters().Count = 0
        then
            forbidden GuardList.Chance "a finalizer runs at any time" "Leave it out." "Finalize"
    ]

/// What is wrong with a type besides its methods.
let private ofType (metadata: MetadataReader) (definition: TypeDefinition) =
    let fields =
        [ for field in definition.GetFields() -> metadata.GetFieldDefinition field ]

    let isInstance (field: FieldDefinition) =
        not (field.Attributes.HasFlag FieldAttributes.Static)

    [
        // Arrays of constants are such types too, without fields.
        if
            definition.Attributes &&& TypeAttributes.LayoutMask = TypeAttributes.ExplicitLayout
            && List.exists isInstance fields
        then
            unchecked "fields at places of their own" "StructLayout"

        if hasAddress (List.map ofField fields) then
            unchecked "addresses in memory" ""
    ]

/// Everything in the assembly that rules may not have, one for each cause and line; in trust only what keeps state.
let private ofAssembly (trusted: bool) (files: RuleFile list) (assembly: byte array) : Diagnostic list =
    use image =
        new PEReader(System.Collections.Immutable.ImmutableArray.Create<byte> assembly)

    let embedded =
        image.ReadDebugDirectory()
        |> Seq.tryFind (fun entry -> entry.Type = DebugDirectoryEntryType.EmbeddedPortablePdb)
        |> Option.map image.ReadEmbeddedPortablePdbDebugDirectoryData

    try
        let source =
            {
                Metadata = image.GetMetadataReader()
                Debug = embedded |> Option.map _.GetMetadataReader()
                Files = files
            }

        let metadata = source.Metadata
        let known = Dictionary<MemberReferenceHandle, Use>()
        let fields = lazy OwnFields.uses assembly

        let uses handle =
            match known.TryGetValue handle with
            | true, use' -> use'
            | _ ->
                let use' = useOf metadata handle
                known[handle] <- use'
                use'

        [
            for handle in metadata.TypeDefinitions do
                if not trusted then
                    for wrong in ofType metadata (metadata.GetTypeDefinition handle) do
                        somewhere source handle wrong

            for handle in metadata.MethodDefinitions do
                let method = metadata.GetMethodDefinition handle

                let inBody =
                    if method.RelativeVirtualAddress = 0 then
                        []
                    else
                        inBody
                            metadata
                            image
                            uses
                            fields
                            method
                            (image.GetMethodBody method.RelativeVirtualAddress)

                let wrong =
                    [ for wrong in ofDeclaration metadata method -> 0, wrong ] @ inBody
                    |> List.filter (fun (_, wrong) -> not trusted || wrong.Id = Problem.Mutable)

                if not wrong.IsEmpty then
                    let lines = points source handle

                    for offset, wrong in wrong do
                        at source (method.GetDeclaringType()) lines offset wrong
        ]
        |> primary files
    finally
        embedded |> Option.iter _.Dispose()

/// The error for a warning of the compiler of code that nobody can check: 9 and 51 of addresses, 42 of inline IL, and 1104
/// of a name that looks like one of the compiler's own, in trust too, for R31 leaves those out.
let private ofWarning trusted (d: Diagnostic) =
    let error what =
        let wrong = unchecked what ""
        Some(Diagnostic(wrong.Id, DiagnosticSeverity.Error, wrong.Message, d.Place, d.SourceLine, wrong.Hint))

    match d.Id with
    | "FS0009"
    | "FS0042"
    | "FS0051" when not trusted -> error "addresses in memory or inline IL"
    | "FS1104" -> error "a name with an @ in it"
    | _ -> None

/// What leaves nothing in the code by which it could be known: the attribute by which the guard knows what the compiler
/// made takes away the checks, and the compiler puts the path of the file where an author asks for it.
let private words =
    let path word =
        word, forbidden GuardList.Machine word "Where a rule file lies decides nothing." word

    [
        "CompilerGenerated", unchecked "the attribute CompilerGenerated" "CompilerGenerated"
        path "__SOURCE_DIRECTORY__"
        path "CallerFilePath"
    ]

let private ofWords (file: RuleFile) =
    [
        for i, line in Seq.indexed (file.Code.Split '\n') do
            for word, wrong in words do
                match line.IndexOf(word, StringComparison.Ordinal) with
                | -1 -> ()
                | column ->
                    let text = file.Lines |> Array.tryItem i |> Option.defaultValue ""
                    Problem.error wrong.Id wrong.Message file.Shown (i + 1) (column + 1) text wrong.Hint
    ]

/// Everything that rules may not have in an assembly for which the compiler told that; in trust only what keeps state.
let check
    (trusted: bool)
    (files: RuleFile list)
    (told: Diagnostic list)
    (assembly: byte array)
    : Diagnostic list =
    List.choose (ofWarning trusted) told
    @ (if trusted then [] else List.collect ofWords files)
    @ ofAssembly trusted files assembly
    |> List.distinctBy (fun d ->
        d.Place.File, d.Place.Line, d.Id, (if d.Id = Problem.Unchecked then "" else d.Message))

/// What the compiler told, with errors for its warnings of code that nobody can check.
let promote (trusted: bool) (told: Diagnostic list) =
    [ for d in told -> ofWarning trusted d |> Option.defaultValue d ]
