namespace AuditRules.Traces;

/// <summary>What a frame is (T8). Numbers from 0x80 may be ignored by a reader that does not know them.</summary>
enum FrameType : byte
{
    Meta = 1,
    Data = 2,
    Process = 3,
    Loss = 4,
    End = 5,
    Index = 0x80,
    Checkpoint = 0x81,
}
