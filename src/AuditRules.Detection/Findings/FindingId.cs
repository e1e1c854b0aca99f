using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using AuditRules.Events;

namespace AuditRules.Detection.Findings;

/// <summary>
/// The stable id of a finding: SHA-256 over the rule's id and the evidence without what differs from run to run (times,
/// pids, addresses of objects, names made by <c>tempfile</c>), cut to 64 bits.
/// </summary>
static partial class FindingId
{
    public static string Of(string ruleId, ImmutableArray<StepEvent> events)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, ruleId);
        foreach (var (step, audited) in events)
        {
            Add(hash, step);
            Add(hash, audited.Name);
            foreach (var argument in audited.Arguments)
                Add(hash, argument);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    static void Add(IncrementalHash hash, Value value)
    {
        hash.AppendData([(byte)value.Kind]);
        switch (value.Kind)
        {
            case ValueKind.Object:
                Add(hash, value.AsObject!.Type);
                Add(hash, value.AsText ?? "");
                break;
            case ValueKind.Truncated:
                hash.AppendData([(byte)value.AsTruncated!.Kind]);
                AddNumber(hash, value.AsTruncated.Length);
                Add(hash, value.AsTruncated.Head);
                break;
            case ValueKind.List:
                AddNumber(hash, value.Items.Length);
                foreach (var item in value.Items)
                    Add(hash, item);
                break;
            case ValueKind.Map:
                AddNumber(hash, value.Entries.Length);
                foreach (var (key, entry) in value.Entries)
                {
                    Add(hash, key);
                    Add(hash, entry);
                }

                break;
            case ValueKind.Redacted:
                Add(hash, value.AsRedacted!.Kind);
                break;
            case ValueKind.BigInt:
                hash.AppendData(value.AsInteger.ToByteArray());
                break;
            case ValueKind.Float:
                AddNumber(hash, BitConverter.DoubleToInt64Bits(value.AsDouble));
                break;
            default:
                Add(hash, value.AsText ?? "");
                AddNumber(hash, value.AsInt64);
                break;
        }
    }

    static void Add(IncrementalHash hash, string text)
    {
        var bytes = PythonText.Encode(TemporaryName().Replace(text, "tmp*"));
        AddNumber(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    static void AddNumber(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }

    // What Python's tempfile makes: "tmp" and eight characters of this alphabet.
    [GeneratedRegex("tmp[a-z0-9_]{8}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex TemporaryName();
}
