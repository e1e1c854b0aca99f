/// What takes long to optimize, and is not worth it.
module internal AuditRules.Scripting.LongCode

open System
open System.IO
open System.Reflection
open System.Reflection.Metadata
open System.Reflection.Metadata.Ecma335
open System.Reflection.PortableExecutable

// In bytes. A list of three hundred texts has that much; hardly anything that is asked for events does.
let private longest = 3000

// Of a row of the table of methods: four bytes for where the code is, then two of these flags.
let private flagsAt = 4

/// The same assembly, with long code marked as not to be optimized. The items of a list are written out in one method,
/// which runs once, when the file is loaded: for thousands of texts it would take seconds to optimize.
let unoptimized (assembly: byte array) =
    use image = new PEReader(new MemoryStream(assembly))
    let metadata = image.GetMetadataReader()
    let patched = Array.copy assembly

    let table =
        image.PEHeaders.MetadataStartOffset
        + metadata.GetTableMetadataOffset TableIndex.MethodDef

    for handle in metadata.MethodDefinitions do
        let method = metadata.GetMethodDefinition handle

        if
            method.RelativeVirtualAddress > 0
            && (image.GetMethodBody method.RelativeVirtualAddress).GetILReader().Length > longest
        then
            let row =
                (MetadataTokens.GetRowNumber handle - 1)
                * metadata.GetTableRowSize TableIndex.MethodDef

            BitConverter.TryWriteBytes(
                Span(patched, table + row + flagsAt, 2),
                uint16 (method.ImplAttributes ||| MethodImplAttributes.NoOptimization)
            )
            |> ignore

    patched
