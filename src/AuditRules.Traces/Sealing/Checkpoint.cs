using System.Collections.Immutable;
using System.Globalization;
using MessagePack;

namespace AuditRules.Traces;

/// <summary>What a CHECKPOINT says of the tree of all that stands before it (T50 to T53).</summary>
/// <param name="Body">The text that is signed: origin, number of leaves and root, each a line ended by LF.</param>
/// <param name="Signatures">Lines of a signed note, without their LF; often none.</param>
public sealed record Checkpoint(string Body, ImmutableArray<string> Signatures)
{
    /// <summary>The most signatures of one CHECKPOINT (T50).</summary>
    public const int MaxSignatures = 64;

    const string OriginPrefix = "auditrules.trace/";

    /// <summary>The head that the body says; null when the body has not the form of T51.</summary>
    public TraceHead? Head
    {
        get
        {
            var lines = Body.Split('\n', 4);
            // The fourth is what stands behind the third LF: further lines, or nothing.
            if (lines.Length < 4 || TraceHead.ReadLeaves(lines[1]) is not (> 0 and var leaves))
                return null;
            var root = new byte[MerkleTree.HashLength];
            return
                Convert.TryFromBase64String(lines[2], root, out var length)
                && length == root.Length
                && Convert.ToBase64String(root) == lines[2]
                ? new TraceHead(leaves, Convert.ToHexStringLower(root))
                : null;
        }
    }

    /// <summary>The body's first line: of which trace it speaks.</summary>
    public string Origin => Body.Split('\n', 2)[0];

    /// <summary>The origin of the trace with that id (T51).</summary>
    internal static string OriginOf(UInt128 traceId) =>
        OriginPrefix + traceId.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>The checkpoint, not signed, of a tree.</summary>
    internal static Checkpoint Of(UInt128 traceId, MerkleTree tree) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{OriginOf(traceId)}\n{tree.Count}\n{Convert.ToBase64String(tree.Root())}\n"
            ),
            []
        );

    internal void Write(ref MessagePackWriter writer)
    {
        writer.WriteMapHeader(Signatures.IsEmpty ? 1 : 2);
        writer.Write("body");
        writer.Write(Body);
        if (Signatures.IsEmpty)
            return;
        writer.Write("signatures");
        writer.WriteArrayHeader(Signatures.Length);
        foreach (var signature in Signatures)
            writer.Write(signature);
    }

    internal static Checkpoint Read(ref MessagePackReader reader)
    {
        var body = "";
        ImmutableArray<string> signatures = [];
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            switch (Text(ref reader))
            {
                case "body":
                    body = Text(ref reader);
                    break;
                case "signatures":
                    var count = reader.ReadArrayHeader();
                    // Each may cost a verification: a file must not ask for millions of them.
                    if (count > MaxSignatures)
                        throw new MessagePackSerializationException($"{count} signatures");
                    var lines = new string[count];
                    for (var i = 0; i < lines.Length; i++)
                        lines[i] = Text(ref reader);
                    signatures = [.. lines];
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new Checkpoint(body, signatures);
    }

    static string Text(ref MessagePackReader reader) =>
        reader.ReadString() ?? throw new MessagePackSerializationException("nil in place of text");
}
