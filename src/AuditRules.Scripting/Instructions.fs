/// Reads the instructions of a compiled method.
module internal AuditRules.Scripting.Instructions

open System.Collections.Generic
open System.Reflection
open System.Reflection.Emit
open System.Reflection.Metadata

[<Struct>]
type Instruction =
    {
        /// Where it begins, in bytes from the method's beginning.
        Offset: int
        Code: ILOpCode
        /// A metadata token, a number of 32 bits, or the offset that is branched to, of a switch
        /// the least; 0 for an instruction with none.
        Operand: int
    }

/// What stands behind each code of one byte, then of two bytes, by the second.
let private operands =
    let table = Array.create 512 OperandType.InlineNone

    for field in typeof<OpCodes>.GetFields(BindingFlags.Public ||| BindingFlags.Static) do
        match field.GetValue null with
        | :? OpCode as code ->
            let index =
                if code.Size = 2 then
                    256 + int (byte code.Value)
                else
                    int (byte code.Value)

            table[index] <- code.OperandType
        | _ -> ()

    table

/// The numbers that short forms load: ldc.i4.0 to ldc.i4.8.
let private shortNumber (code: ILOpCode) =
    if code >= ILOpCode.Ldc_i4_0 && code <= ILOpCode.Ldc_i4_8 then
        int code - int ILOpCode.Ldc_i4_0
    else
        0

/// The instructions in their order, and the offsets that something branches to.
let read (body: MethodBodyBlock) =
    let mutable reader = body.GetILReader()
    let found = ResizeArray<Instruction>()
    let targets = HashSet<int>()

    while reader.RemainingBytes > 0 do
        let offset = reader.Offset
        let first = int (reader.ReadByte())

        let index, code =
            if first = 0xFE then
                let second = int (reader.ReadByte())
                256 + second, LanguagePrimitives.EnumOfValue<uint16, ILOpCode>(uint16 (0xFE00 ||| second))
            else
                first, LanguagePrimitives.EnumOfValue<uint16, ILOpCode>(uint16 first)

        let branch distance =
            targets.Add distance |> ignore
            distance

        let operand =
            match operands[index] with
            | OperandType.InlineNone -> shortNumber code
            | OperandType.ShortInlineBrTarget ->
                let distance = int (reader.ReadSByte())
                branch (reader.Offset + distance)
            | OperandType.InlineBrTarget ->
                let distance = reader.ReadInt32()
                branch (reader.Offset + distance)
            | OperandType.ShortInlineI -> int (reader.ReadSByte())
            | OperandType.ShortInlineVar -> int (reader.ReadByte())
            | OperandType.InlineVar -> int (reader.ReadUInt16())
            | OperandType.InlineI8
            | OperandType.InlineR ->
                reader.ReadInt64() |> ignore
                0
            | OperandType.InlineSwitch ->
                let distances = Array.init (reader.ReadInt32()) (fun _ -> reader.ReadInt32())

                distances
                |> Array.fold
                    (fun least distance -> min least (branch (reader.Offset + distance)))
                    reader.Offset
            | _ -> reader.ReadInt32()

        found.Add
            {
                Offset = offset
                Code = code
                Operand = operand
            }

    found, targets
