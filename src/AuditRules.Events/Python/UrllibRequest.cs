namespace AuditRules.Events.Python;

public readonly partial struct UrllibRequest
{
    /// <summary>The URL's host in lower case, as <c>example.org</c> or <c>[::1]</c>; empty when it has none.</summary>
    public string Host => Uri.TryCreate(Url, UriKind.Absolute, out var uri) ? uri.Host : "";

    /// <summary>The URL's scheme in lower case, as <c>https</c>; empty when the text is no URL.</summary>
    public string Scheme => Uri.TryCreate(Url, UriKind.Absolute, out var uri) ? uri.Scheme : "";
}
