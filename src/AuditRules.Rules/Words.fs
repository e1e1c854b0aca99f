namespace AuditRules

open System
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events

[<AutoOpen; AbstractClass; Sealed>]
type Words =
    static member Info = Severity.Info
    static member Low = Severity.Low
    static member Medium = Severity.Medium
    static member High = Severity.High
    static member Critical = Severity.Critical

    static member All = Overlap.All
    static member Latest = Overlap.Latest

    static member Stable = Maturity.Stable
    static member Test = Maturity.Test
    static member Experimental = Maturity.Experimental

    static member milliseconds(count: int) = TimeSpan.FromMilliseconds(int64 count)
    static member seconds(count: int) = TimeSpan.FromSeconds(int64 count)
    static member minutes(count: int) = TimeSpan.FromMinutes(int64 count)
    static member hours(count: int) = TimeSpan.FromHours count

    static member glob(pattern: string) = TextPattern.Glob pattern
    static member under(folder: string) = TextPattern.Under folder
    static member startsWith(prefix: string) = TextPattern.StartsWith prefix
    static member endsWith(suffix: string) = TextPattern.EndsWith suffix
    static member contains(part: string) = TextPattern.Contains part
    static member regex(pattern: string) = TextPattern.Regex pattern
    static member equals(text: string) = TextPattern.EqualTo text

    static member network(range: string) = TextPattern.InNetwork range

    static member network(ranges: string list) =
        TextPattern.Any(
            System.Collections.Immutable.ImmutableArray.CreateRange(Seq.map TextPattern.InNetwork ranges)
        )

    static member ignoringCase(pattern: TextPattern) = TextPattern.IgnoringCase pattern

    static member oneOf(texts: string list) = TextPattern.OneOf texts

    static member oneOf(numbers: int list) =
        NumberPattern.OneOf(Seq.map int64 numbers)

    static member oneOf(numbers: int64 list) = NumberPattern.OneOf numbers

    static member anyLike(patterns: TextPattern list) =
        TextPattern.Any(System.Collections.Immutable.ImmutableArray.CreateRange patterns)

    static member notLike(pattern: TextPattern) = TextPattern.Not pattern
    static member notLike(pattern: NumberPattern) = NumberPattern.Not pattern

    static member between(first: int64, last: int64) = NumberPattern.Between(first, last)
    static member above(number: int64) = NumberPattern.Above number
    static member below(number: int64) = NumberPattern.Below number
    static member atMost(number: int64) = NumberPattern.AtMost number

    static member anyBit(mask: int64) = NumberPattern.AnyBit mask
    static member allBits(mask: int64) = NumberPattern.AllBits mask
    static member noBits(mask: int64) = NumberPattern.NoBits mask

    static member write = NumberPattern.AnyBit 3L

    static member readOnly = NumberPattern.NoBits 3L

    static member writeMode = TextPattern.Regex "[wax+]"

    static member after (time: TimeSpan) (audited: AuditEvent) =
        if time < TimeSpan.Zero then
            invalidArg "time" "after takes a time that is not negative"

        let ticks = min time.Ticks (Int64.MaxValue / TimeSpan.NanosecondsPerTick)
        audited.With(time = Nullable(max 1L (ticks * TimeSpan.NanosecondsPerTick)))

    static member inProcess (ordinal: int) (audited: AuditEvent) =
        if ordinal < 0 then
            invalidArg "ordinal" "inProcess takes a number of at least 0"

        audited.With(``process`` = Nullable ordinal, pid = Nullable(ordinal + 1))
