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
    /// One of those texts.
    static member oneOf(texts: string list) = TextPattern.OneOf texts

    /// One of those numbers.
    static member oneOf(numbers: int list) =
        NumberPattern.OneOf(Seq.map int64 numbers)

    /// Text that matches any of those patterns.
    static member anyLike(patterns: TextPattern list) =
        TextPattern.Any(System.Collections.Immutable.ImmutableArray.CreateRange patterns)

    /// Text that does not match. A field that is absent does not match either way.
    static member notLike(pattern: TextPattern) = TextPattern.Not pattern
    /// A number that does not match. A field that is absent does not match either way.
    static member notLike(pattern: NumberPattern) = NumberPattern.Not pattern

    /// A number from the first to the last, both included.
    static member between(first: int, last: int) =
        NumberPattern.Between(int64 first, int64 last)

    /// At least one of the bits is set.
    static member anyBit(mask: int) = NumberPattern.AnyBit(int64 mask)

    /// Flags of `open` that ask to write (O_WRONLY or O_RDWR): `Py.Open.matching (flags = write)`.
    static member write = NumberPattern.AnyBit 3L

    /// In an example: the event comes that long after the one before it, in place of 1 ms.
    static member after (time: TimeSpan) (audited: AuditEvent) =
        audited.With(time = Nullable(max 1L (time.Ticks * TimeSpan.NanosecondsPerTick)))

    /// In an example: the event is raised in that process, in place of process 0.
    static member inProcess (ordinal: int) (audited: AuditEvent) =
        audited.With(``process`` = Nullable ordinal, pid = Nullable(ordinal + 1))
