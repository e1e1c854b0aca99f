"""SipHash-2-4 (Aumasson and Bernstein, 2012)."""

MASK = 0xFFFFFFFFFFFFFFFF


def _rounds(v0, v1, v2, v3, count):
    for _ in range(count):
        v0 = v0 + v1 & MASK
        v2 = v2 + v3 & MASK
        v1 = (v1 << 13 & MASK | v1 >> 51) ^ v0
        v3 = (v3 << 16 & MASK | v3 >> 48) ^ v2
        v0 = v0 << 32 & MASK | v0 >> 32
        v2 = v2 + v1 & MASK
        v0 = v0 + v3 & MASK
        v1 = (v1 << 17 & MASK | v1 >> 47) ^ v2
        v3 = (v3 << 21 & MASK | v3 >> 43) ^ v0
        v2 = v2 << 32 & MASK | v2 >> 32
    return v0, v1, v2, v3


def siphash(key, data):
    """Eight bytes for sixteen of key and any of data."""
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    v0, v1 = k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D
    v2, v3 = k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573
    whole = len(data) & ~7
    tail = data[whole:].ljust(7, b"\0") + bytes((len(data) & 255,))
    for at in range(0, whole + 8, 8):
        word = int.from_bytes(data[at:at + 8] if at < whole else tail, "little")
        v3 ^= word
        v0, v1, v2, v3 = _rounds(v0, v1, v2, v3, 2)
        v0 ^= word
    v0, v1, v2, v3 = _rounds(v0, v1, v2 ^ 0xFF, v3, 4)
    return (v0 ^ v1 ^ v2 ^ v3).to_bytes(8, "little")
