namespace AuditRules.Recording.Redaction;

/// <summary>A secret in a text.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The byte behind it.</param>
/// <param name="Kind">Why it is one: <c>url</c>, <c>named</c>, <c>auth</c>, <c>token</c>, <c>pem</c>.</param>
internal readonly record struct Secret(int Start, int End, string Kind);

/// <summary>What a text that is a name as a whole says of the value that it belongs to (rule S65).</summary>
internal enum Asks
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>The value is a secret.</summary>
    Secret,

    /// <summary>It is that of an Authorization header: a scheme may stand before the secret.</summary>
    Credentials,
}
