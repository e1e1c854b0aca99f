/// Code of which nobody can tell what it does: refused by its text (R32) or as it is compiled (R81).
module AuditRules.Scripting.Tests.UncheckedTests

open Expecto
open AuditRules.Scripting.Tests.RuleText

/// The folder that rules folders of tests stand in.
let private temporary = System.IO.Path.GetTempPath().TrimEnd '/'

let private unchecked =
    [
        "R32: writes to an address",
        "#nowarn \"9\"\nopen FSharp.NativeInterop\n"
        + f "NativePtr.write (NativePtr.ofNativeInt<int> 4096n) 42; true",
        [ "(2,1) AR0001: #nowarn is not allowed in a rule file" ]

        "R81: writes to an address without the directive",
        "open FSharp.NativeInterop\n"
        + f "NativePtr.write (NativePtr.ofNativeInt<int> 4096n) 42; true",
        [
            "(3,21) AR0015: code that cannot be checked: addresses in memory or inline IL"
        ]

        "R81: takes memory of the stack",
        "open FSharp.NativeInterop\n"
        + f "let q = NativePtr.stackalloc<byte> 16 in NativePtr.set q 99999 1uy; true",
        [
            "(3,29) AR0015: code that cannot be checked: addresses in memory or inline IL"
        ]

        "R81: calls a function of the C library",
        "module N =\n    [<System.Runtime.InteropServices.DllImport(\"libc\")>]\n    extern int getpid()\n"
        + f "N.getpid() > 0",
        [
            "(4,16) AR0015: code that cannot be checked: getpid, which is not written in F#"
        ]

        "R32: holds inline IL and switches its warning off",
        "#nowarn \"42\"\nlet inline retype (x: obj) : int = (# \"\" x : int #)\n"
        + f "true",
        [
            "(2,1) AR0001: #nowarn is not allowed in a rule file"
            "(3,37) AR0001: a # without a name right behind it is not allowed in a rule file"
        ]

        "R32: takes a text for an array by inline IL",
        "let inline retype<'a, 'b> (x: 'a) : 'b = (# \"\" x : 'b #)\n"
        + f "(retype<string, int[]> p).Length > 3",
        [
            "(2,43) AR0001: a # without a name right behind it is not allowed in a rule file"
        ]

        "R32: references a package",
        "#r \"nuget: Newtonsoft.Json\"\n" + f "true",
        [ "(2,1) AR0001: #r is not allowed in a rule file" ]

        "R32: loads a file of the system",
        "#load \"/etc/hostname\"\n" + f "true",
        [ "(2,1) AR0002: #load of /etc/hostname, which is outside the rules folder ." ]

        "R32: loads a file beside the rules folder",
        "#load \"../x.fsx\"\n" + f "true",
        [
            $"(2,1) AR0002: #load of {temporary}/x.fsx, which is outside the rules folder ."
        ]

        "R32: holds inline IL over two lines",
        "let inline retype (x: obj) : int = (#\n  \"\" x : int #)\n" + f "true",
        [
            "(2,37) AR0001: a # without a name right behind it is not allowed in a rule file"
        ]

        "R32: holds inline IL behind a comment",
        "let inline retype (x: obj) : int = (# (* *) \"\" x : int #)\n" + f "true",
        [
            "(2,37) AR0001: a # without a name right behind it is not allowed in a rule file"
        ]

        "R81: has an extern in a module inside another",
        "module A =\n    module B =\n        [<System.Runtime.InteropServices.DllImport(\"libc\")>]\n        extern int getuid()\n"
        + f "A.B.getuid() = 0",
        [
            "(5,20) AR0015: code that cannot be checked: getuid, which is not written in F#"
        ]

        "R81: pins a text",
        f "use q = fixed p in p.Length > 1",
        [
            "(2,25) AR0015: code that cannot be checked: addresses in memory or inline IL"
        ]

        "R81: takes the address of a value",
        f "let mutable n = 1 in let q = &&n in p.Length > 1",
        [
            "(2,50) AR0015: code that cannot be checked: addresses in memory or inline IL"
        ]

        "R81: lays two fields over each other",
        "open System.Runtime.InteropServices\n[<Struct; StructLayout(LayoutKind.Explicit)>]\ntype Both =\n    [<FieldOffset 0; DefaultValue>] val mutable A: string\n    [<FieldOffset 0; DefaultValue>] val mutable B: int[]\n"
        + f "(let mutable b = Both() in b.A <- p; b.B.Length > 1)",
        [
            "(3,11) AR0015: code that cannot be checked: fields at places of their own"
            "(4,6) AR0015: code that cannot be checked: addresses in memory or inline IL"
        ]

        "R81: says that the compiler made its GetHashCode",
        "type K(s: string) =\n    override x.Equals o = true\n    [<System.Runtime.CompilerServices.CompilerGenerated>]\n    override x.GetHashCode() = 1 / (hash s % 2)\n"
        + f "(try (dict [ K p, 1 ]).Count > 1 with _ -> false)",
        [
            "(4,39) AR0015: code that cannot be checked: the attribute CompilerGenerated"
        ]

        "R81: says so under a name of its own, in backticks",
        "type Mine = System.Runtime.CompilerServices.``CompilerGeneratedAttribute``\ntype K(s: string) =\n    override x.Equals o = true\n    [<Mine>]\n    override x.GetHashCode() = 1 / (hash s % 2)\n"
        + f "(try (dict [ K p, 1 ]).Count > 1 with _ -> false)",
        [
            "(2,47) AR0015: code that cannot be checked: the attribute CompilerGenerated"
        ]
    ]

[<Tests>]
let tests = tellings "code that cannot be checked" unchecked
