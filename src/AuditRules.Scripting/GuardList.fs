/// What rules may use, as data: types and their members by name. What is not here is refused.
module internal AuditRules.Scripting.GuardList

open System
open System.Collections.Generic
open System.Text.RegularExpressions

/// Namespaces of which rules may use everything that no line below narrows. A name that ends in a dot stands for the
/// namespaces inside it too.
let private spaces =
    [
        "AuditRules."
        "Microsoft.FSharp.Core"
        "Microsoft.FSharp.Core.CompilerServices"
        "Microsoft.FSharp.Collections"
        "Microsoft.FSharp.Quotations"
        "System.Collections"
        "System.Collections.Generic"
        "System.Collections.Immutable"
        "System.Numerics"
    ]

/// A type, and of its members: all, only those named, or all but those behind a minus. `get_` and `set_` are left out, but
/// behind a minus where only setting is refused, and so is the number of type parameters. A type inside another is written with a slash, else it is as the outer one.
let private types =
    [
        // This library: what runs rules is no part of the language.
        "AuditRules.Detection.Examples.ExampleRunner: nothing"
        "AuditRules.Detection.Matching.DetectionEngine: nothing"

        // FSharp.Core without the console, threads, chance and reflection.
        "Microsoft.FSharp.Core.Operators: -Exit -ConsoleIn -ConsoleOut -ConsoleError -Lock"
        "Microsoft.FSharp.Core.ExtraTopLevelOperators: -PrintFormat -PrintFormatLine -PrintFormatToError -PrintFormatLineToError -PrintFormatToTextWriter -PrintFormatLineToTextWriter -DefaultAsyncBuilder"
        "Microsoft.FSharp.Core.PrintfModule: -PrintFormat -PrintFormatLine -PrintFormatToError -PrintFormatLineToError -PrintFormatToTextWriter -PrintFormatLineToTextWriter -PrintFormatToTextWriterThen"
        "Microsoft.FSharp.Collections.ArrayModule: -RandomShuffle -RandomShuffleWith -RandomShuffleBy -RandomShuffleInPlace -RandomShuffleInPlaceWith -RandomShuffleInPlaceBy -RandomChoice -RandomChoiceWith -RandomChoiceBy -RandomChoices -RandomChoicesWith -RandomChoicesBy -RandomSample -RandomSampleWith -RandomSampleBy"
        "Microsoft.FSharp.Collections.ArrayModule/Parallel: nothing"
        "Microsoft.FSharp.Collections.ListModule: -RandomShuffle -RandomShuffleWith -RandomShuffleBy -RandomChoice -RandomChoiceWith -RandomChoiceBy -RandomChoices -RandomChoicesWith -RandomChoicesBy -RandomSample -RandomSampleWith -RandomSampleBy"
        "Microsoft.FSharp.Collections.SeqModule: -RandomShuffle -RandomShuffleWith -RandomShuffleBy -RandomChoice -RandomChoiceWith -RandomChoiceBy -RandomChoices -RandomChoicesWith -RandomChoicesBy -RandomSample -RandomSampleWith -RandomSampleBy"
        "Microsoft.FSharp.Control.LazyExtensions: all"
        "Microsoft.FSharp.Linq.NullableOperators: all"
        "Microsoft.FSharp.Linq.NullableModule: all"
        "System.Collections.Generic.ReferenceEqualityComparer: nothing"
        "System.Collections.Generic.NonRandomizedStringEqualityComparer: nothing"
        // Their order is that of hash codes, another in every run.
        "System.Collections.Frozen.FrozenDictionary: nothing"
        "System.Collections.Frozen.FrozenSet: nothing"
        "System.Collections.Immutable.ImmutableDictionary: nothing"
        "System.Collections.Immutable.ImmutableHashSet: nothing"
        "System.Collections.Hashtable: nothing"
        "System.Collections.DictionaryBase: nothing"
        // How much it holds is the machine's.
        "System.Numerics.Vector: nothing"
        // Whether one of that name is older than another variable tells whether it was asked for before.
        "Microsoft.FSharp.Quotations.FSharpVar: -Global"
        "System.Linq.Enumerable: -Shuffle"
        "System.Linq.IGrouping: all"
        "System.Linq.ILookup: all"
        "System.Linq.Lookup: all"
        "System.Linq.IOrderedEnumerable: all"

        // Values.
        "System.Object: .ctor Equals ReferenceEquals ToString GetHashCode"
        "System.ValueType: all"
        "System.Enum: all"
        "System.Attribute: .ctor"
        "System.Boolean: all"
        "System.Byte: all"
        "System.SByte: all"
        "System.Char: all"
        "System.Int16: all"
        "System.UInt16: all"
        "System.Int32: all"
        "System.UInt32: all"
        "System.Int64: all"
        "System.UInt64: all"
        "System.Int128: all"
        "System.UInt128: all"
        "System.IntPtr: all"
        "System.UIntPtr: all"
        "System.Half: all"
        "System.Single: all"
        "System.Double: all"
        "System.Decimal: all"
        "System.Math: all"
        "System.MathF: all"
        "System.BitConverter: all"
        "System.Convert: -ToDateTime -ChangeType"
        "System.Nullable: all"
        "System.Tuple: all"
        "System.ValueTuple: all"
        "System.TupleExtensions: all"
        "System.Lazy: -IsValueCreated -ToString"
        "System.Range: all"
        "System.Index: all"
        "System.Version: all"
        "System.Guid: -NewGuid -CreateVersion7"
        "System.Uri: all"
        "System.UriBuilder: all"
        "System.TimeSpan: all"
        // A date that is read from text takes what is missing from the clock, and the zone from the machine.
        "System.DateOnly: -Parse -ParseExact -TryParse -TryParseExact"
        "System.TimeOnly: all"
        "System.DateTime: .ctor Add AddDays AddHours AddMilliseconds AddMicroseconds AddMinutes AddMonths AddSeconds AddTicks AddYears Compare CompareTo Date Day DayOfWeek DayOfYear DaysInMonth Equals Hour IsLeapYear Kind MaxValue Microsecond Millisecond MinValue Minute Month Nanosecond Second SpecifyKind Subtract Ticks TimeOfDay ToString UnixEpoch Year op_Addition op_Subtraction op_Equality op_Inequality op_LessThan op_LessThanOrEqual op_GreaterThan op_GreaterThanOrEqual"
        "System.DateTimeOffset: Add AddDays AddHours AddMilliseconds AddMicroseconds AddMinutes AddMonths AddSeconds AddTicks AddYears Compare CompareTo Date Day DayOfWeek DayOfYear Equals EqualsExact FromUnixTimeMilliseconds FromUnixTimeSeconds Hour MaxValue Microsecond Millisecond MinValue Minute Month Nanosecond Offset Second Subtract Ticks TimeOfDay ToString ToUnixTimeMilliseconds ToUnixTimeSeconds UnixEpoch UtcDateTime UtcTicks Year op_Addition op_Subtraction op_Equality op_Inequality op_LessThan op_LessThanOrEqual op_GreaterThan op_GreaterThanOrEqual"
        "System.Type: GetTypeFromHandle op_Equality op_Inequality Equals"

        // Text.
        "System.HashCode: Combine"
        "System.String: -Intern -IsInterned"
        "System.StringComparer: -Create -CurrentCulture -CurrentCultureIgnoreCase"
        "System.StringNormalizationExtensions: all"
        "System.FormattableString: -CurrentCulture"
        "System.IFormatProvider: all"
        "System.IFormattable: all"
        "System.CharEnumerator: all"
        "System.Text.StringBuilder: all"
        "System.Text.Rune: all"
        "System.Text.StringRuneEnumerator: all"
        "System.Text.Encoding: -set_EncoderFallback -set_DecoderFallback -Default -GetEncoding -GetEncodings -RegisterProvider"
        "System.Text.UTF8Encoding: -set_EncoderFallback -set_DecoderFallback"
        "System.Text.RegularExpressions.Regex: -CompileToAssembly -CacheSize"
        "System.Text.RegularExpressions.Match: all"
        "System.Text.RegularExpressions.MatchCollection: all"
        "System.Text.RegularExpressions.Group: all"
        "System.Text.RegularExpressions.GroupCollection: all"
        "System.Text.RegularExpressions.Capture: all"
        "System.Text.RegularExpressions.CaptureCollection: all"
        "System.Text.RegularExpressions.MatchEvaluator: .ctor Invoke"
        "System.Globalization.CultureInfo: InvariantCulture"
        "System.Globalization.CharUnicodeInfo: all"
        "System.Net.WebUtility: all"
        "System.Web.HttpUtility: all"
        "System.Net.IPAddress: -set_ScopeId -set_Address"
        "System.Net.IPNetwork: all"
        "System.Net.IPEndPoint: -set_Address -set_Port"
        "System.IO.Path: GetFileName GetFileNameWithoutExtension GetExtension GetDirectoryName GetPathRoot ChangeExtension Combine Join HasExtension IsPathRooted IsPathFullyQualified EndsInDirectorySeparator TrimEndingDirectorySeparator DirectorySeparatorChar"
        "System.Security.Cryptography.MD5: HashData"
        "System.Security.Cryptography.SHA1: HashData"
        "System.Security.Cryptography.SHA256: HashData"
        "System.Security.Cryptography.SHA512: HashData"

        // Runs of values.
        "System.Array: -CreateInstance -CreateInstanceFromArrayType"
        "System.ArraySegment: all"
        "System.Span: all"
        "System.ReadOnlySpan: all"
        "System.Memory: -Pin"
        "System.ReadOnlyMemory: -Pin"
        "System.MemoryExtensions: all"

        // What the language is made of.
        "System.Func: .ctor Invoke"
        "System.Action: .ctor Invoke"
        "System.Predicate: .ctor Invoke"
        "System.Comparison: .ctor Invoke"
        "System.Converter: .ctor Invoke"
        "System.MulticastDelegate: .ctor"
        "System.IComparable: all"
        "System.IEquatable: all"
        "System.IDisposable: all"
        "System.IConvertible: -ToDateTime -ToType"
        "System.ICloneable: all"
        "System.Runtime.CompilerServices.DefaultInterpolatedStringHandler: all"
        "System.Runtime.CompilerServices.FormattableStringFactory: all"
        "System.Runtime.CompilerServices.ITuple: all"
        "System.Runtime.CompilerServices.RuntimeHelpers: InitializeArray CreateSpan GetSubArray"
    ]

[<Struct>]
type private Access =
    | All
    | Only of only: Set<string>
    | Except of except: Set<string>

let private accesses =
    let table = Dictionary<string, Access>()

    for line in types do
        let parts = line.Split ": "
        let members = parts[1].Split ' '

        table[parts[0]] <-
            match members[0] with
            | "all" -> All
            | "nothing" -> Only Set.empty
            | first when first.StartsWith '-' -> Except(set [ for m in members -> m.Substring 1 ])
            | _ -> Only(set members)

    table

let private exactSpaces, wholeSpaces =
    spaces |> List.partition (fun space -> not (space.EndsWith '.'))

let private isOpen (space: string) =
    List.contains space exactSpaces
    || wholeSpaces
       |> List.exists (fun whole -> (space + ".").StartsWith(whole, StringComparison.Ordinal))

/// The member's name as an author writes it.
let plain (name: string) =
    if
        name.StartsWith("get_", StringComparison.Ordinal)
        || name.StartsWith("set_", StringComparison.Ordinal)
    then
        name.Substring 4
    else
        name

/// Whether rules may use that member. The type is written as in the list above.
let allows (typeName: string) (memberName: string) =
    let name = plain memberName

    let rec access (typeName: string) =
        match accesses.TryGetValue typeName with
        | true, found -> Some found
        | _ ->
            match typeName.LastIndexOf '/' with
            | -1 -> None
            | i -> access (typeName.Substring(0, i))

    match access typeName with
    | Some All -> true
    | Some(Only names) -> names.Contains name
    | Some(Except names) -> not (names.Contains name || names.Contains memberName)
    | None ->
        let outer = typeName.Split('/')[0]

        let space =
            match outer.LastIndexOf '.' with
            | -1 -> ""
            | i -> outer.Substring(0, i)

        if isOpen space then
            true
        else
            // To raise one is a rule's failure, and to catch one is its own affair.
            (space = "System" || space.StartsWith "System.")
            && outer.EndsWith "Exception"
            && List.contains name [ ".ctor"; "Message"; "InnerException"; "ParamName" ]

/// What the names that F# knows by another word are in a rule file.
let private words =
    dict
        [
            "Microsoft.FSharp.Core.ExtraTopLevelOperators.PrintFormat", "printf"
            "Microsoft.FSharp.Core.ExtraTopLevelOperators.PrintFormatLine", "printfn"
            "Microsoft.FSharp.Core.ExtraTopLevelOperators.PrintFormatToError", "eprintf"
            "Microsoft.FSharp.Core.ExtraTopLevelOperators.PrintFormatLineToError", "eprintfn"
            "Microsoft.FSharp.Core.ExtraTopLevelOperators.PrintFormatToTextWriter", "fprintf"
            "Microsoft.FSharp.Core.ExtraTopLevelOperators.PrintFormatLineToTextWriter", "fprintfn"
            "Microsoft.FSharp.Core.ExtraTopLevelOperators.DefaultAsyncBuilder", "async"
            "Microsoft.FSharp.Control.TaskBuilderModule.task", "task"
            "Microsoft.FSharp.Core.Operators.Exit", "exit"
            "Microsoft.FSharp.Core.Operators.ConsoleIn", "stdin"
            "Microsoft.FSharp.Core.Operators.ConsoleOut", "stdout"
            "Microsoft.FSharp.Core.Operators.ConsoleError", "stderr"
            "Microsoft.FSharp.Core.Operators.Lock", "lock"
            "System.Threading.Monitor.Enter", "lock"
        ]

/// A module of FSharp.Core with functions: List, Array.Parallel.
let private coreModule =
    Regex(@"^Microsoft\.FSharp\.Collections\.(\w+)Module(/\w+)?$", RegexOptions.CultureInvariant)

let private dotted (typeName: string) =
    typeName
        .Replace('/', '.')
        .Replace("Microsoft.FSharp.Control.FSharpAsync", "Async")
        .Replace("Microsoft.FSharp.", "FSharp.")

/// The member as an author knows it.
let shown (typeName: string) (memberName: string) =
    let full = $"{typeName}.{plain memberName}"

    match words.TryGetValue full with
    | true, word -> word
    | _ ->
        let core = coreModule.Match typeName

        match memberName with
        | _ when core.Success ->
            let name = plain memberName
            $"{core.Groups[1].Value}{core.Groups[2].Value.Replace('/', '.')}.{name.Substring(0, 1).ToLowerInvariant()}{name.Substring 1}"
        | ".ctor"
        | ".cctor" -> dotted typeName
        | _ -> $"{dotted typeName}.{plain memberName}"

[<Literal>]
let Console = "use the console"

[<Literal>]
let Threads = "start threads or wait for them"

[<Literal>]
let Time = "ask for the time"

[<Literal>]
let Set = "set what a value holds"

[<Literal>]
let Chance = "be a matter of chance"

[<Literal>]
let Machine = "ask for the machine or the process"

/// What a member would do, by the beginning of its name; the first that fits.
let private purposes =
    [
        "System.Lazy.", "ask whether a lazy value was made"
        "System.Net.IPAddress.ScopeId", Set
        "System.Net.IPAddress.Address", Set
        "System.Net.IPEndPoint.", Set
        "System.Text.Encoding.EncoderFallback", Set
        "System.Text.Encoding.DecoderFallback", Set
        "System.DateTime", Time
        "System.DateOnly", Time
        "System.Convert.", Time
        "System.IConvertible.", Time
        "System.Numerics.Vector", Machine
        "Microsoft.FSharp.Quotations.FSharpVar.", "keep anything from one event to the next"
        "System.Collections.", Chance
        "System.Diagnostics.Stopwatch", Time
        "System.TimeProvider", Time
        "System.TimeZone", Time
        "System.Guid.", Chance
        "System.Random", Chance
        "System.Security.Cryptography", Chance
        "Microsoft.FSharp.Collections.ArrayModule/Parallel", Threads
        "Microsoft.FSharp.Collections.", Chance
        "System.Linq.Enumerable.", Chance
        "Microsoft.FSharp.Core.Operators.Exit", "end the program"
        "System.Environment.Exit", "end the program"
        "System.Environment.FailFast", "end the program"
        "Microsoft.FSharp.Core.Operators.Lock", Threads
        "Microsoft.FSharp.Core.ExtraTopLevelOperators.DefaultAsyncBuilder", Threads
        "Microsoft.FSharp.Core.", Console
        "System.Console", Console
        "System.IO.TextWriter", Console
        "System.IO.TextReader", Console
        "System.Environment", Machine
        "System.AppContext", Machine
        "System.AppDomain", Machine
        "System.Globalization.CultureInfo", Machine
        "System.Text.Encoding", Machine
        "System.GC", Machine
        "System.Diagnostics.Process", "start programs or look at them"
        "System.Diagnostics", Machine
        "System.IO", "use files"
        "System.Net", "use the network"
        "System.Threading", Threads
        "Microsoft.FSharp.Control", Threads
        "System.Reflection", "use reflection"
        "System.Type", "use reflection"
        "System.Object.GetType", "use reflection"
        "System.Activator", "use reflection"
        "System.Delegate", "use reflection"
        "System.Linq.Expressions", "use reflection"
        "System.Runtime.Loader", "use reflection"
        "Microsoft.FSharp.Reflection", "use reflection"
        "Microsoft.FSharp.Linq.RuntimeHelpers", "use reflection"
        "System.Runtime.CompilerServices.Async", Threads
        "System.Runtime.CompilerServices.Task", Threads
        "System.Runtime", "use memory by its address"
        "Microsoft.FSharp.NativeInterop", "use memory by its address"
        "AuditRules.Detection", "run rules"
    ]

/// What rules may not do, for that member: "use files".
let purpose (typeName: string) (memberName: string) =
    let full = $"{typeName}.{plain memberName}"

    purposes
    |> List.tryFind (fun (prefix, _) -> full.StartsWith(prefix, StringComparison.Ordinal))
    |> Option.map snd
    |> Option.defaultValue "use what is not known to be without effects"
