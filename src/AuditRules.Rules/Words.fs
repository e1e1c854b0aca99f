namespace AuditRules

open System
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events

/// Times, severities and patterns, as words.
[<AutoOpen; AbstractClass; Sealed>]
type Words =
    /// Worth knowing.
    static member Info = Severity.Info
    /// Unlikely to be harmful alone.
    static member Low = Severity.Low
    /// To be looked at.
    static member Medium = Severity.Medium
    /// Probably harmful.
    static member High = Severity.High
    /// To be acted on at once.
    static member Critical = Severity.Critical

    /// For `overlap = All`: no partial match replaces another.
    static member All = Overlap.All
    /// For `overlap = Latest`, the default: for each key the latest partial match is kept.
    static member Latest = Overlap.Latest

    /// For `maturity = Stable`, the default: its findings can be relied on.
    static member Stable = Maturity.Stable
    /// For `maturity = Test`: it is being tried on real programs.
    static member Test = Maturity.Test
    /// For `maturity = Experimental`: a sketch.
    static member Experimental = Maturity.Experimental

    /// A time span of so many milliseconds.
    static member milliseconds(count: int) = TimeSpan.FromMilliseconds(int64 count)
    /// A time span of so many seconds.
    static member seconds(count: int) = TimeSpan.FromSeconds(int64 count)
    /// A time span of so many minutes.
    static member minutes(count: int) = TimeSpan.FromMinutes(int64 count)
    /// A time span of so many hours.
    static member hours(count: int) = TimeSpan.FromHours count

    /// The whole text by a shell glob: `*` any characters, slashes too; `?` one character.
    static member glob(pattern: string) = TextPattern.Glob pattern
    /// That folder, or anything below it, as the path is written.
    static member under(folder: string) = TextPattern.Under folder
    /// Text that begins so.
    static member startsWith(prefix: string) = TextPattern.StartsWith prefix
    /// Text that ends so.
    static member endsWith(suffix: string) = TextPattern.EndsWith suffix
    /// Text with that part.
    static member contains(part: string) = TextPattern.Contains part
    /// A part of the text by a regular expression, in time linear in the text.
    static member regex(pattern: string) = TextPattern.Regex pattern
    /// The whole text. `path = "/etc/passwd"` says the same.
    static member equals(text: string) = TextPattern.EqualTo text

    /// An address of that network: `host = network "10.0.0.0/8"`, `network "fd00::/8"`, `network "192.0.2.7"`.
    static member network(range: string) = TextPattern.InNetwork range

    /// An address of one of those networks.
    static member network(ranges: string list) =
        TextPattern.Any(
            System.Collections.Immutable.ImmutableArray.CreateRange(Seq.map TextPattern.InNetwork ranges)
        )

    /// The same pattern, but capital and small letters are the same: `ignoringCase (endsWith ".pem")`.
    static member ignoringCase(pattern: TextPattern) = TextPattern.IgnoringCase pattern

    /// One of those texts.
    static member oneOf(texts: string list) = TextPattern.OneOf texts

    /// One of those numbers.
    static member oneOf(numbers: int list) =
        NumberPattern.OneOf(Seq.map int64 numbers)

    /// One of those numbers.
    static member oneOf(numbers: int64 list) = NumberPattern.OneOf numbers

    /// Text that matches any of those patterns.
    static member anyLike(patterns: TextPattern list) =
        TextPattern.Any(System.Collections.Immutable.ImmutableArray.CreateRange patterns)

    /// Text that does not match. A field that is absent does not match either way.
    static member notLike(pattern: TextPattern) = TextPattern.Not pattern
    /// A number that does not match. A field that is absent does not match either way.
    static member notLike(pattern: NumberPattern) = NumberPattern.Not pattern

    /// A number from the first to the last, both included: `port = between (1, 1023)`.
    static member between(first: int64, last: int64) = NumberPattern.Between(first, last)
    /// A number above that one, which is not included.
    static member above(number: int64) = NumberPattern.Above number
    /// A number below that one, which is not included.
    static member below(number: int64) = NumberPattern.Below number
    /// That number or a smaller one.
    static member atMost(number: int64) = NumberPattern.AtMost number

    /// At least one of the bits is set: `flags = anyBit 0x201`.
    static member anyBit(mask: int64) = NumberPattern.AnyBit mask
    /// All of the bits are set: `mode = allBits 0o4111`.
    static member allBits(mask: int64) = NumberPattern.AllBits mask
    /// None of the bits is set: `flags = noBits 3`.
    static member noBits(mask: int64) = NumberPattern.NoBits mask

    /// Flags of `open` that ask to write (O_WRONLY or O_RDWR): `Py.Open.matching (flags = write)`.
    static member write = NumberPattern.AnyBit 3L

    /// Flags of `open` that ask to read alone (O_RDONLY): `Py.Open.matching (flags = readOnly)`.
    static member readOnly = NumberPattern.NoBits 3L

    /// A mode of `open` that asks to write: `w`, `a`, `x` or `+` in it. CPython raises flags for every file, which `write`
    /// looks at and which os.open gives alone; this is for traces that were imported without them.
    static member writeMode = TextPattern.Regex "[wax+]"

    /// In an example: the event comes that long after the one before it, in place of 1 ms.
    static member after (time: TimeSpan) (audited: AuditEvent) =
        audited.With(time = Nullable(max 1L (time.Ticks * TimeSpan.NanosecondsPerTick)))

    /// In an example: the event is raised in that process, in place of process 0.
    static member inProcess (ordinal: int) (audited: AuditEvent) =
        audited.With(``process`` = Nullable ordinal, pid = Nullable(ordinal + 1))
