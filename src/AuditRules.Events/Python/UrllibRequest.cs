namespace AuditRules.Events.Python;

public readonly partial struct UrllibRequest
{
    /// <summary>The URL's host in lower case, as <c>example.org</c> or <c>[::1]</c>; empty when it has none.</summary>
    [ReadsArguments(0)]
    public string Host => Parsed?.Host ?? "";

    /// <summary>The URL's scheme in lower case, as <c>https</c>; empty when the text is no URL.</summary>
    [ReadsArguments(0)]
    public string Scheme => Parsed?.Scheme ?? "";

    // .NET takes the path of a file for a URL, where paths begin as they do on its own system.
    Uri? Parsed =>
        Uri.TryCreate(Url, UriKind.Absolute, out var uri)
        && Url.StartsWith(uri.Scheme + ":", StringComparison.OrdinalIgnoreCase)
            ? uri
            : null;
}
