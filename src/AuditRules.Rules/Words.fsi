namespace AuditRules

open System
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events

/// Times, severities and patterns, as words. Patterns combine: `|||` is either of two, `&&&` both, with parentheses around
/// the whole: `path = (under "/etc" ||| glob "*/.ssh/*")`.
[<AutoOpen; AbstractClass; Sealed; Class>]
type Words =
    /// A severity: worth knowing.
    static member Info: Severity

    /// A severity: unlikely to be harmful alone.
    static member Low: Severity

    /// A severity: to be looked at.
    static member Medium: Severity

    /// A severity: probably harmful.
    static member High: Severity

    /// A severity: to be acted on at once.
    static member Critical: Severity

    /// For `overlap = All`: no partial match replaces another (R41).
    static member All: Overlap

    /// For `overlap = Latest`, the default: for each key the latest partial match is kept (R7).
    static member Latest: Overlap

    /// For `maturity = Stable`, the default: its findings can be relied on.
    static member Stable: Maturity

    /// For `maturity = Test`: it is being tried on real programs.
    static member Test: Maturity

    /// For `maturity = Experimental`: a sketch.
    static member Experimental: Maturity

    /// A time span of so many milliseconds: `within (milliseconds 200)`.
    static member milliseconds: count: int -> TimeSpan

    /// A time span of so many seconds: `within (seconds 5)`.
    static member seconds: count: int -> TimeSpan

    /// A time span of so many minutes: `within (minutes 1)`.
    static member minutes: count: int -> TimeSpan

    /// A time span of so many hours: `maxspan (hours 1)`.
    static member hours: count: int -> TimeSpan

    /// The whole text by a shell glob: `*` any characters, slashes too; `?` one character (R70): `path = glob "*/.ssh/id_*"`.
    static member glob: pattern: string -> TextPattern

    /// That folder, or anything below it, as the path is written (R70): `path = under "/etc"`. Nothing is resolved: a relative
    /// path, a symbolic link or `/tmp/../etc` is not below `/etc`.
    static member under: folder: string -> TextPattern

    /// Text that begins so (R70).
    static member startsWith: prefix: string -> TextPattern

    /// Text that ends so (R70).
    static member endsWith: suffix: string -> TextPattern

    /// Text with that part (R70).
    static member contains: part: string -> TextPattern

    /// <summary>A part of the text by a regular expression, in time linear in the text (R70).</summary>
    /// <param name="pattern">In .NET's syntax, without what needs backtracking; <c>^</c> and <c>$</c> are the text's ends.</param>
    /// <exception cref="T:AuditRules.Detection.Patterns.PatternException">The expression is wrong or needs backtracking (R73).
    /// </exception>
    static member regex: pattern: string -> TextPattern

    /// The whole text (R70). `path = "/etc/passwd"` says the same.
    static member equals: text: string -> TextPattern

    /// <summary>
    /// An address of that network (R71): <c>host = network "10.0.0.0/8"</c>, <c>network "fd00::/8"</c>,
    /// <c>network "192.0.2.7"</c>. A name is no address; nothing is looked up.
    /// </summary>
    /// <param name="range">An address, or a network with the length of its prefix.</param>
    /// <exception cref="T:AuditRules.Detection.Patterns.PatternException">It is no network, or has bits beyond its prefix
    /// (R73).</exception>
    static member network: range: string -> TextPattern

    /// <summary>An address of one of those networks (R71).</summary>
    /// <param name="ranges">Addresses, or networks with the length of their prefix; of none nothing matches.</param>
    /// <exception cref="T:AuditRules.Detection.Patterns.PatternException">One is no network, or has bits beyond its prefix
    /// (R73).</exception>
    static member network: ranges: string list -> TextPattern

    /// The same pattern, but capital and small letters are the same, in no language's way (R70): `ignoringCase (endsWith ".pem")`.
    static member ignoringCase: pattern: TextPattern -> TextPattern

    /// One of those texts (R70); of none nothing matches (AR0016).
    static member oneOf: texts: string list -> TextPattern

    /// One of those numbers (R72): `port = oneOf [ 443; 8443 ]`; of none nothing matches (AR0016).
    static member oneOf: numbers: int list -> NumberPattern

    /// One of those numbers (R72); of none nothing matches (AR0016).
    static member oneOf: numbers: int64 list -> NumberPattern

    /// Text that matches any of those patterns; of none nothing matches (AR0016).
    static member anyLike: patterns: TextPattern list -> TextPattern

    /// Text that does not match: `host = notLike loopback`. A field that is absent does not match either way (R3).
    static member notLike: pattern: TextPattern -> TextPattern

    /// A number that does not match. A field that is absent does not match either way (R3).
    static member notLike: pattern: NumberPattern -> NumberPattern

    /// <summary>A number from the first to the last, both included (R72): <c>port = between (1, 1023)</c>.</summary>
    /// <exception cref="T:AuditRules.Detection.Patterns.PatternException">The first is above the last (R73).</exception>
    static member between: first: int64 * last: int64 -> NumberPattern

    /// A number above that one, which is not included (R72).
    static member above: number: int64 -> NumberPattern

    /// A number below that one, which is not included (R72).
    static member below: number: int64 -> NumberPattern

    /// That number or a smaller one (R72).
    static member atMost: number: int64 -> NumberPattern

    /// <summary>At least one of the bits is set (R72): <c>flags = anyBit 0x201</c>.</summary>
    /// <exception cref="T:AuditRules.Detection.Patterns.PatternException">The mask has no bit (R73).</exception>
    static member anyBit: mask: int64 -> NumberPattern

    /// <summary>All of the bits are set (R72): <c>mode = allBits 0o4111</c>.</summary>
    /// <exception cref="T:AuditRules.Detection.Patterns.PatternException">The mask has no bit (R73).</exception>
    static member allBits: mask: int64 -> NumberPattern

    /// <summary>None of the bits is set (R72): <c>flags = noBits 3</c>.</summary>
    /// <exception cref="T:AuditRules.Detection.Patterns.PatternException">The mask has no bit (R73).</exception>
    static member noBits: mask: int64 -> NumberPattern

    /// Flags of `open` that ask to write (O_WRONLY or O_RDWR): `Py.Open.matching (flags = write)`.
    static member write: NumberPattern

    /// Flags of `open` that ask to read alone (O_RDONLY): `Py.Open.matching (flags = readOnly)`.
    static member readOnly: NumberPattern

    /// A mode of `open` that asks to write: `w`, `a`, `x` or `+` in it. CPython raises flags for every file, which `write`
    /// looks at and which os.open gives alone; this is for traces that were imported without them.
    static member writeMode: TextPattern

    /// <summary>
    /// In an example (R28): the event comes that long after the one before it, in place of 1 ms:
    /// <c>Py.OsRemove.make (path = "/a") |> after (seconds 6)</c>.
    /// </summary>
    /// <param name="time">Above zero; what is not counts as a nanosecond.</param>
    /// <param name="audited">The event.</param>
    static member after: time: TimeSpan -> audited: AuditEvent -> AuditEvent

    /// <summary>In an example (R28): the event is raised in that process, in place of process 0.</summary>
    /// <param name="ordinal">The process, from 0; its process id is one more.</param>
    /// <param name="audited">The event.</param>
    static member inProcess: ordinal: int -> audited: AuditEvent -> AuditEvent
