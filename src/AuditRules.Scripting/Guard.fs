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
open AuditRules.Scripting.Instructions

let private trust =
    "--trust-rules lets the rules do what any program of yours may do."

/// What is wrong, before its place is known.
type private Wrong =
    {
        Id: string
        Message: string
        Hint: string
        /// Of those with one cause one is told a line.
        Cause: string
        /// The word of the source that is meant.
        Word: string
        /// What the author may have written in its place: the compiler puts what these do where they stand.
        Others: string list
    }

let private unchecked what word =
    {
        Id = Problem.Unchecked
        Message = $"code that cannot be checked: {what}"
        Hint = $"Write it without. {trust}"
        Cause = Problem.Unchecked
        Word = word
        Others = []
    }

/// Something that rules may not do, as "use files", by that name.
let private forbidden purpose name hint word =
    {
        Id = Problem.Forbidden
        Message = $"rules may not {purpose}: {name}"
        Hint = $"{hint} {trust}"
        Cause = purpose
        Word = word
        Others =
            match purpose with
            | GuardList.Console -> [ "printfn"; "printf"; "eprintfn"; "eprintf"; "stdout"; "stderr"; "stdin" ]
            | GuardList.Threads -> [ "lock"; "task"; "backgroundTask"; "async" ]
            | _ -> []
    }

let private member' (typeName: string) (memberName: string) =
    let name = GuardList.shown typeName memberName
    let word = name.Substring(name.LastIndexOf '.' + 1)

    match GuardList.purpose typeName memberName with
    | GuardList.Time ->
        forbidden GuardList.Time name "An event has its own time, and within and atLeast measure it." word
    | purpose -> forbidden purpose name "A rule decides by events alone." word

let private hashCode =
    { forbidden
          GuardList.Chance
          "a hash code"
          "A hash code is another in every run: compare the values themselves."
          "hash" with
        Others = [ "GetHashCode" ]
    }

let private backtracking =
    forbidden
        "take hours over a text"
        "a Regex that backtracks"
        "Use the pattern regex \"...\", or make the Regex with the constant RegexOptions.NonBacktracking."
        "Regex"

let private changes what word =
    {
        Id = Problem.Mutable
        Message = $"{what} can change"
        Hint =
            "A replay must give the same every time: make it a list, a set [ ... ] or a Map, or make it inside the function that uses it."
        Cause = Problem.Mutable
        Word = word
        Others = []
    }

/// Whether a Regex is made, or a static member of Regex called, with options that a constant says are linear.
let private isLinear (code: ResizeArray<Instruction>) (targets: HashSet<int>) at =
    let nonBacktracking = int RegexOptions.NonBacktracking

    let isConstant (i: int) =
        match code[i].Code with
        | ILOpCode.Ldc_i4
        | ILOpCode.Ldc_i4_s -> code[i].Operand &&& nonBacktracking <> 0
        | _ -> false

    let isNumber (i: int) =
        code[i].Code >= ILOpCode.Ldc_i4_m1 && code[i].Code <= ILOpCode.Ldc_i4

    // Nothing branches into the middle of it: another constant could stand there.
    let isStraight first =
        seq { first + 1 .. at }
        |> Seq.forall (fun i -> not (targets.Contains code[i].Offset))

    (at >= 1 && isConstant (at - 1) && isStraight (at - 1))
    || (at >= 3
        && code[at - 1].Code = ILOpCode.Or
        && isNumber (at - 2)
        && isNumber (at - 3)
        && (isConstant (at - 2) || isConstant (at - 3))
        && isStraight (at - 3))

let private canChange (typeName: TypeName) =
    match typeName with
    | Library name -> GuardList.canChange name
    | _ -> false

let private hasAddress types = List.contains Address types

let private isHashOf (name: string) =
    name = "GetHashCode"
    || List.exists
        (fun (prefix: string) -> name.StartsWith(prefix, StringComparison.Ordinal))
        [ "GenericHash"; "LimitedGenericHash"; "PhysicalHash" ]

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
        elif isHashOf name then
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
    | Own _
    | Other -> Fine

/// What the metadata and the debug information of one assembly say.
type private Source =
    {
        Metadata: MetadataReader
        Image: PEReader
        Debug: MetadataReader option
        Files: RuleFile list
        /// What is known already.
        Known: Dictionary<MemberReferenceHandle, Use>
    }

    member this.Use(handle: MemberReferenceHandle) =
        match this.Known.TryGetValue handle with
        | true, known -> known
        | _ ->
            let found = useOf this.Metadata handle
            this.Known[handle] <- found
            found

/// The visible lines of a method, in the order of its code.
let private points (source: Source) (method: MethodDefinitionHandle) =
    match source.Debug with
    | None -> []
    | Some debug ->
        [
            for point in
                debug.GetMethodDebugInformation(method.ToDebugInformationHandle()).GetSequencePoints() do
                if not point.IsHidden then
                    let path = debug.GetString (debug.GetDocument point.Document).Name

                    match RuleFile.find source.Files path with
                    | Some file -> point, file
                    | None -> ()
        ]

/// What is told, with what decides which of several of one cause is told.
type private Told =
    {
        Diagnostic: Diagnostic
        Wrong: Wrong
        /// Whether the word stands there. The code of a function is also where another one calls it.
        IsExact: bool
    }

/// The place of the word in those lines of a file, else of the lines themselves.
let private placed (file: RuleFile) first last column (wrong: Wrong) =
    let code = file.Code.Split '\n'

    let find (word: string) =
        let pattern =
            Regex($@"(?<![\w`])(?:[\w.`]+\.)?`*{Regex.Escape word}(?!\w)", RegexOptions.CultureInvariant)

        seq { first .. min last code.Length }
        |> Seq.tryPick (fun line ->
            let text = code[line - 1]

            let found =
                pattern.Match(text, (if line = first then min column text.Length else 0))

            if found.Success then Some(word, line, found) else None)

    let found = wrong.Word :: wrong.Others |> List.filter ((<>) "") |> List.tryPick find

    let line =
        match found with
        | Some(_, line, _) -> line
        | None -> first

    let text = file.Lines |> Array.tryItem (line - 1) |> Option.defaultValue ""

    let place =
        match found with
        | Some(_, line, found) ->
            TextSpan(file.Shown, line, found.Index + 1, line, found.Index + found.Length + 1)
        | None -> TextSpan(file.Shown, line, column + 1, line, max (column + 2) (text.Length + 1))

    let message =
        match found with
        | Some(word, _, _) when word <> wrong.Word -> $"rules may not {wrong.Cause}: {word}"
        | _ -> wrong.Message

    {
        Diagnostic = Diagnostic(wrong.Id, DiagnosticSeverity.Error, message, place, text, wrong.Hint)
        Wrong = wrong
        IsExact = found.IsSome
    }

/// Without a line of its own: the first line of code with the word, else the first file.
let private somewhere (source: Source) (wrong: Wrong) =
    let found =
        source.Files
        |> Seq.collect (fun file -> file.Code.Split '\n' |> Seq.mapi (fun i line -> file, i + 1, line))
        |> Seq.tryFind (fun (_, _, line) ->
            wrong.Word <> ""
            && Regex.IsMatch(line, $@"(?<!\w){Regex.Escape wrong.Word}(?!\w)"))

    match found with
    | Some(file, line, _) -> placed file line line 0 wrong
    | None ->
        let file =
            source.Files |> List.tryHead |> Option.map _.Shown |> Option.defaultValue ""

        {
            Diagnostic = Problem.error wrong.Id wrong.Message file 0 0 "" wrong.Hint
            Wrong = wrong
            IsExact = false
        }

let private at (source: Source) (lines: (SequencePoint * RuleFile) list) offset (wrong: Wrong) =
    let before = lines |> List.tryFindBack (fun (point, _) -> point.Offset <= offset)

    match before |> Option.orElse (List.tryHead lines) with
    | Some(point, file) -> placed file point.StartLine point.EndLine (point.StartColumn - 1) wrong
    | None -> somewhere source wrong

/// One for each cause and line: where the word stands, if it does anywhere; without a line only if nothing has one.
let private primary (told: Told list) =
    let exact =
        set
            [
                for t in told do
                    if t.IsExact then
                        t.Wrong.Message
            ]

    let known =
        told |> List.filter (fun t -> t.IsExact || not (exact.Contains t.Wrong.Message))

    let withLine = known |> List.filter (fun t -> t.Diagnostic.Place.Line > 0)

    (if withLine.IsEmpty then known else withLine)
    |> List.groupBy (fun t -> t.Wrong.Cause, t.Diagnostic.Place.File, t.Diagnostic.Place.Line)
    |> List.map (fun (_, same) ->
        (same |> List.minBy (fun t -> not t.IsExact, t.Diagnostic.Place.Column)).Diagnostic)
    |> List.sortBy (fun d -> d.Place.File, d.Place.Line, d.Place.Column)

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

/// A method that runs once, when the values at the top of a file are made.
let private isStart (source: Source) (method: MethodDefinition) =
    let metadata = source.Metadata

    let space =
        metadata.GetString (metadata.GetTypeDefinition(method.GetDeclaringType())).Namespace

    space.StartsWith("<StartupCode$", StringComparison.Ordinal)
    || List.contains (metadata.GetString method.Name) [ ".cctor"; "staticInitialization@" ]

/// What is wrong with the code of a method.
let private inBody (source: Source) (method: MethodDefinition) (body: MethodBodyBlock) =
    let metadata = source.Metadata
    let code, targets = read body
    let isHash = metadata.GetString method.Name = "GetHashCode"
    let isStart = isStart source method

    let rec used i (handle: EntityHandle) =
        match handle.Kind with
        | HandleKind.MemberReference ->
            match source.Use(MemberReferenceHandle.op_Explicit handle) with
            | Refused wrong -> [ wrong ]
            | HashCode when not isHash -> [ hashCode ]
            | Expression when not (isLinear code targets i) -> [ backtracking ]
            | _ -> []
        | HandleKind.MethodSpecification ->
            used i (metadata.GetMethodSpecification(MethodSpecificationHandle.op_Explicit handle)).Method
        | HandleKind.MethodDefinition when
            not isHash
            && metadata.StringComparer.Equals(
                (metadata.GetMethodDefinition(MethodDefinitionHandle.op_Explicit handle)).Name,
                "GetHashCode"
            )
            ->
            [ hashCode ]
        | _ -> []

    let isRef (handle: EntityHandle) =
        handle.Kind = HandleKind.MemberReference
        && ofEntity metadata (metadata.GetMemberReference(MemberReferenceHandle.op_Explicit handle)).Parent =
            Library "Microsoft.FSharp.Core.FSharpRef"

    let stored (handle: EntityHandle) =
        match handle.Kind with
        | HandleKind.FieldDefinition ->
            let field = metadata.GetFieldDefinition(FieldDefinitionHandle.op_Explicit handle)
            let name = (metadata.GetString field.Name).Split('@')[0]

            if not isStart || canChange (ofField field) then
                [ changes name name ]
            else
                []
        | _ -> []

    [
        if hasAddress (ofLocals metadata body) then
            0, unchecked "addresses in memory" ""

        for i in 0 .. code.Count - 1 do
            let instruction = code[i]

            let handle () =
                MetadataTokens.EntityHandle instruction.Operand

            let wrong =
                match instruction.Code with
                | ILOpCode.Newobj when isStart && isRef (handle ()) -> [ changes "a ref" "ref" ]
                | ILOpCode.Call
                | ILOpCode.Callvirt
                | ILOpCode.Newobj
                | ILOpCode.Ldftn
                | ILOpCode.Ldvirtftn
                | ILOpCode.Ldtoken
                | ILOpCode.Ldfld
                | ILOpCode.Ldflda
                | ILOpCode.Ldsfld
                | ILOpCode.Ldsflda
                | ILOpCode.Stfld -> used i (handle ())
                | ILOpCode.Stsfld -> used i (handle ()) @ stored (handle ())
                | code ->
                    match uncheckedCodes.TryGetValue code with
                    | true, what -> [ unchecked what "" ]
                    | _ -> []

            for wrong in wrong do
                instruction.Offset, wrong
    ]

/// What is wrong with a method besides its code.
let private ofDeclaration (source: Source) (method: MethodDefinition) =
    let name = source.Metadata.GetString method.Name

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
let private ofType (source: Source) (definition: TypeDefinition) =
    let fields =
        [
            for field in definition.GetFields() -> source.Metadata.GetFieldDefinition field
        ]

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

/// Everything in the assembly that rules may not have, one for each cause and line.
let private ofAssembly (files: RuleFile list) (assembly: byte array) : Diagnostic list =
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
                Image = image
                Debug = embedded |> Option.map _.GetMetadataReader()
                Files = files
                Known = Dictionary()
            }

        let metadata = source.Metadata

        [
            for handle in metadata.TypeDefinitions do
                for wrong in ofType source (metadata.GetTypeDefinition handle) do
                    somewhere source wrong

            for handle in metadata.MethodDefinitions do
                let method = metadata.GetMethodDefinition handle

                let inBody =
                    if method.RelativeVirtualAddress = 0 then
                        []
                    else
                        inBody source method (image.GetMethodBody method.RelativeVirtualAddress)

                let wrong = [ for wrong in ofDeclaration source method -> 0, wrong ] @ inBody

                if not wrong.IsEmpty then
                    let lines = points source handle

                    for offset, wrong in wrong do
                        // What sets a mutable value at the top of a file has no line. R31 is for the value.
                        if not (lines.IsEmpty && wrong.Id = Problem.Mutable) then
                            at source lines offset wrong
        ]
        |> primary
    finally
        embedded |> Option.iter _.Dispose()

/// The error for a warning of the compiler of code that nobody can check: 9 and 51 of addresses, 42 of inline IL.
let private ofWarning (d: Diagnostic) =
    if List.contains d.Id [ "FS0009"; "FS0042"; "FS0051" ] then
        let wrong = unchecked "addresses in memory or inline IL" ""
        Some(Diagnostic(wrong.Id, DiagnosticSeverity.Error, wrong.Message, d.Place, d.SourceLine, wrong.Hint))
    else
        None

/// Everything that rules may not have in an assembly for which the compiler told that.
let check (files: RuleFile list) (told: Diagnostic list) (assembly: byte array) : Diagnostic list =
    List.choose ofWarning told @ ofAssembly files assembly
    |> List.distinctBy (fun d ->
        d.Place.File, d.Place.Line, d.Id, (if d.Id = Problem.Unchecked then "" else d.Message))

/// What the compiler told, with errors for its warnings of code that nobody can check.
let promote (told: Diagnostic list) =
    [ for d in told -> ofWarning d |> Option.defaultValue d ]
