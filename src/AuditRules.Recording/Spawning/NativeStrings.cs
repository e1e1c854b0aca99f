using System.Runtime.InteropServices;
using System.Text;

namespace AuditRules.Recording.Spawning;

/// <summary>An array of C strings that ends in a null pointer, outside the collector's memory.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    readonly int _count;

    internal NativeStrings(IReadOnlyList<byte[]> strings)
    {
        _count = strings.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            var text = strings[i];
            Pointer[i] = (byte*)NativeMemory.AllocZeroed((nuint)text.Length + 1);
            text.CopyTo(new Span<byte>(Pointer[i], text.Length));
        }
    }

    internal byte** Pointer { get; }

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
            NativeMemory.Free(Pointer[i]);
        NativeMemory.Free(Pointer);
    }
}
