using System.Security.Cryptography;
using System.Text;

namespace AuditRules.Traces;

/// <summary>
/// A key of seals: ECDSA on P-256 (T53), with its private half or without. The private half must not be within reach of
/// a recorded program. Not safe for several threads at once.
/// </summary>
public sealed class SealKey : IDisposable
{
    const string Curve = "1.2.840.10045.3.1.7"; // P-256

    readonly ECDsa _key;
    readonly byte[] _id;

    SealKey(ECDsa key, bool isPrivate)
    {
        _key = key;
        _id = SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..SignatureLine.KeyIdLength];
        IsPrivate = isPrivate;
    }

    /// <summary>Whether it can sign.</summary>
    public bool IsPrivate { get; }

    /// <summary>The key's id: the first 4 bytes of the SHA-256 of the public half, as 8 hexadecimal digits.</summary>
    public string Id => Convert.ToHexStringLower(_id);

    /// <summary>A new pair.</summary>
    public static SealKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256), isPrivate: true);

    /// <summary>
    /// Reads a key as PEM: a private one as PKCS#8 (<c>PRIVATE KEY</c>) or SEC 1 (<c>EC PRIVATE KEY</c>), a public one
    /// as <c>PUBLIC KEY</c>.
    /// </summary>
    /// <exception cref="SealKeyException">It is none of these, is encrypted, or is a key of another kind.</exception>
    public static SealKey Read(string pem)
    {
        var isPrivate = SealKeyPem.IsPrivate(pem);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            var curve = key.ExportParameters(includePrivateParameters: false).Curve;
            // A key that spells out its curve has another SubjectPublicKeyInfo, and so another id.
            if (!curve.IsNamed)
                throw new SealKeyException("it spells out its curve in place of the name P-256");
            if (curve.Oid.Value != Curve)
                throw new SealKeyException("it is a key on another curve than P-256");
            return new SealKey(key, isPrivate);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new SealKeyException("it is no key for ECDSA on P-256", e);
        }
        catch (SealKeyException)
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Whether a key may have that name: not empty, and without white space, control characters and +.</summary>
    public static bool IsName(string name) => SignatureLine.IsName(name);

    /// <summary>The private half as PEM (PKCS#8, not encrypted).</summary>
    /// <exception cref="CryptographicException">There is none.</exception>
    public string PrivatePem() => _key.ExportPkcs8PrivateKeyPem() + "\n";

    /// <summary>The public half as PEM (SubjectPublicKeyInfo).</summary>
    public string PublicPem() => _key.ExportSubjectPublicKeyInfoPem() + "\n";

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>The line that signs a body.</summary>
    internal SignatureLine Sign(string name, string body) =>
        new(name, _id, _key.SignHash(Digest(body), DSASignatureFormat.Rfc3279DerSequence));

    /// <summary>Whether the line says that it is this key's.</summary>
    internal bool IsOf(SignatureLine line) => line.KeyId.Span.SequenceEqual(_id);

    /// <summary>Whether the line is this key's signature of the body with that digest.</summary>
    internal bool Verifies(SignatureLine line, byte[] digest) =>
        IsOf(line) && _key.VerifyHash(digest, line.Signature.Span, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>What is signed of a body: a CHECKPOINT may have many signatures of a long one.</summary>
    internal static byte[] Digest(string body) => SHA256.HashData(Encoding.UTF8.GetBytes(body));
}
