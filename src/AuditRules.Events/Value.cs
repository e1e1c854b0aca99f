using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using AuditRules.Events.Json;

namespace AuditRules.Events;

/// <summary>
/// One argument of an event. Immutable and safe to keep and to share between threads.
/// Equality is by content; two values of different kinds are never equal, and floats compare by their bits.
/// </summary>
public readonly struct Value : IEquatable<Value>
{
    // 24 bytes: | number: int64, or the bits of a double | reference: str, bytes, items ... | kind |
    readonly long _number;
    readonly object? _reference;

    Value(ValueKind kind, long number, object? reference)
    {
        Kind = kind;
        _number = number;
        _reference = reference;
    }

    /// <summary>What the value holds.</summary>
    public ValueKind Kind { get; }

    /// <summary>The absent value, the same as <c>default</c>.</summary>
    public static Value Nil => default;

    /// <summary>A truth value.</summary>
    public static Value Bool(bool value) => new(value ? ValueKind.True : ValueKind.False, 0, null);

    /// <summary>An integer of 64 signed bits.</summary>
    public static Value Int(long value) => new(ValueKind.Int, value, null);

    /// <summary>An integer of any size; one that fits 64 signed bits becomes <see cref="ValueKind.Int"/>.</summary>
    public static Value Integer(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? Int((long)value) : new(ValueKind.BigInt, 0, value);

    /// <summary>A double; every bit of a NaN is kept.</summary>
    public static Value Float(double value) =>
        new(ValueKind.Float, BitConverter.DoubleToInt64Bits(value), null);

    /// <summary>Text. It must have no lone surrogates: use <see cref="RawStr"/> for those.</summary>
    public static Value Str(string value) => new(ValueKind.Str, 0, value);

    /// <summary>Bytes; the array is not copied and must not change afterwards.</summary>
    public static Value Bytes(byte[] value) => new(ValueKind.Bytes, 0, value);

    /// <summary>Python text that is not UTF-8, as bytes; the array is not copied and must not change.</summary>
    public static Value RawStr(byte[] value) => new(ValueKind.RawStr, 0, value);

    /// <summary>A list; the array is not copied and must not change afterwards.</summary>
    public static Value List(params Value[] items) => new(ValueKind.List, 0, items);

    /// <summary>A map; the array is not copied and must not change afterwards.</summary>
    public static Value Map(params KeyValuePair<Value, Value>[] entries) => new(ValueKind.Map, 0, entries);

    /// <summary>A value cut by a limit.</summary>
    public static Value Truncated(TruncatedValue value) => new(ValueKind.Truncated, 0, value);

    /// <summary>An object of another type.</summary>
    public static Value Object(ObjectValue value) => new(ValueKind.Object, 0, value);

    /// <summary>A secret that was taken out.</summary>
    public static Value Redacted(RedactedValue value) => new(ValueKind.Redacted, 0, value);

    /// <summary>
    /// The value of a plain .NET object: null, text, integers, doubles, truth values and values as they are, texts
    /// and a tuple as a list; any other object as its invariant text.
    /// </summary>
    public static Value From(object? content) =>
        content switch
        {
            null => default,
            Value value => value,
            string text => PythonText.ToValue(text),
            bool truth => Bool(truth),
            int number => Int(number),
            long number => Int(number),
            double number => Float(number),
            IEnumerable<string> texts => List([.. texts.Select(PythonText.ToValue)]),
            ITuple tuple => List([.. Enumerable.Range(0, tuple.Length).Select(i => From(tuple[i]))]),
            _ => Convert.ToString(content, CultureInfo.InvariantCulture),
        };

    /// <summary>True for <see cref="ValueKind.Nil"/>.</summary>
    public bool IsNil => Kind == ValueKind.Nil;

    /// <summary>The integer, or 0; true counts as 1.</summary>
    public long AsInt64 =>
        Kind == ValueKind.True ? 1
        : Kind == ValueKind.Int ? _number
        : 0;

    /// <summary>The number as a double, or NaN when the value is no number.</summary>
    public double AsDouble =>
        Kind switch
        {
            ValueKind.Float => BitConverter.Int64BitsToDouble(_number),
            ValueKind.Int => _number,
            ValueKind.BigInt => (double)(BigInteger)_reference!,
            _ => double.NaN,
        };

    /// <summary>True for true and for integers other than 0.</summary>
    public bool AsBool => AsInt64 != 0;

    /// <summary>An integer of any size, or 0.</summary>
    public BigInteger AsInteger => Kind == ValueKind.BigInt ? (BigInteger)_reference! : AsInt64;

    /// <summary>
    /// Text or bytes as text: text as it is, bytes and raw text by <see cref="PythonText"/>, which makes lone surrogates
    /// of what is not UTF-8, truncated text by its head, a path object (pathlib) by the path that was recorded of it.
    /// Null for every other kind.
    /// </summary>
    public string? AsText =>
        _reference switch
        {
            string text => text,
            byte[] bytes when Kind == ValueKind.RawStr => PythonText.DecodeRaw(bytes),
            byte[] bytes => PythonText.Decode(bytes),
            TruncatedValue truncated => truncated.Head.AsText,
            ObjectValue described => described["path"].AsText,
            _ => null,
        };

    /// <summary>The content of bytes and raw text; empty for every other kind.</summary>
    public ReadOnlySpan<byte> AsBytes => _reference as byte[];

    /// <summary>The items of a list; empty for every other kind.</summary>
    public ReadOnlySpan<Value> Items => _reference as Value[];

    /// <summary>The entries of a map; empty for every other kind.</summary>
    public ReadOnlySpan<KeyValuePair<Value, Value>> Entries => _reference as KeyValuePair<Value, Value>[];

    /// <summary>The item of a list, or nil when there is none.</summary>
    public Value this[int index] =>
        _reference is Value[] items && (uint)index < (uint)items.Length ? items[index] : default;

    /// <summary>The object's description, or null.</summary>
    public ObjectValue? AsObject => _reference as ObjectValue;

    /// <summary>The truncated value's description, or null.</summary>
    public TruncatedValue? AsTruncated => _reference as TruncatedValue;

    /// <summary>The redacted value's description, or null.</summary>
    public RedactedValue? AsRedacted => _reference as RedactedValue;

    /// <summary>Text, for literals in tests and examples.</summary>
    public static implicit operator Value(string? value) =>
        value is null ? default : PythonText.ToValue(value);

    /// <summary>An integer, for literals in tests and examples.</summary>
    public static implicit operator Value(long value) => Int(value);

    /// <summary>An integer, for literals in tests and examples.</summary>
    public static implicit operator Value(int value) => Int(value);

    /// <summary>A truth value, for literals in tests and examples.</summary>
    public static implicit operator Value(bool value) => Bool(value);

    /// <summary>A double, for literals in tests and examples.</summary>
    public static implicit operator Value(double value) => Float(value);

    /// <inheritdoc/>
    public bool Equals(Value other)
    {
        if (Kind != other.Kind || _number != other._number)
            return false;
        return (_reference, other._reference) switch
        {
            (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
            (Value[] a, Value[] b) => a.AsSpan().SequenceEqual(b),
            (KeyValuePair<Value, Value>[] a, KeyValuePair<Value, Value>[] b) => a.AsSpan().SequenceEqual(b),
            var (a, b) => Equals(a, b),
        };
    }

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Value other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Kind);
        hash.Add(_number);
        switch (_reference)
        {
            case byte[] bytes:
                hash.AddBytes(bytes);
                break;
            case Value[] items:
                foreach (var item in items)
                    hash.Add(item);
                break;
            case KeyValuePair<Value, Value>[] entries:
                foreach (var (key, item) in entries)
                {
                    hash.Add(key);
                    hash.Add(item);
                }

                break;
            case { } other:
                hash.Add(other);
                break;
        }

        return hash.ToHashCode();
    }

    /// <summary>The value as JSON (docs/spec/event-json.md), on one line.</summary>
    public override string ToString() => EventJson.ToJson(this);

    /// <summary>Equality by content.</summary>
    public static bool operator ==(Value left, Value right) => left.Equals(right);

    /// <summary>Inequality by content.</summary>
    public static bool operator !=(Value left, Value right) => !left.Equals(right);
}
