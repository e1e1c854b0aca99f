/// The names that compiled code uses, read without loading it.
module internal AuditRules.Scripting.AssemblyNames

open System.Reflection
open System.Reflection.Metadata

/// A type, as far as the guard needs to tell.
type TypeName =
    /// The rule files' own.
    | Own of TypeDefinitionHandle
    /// One of a library, as `System.Collections.Generic.List`; inside another `Outer/Inner`.
    | Library of string
    /// An address in memory, or something that holds one.
    | Address
    /// A reference to where a value stands, as a `byref` is.
    | Place
    /// No value.
    | Nothing
    | Other

/// The name without the number of its type parameters.
let private withoutArity (name: string) =
    match name.IndexOf '`' with
    | -1 -> name
    | i -> name.Substring(0, i)

let rec private referenceName (metadata: MetadataReader) (handle: TypeReferenceHandle) =
    let reference = metadata.GetTypeReference handle
    let name = withoutArity (metadata.GetString reference.Name)

    match reference.ResolutionScope.Kind with
    | HandleKind.TypeReference ->
        let outer = TypeReferenceHandle.op_Explicit reference.ResolutionScope
        $"{referenceName metadata outer}/{name}"
    | _ ->
        match metadata.GetString reference.Namespace with
        | "" -> name
        | space -> $"{space}.{name}"

/// Types in signatures: of a generic one the definition, of an array and a place what stands in it matters only if it is an address.
let private provider =
    let addressIn (parts: TypeName seq) otherwise =
        if Seq.contains Address parts then Address else otherwise

    { new ISignatureTypeProvider<TypeName, unit> with
        member _.GetArrayType(element, _) = addressIn [ element ] Other
        member _.GetSZArrayType element = addressIn [ element ] Other
        member _.GetByReferenceType element = addressIn [ element ] Place
        member _.GetFunctionPointerType _ = Address
        member _.GetPointerType _ = Address
        member _.GetPinnedType _ = Address
        member _.GetGenericInstantiation(definition, arguments) = addressIn arguments definition
        member _.GetGenericMethodParameter((), _) = Other
        member _.GetGenericTypeParameter((), _) = Other
        member _.GetModifiedType(modifier, unmodified, _) = addressIn [ modifier ] unmodified

        member _.GetPrimitiveType code =
            if code = PrimitiveTypeCode.Void then Nothing else Other

        member _.GetTypeFromDefinition(_, handle, _) = Own handle
        member _.GetTypeFromReference(metadata, handle, _) = Library(referenceName metadata handle)

        member this.GetTypeFromSpecification(metadata, (), handle, _) =
            metadata.GetTypeSpecification(handle).DecodeSignature(this, ())
    }

let ofEntity (metadata: MetadataReader) (handle: EntityHandle) =
    match handle.Kind with
    | HandleKind.TypeDefinition -> Own(TypeDefinitionHandle.op_Explicit handle)
    | HandleKind.TypeReference -> Library(referenceName metadata (TypeReferenceHandle.op_Explicit handle))
    | HandleKind.TypeSpecification ->
        metadata
            .GetTypeSpecification(TypeSpecificationHandle.op_Explicit handle)
            .DecodeSignature(provider, ())
    // A member of a native module, or of no type at all.
    | _ -> Address

let ofField (field: FieldDefinition) = field.DecodeSignature(provider, ())

/// The result and the parameters.
let ofMethod (method: MethodDefinition) =
    let signature = method.DecodeSignature(provider, ())
    signature.ReturnType :: List.ofSeq signature.ParameterTypes

let ofReference (reference: MemberReference) =
    match reference.GetKind() with
    | MemberReferenceKind.Field -> [ reference.DecodeFieldSignature(provider, ()) ]
    | _ ->
        let signature = reference.DecodeMethodSignature(provider, ())
        signature.ReturnType :: List.ofSeq signature.ParameterTypes

let ofLocals (metadata: MetadataReader) (body: MethodBodyBlock) =
    if body.LocalSignature.IsNil then
        []
    else
        metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(provider, ())
        |> List.ofSeq

/// Whether it is a member of the type itself.
let isStatic (reference: MemberReference) =
    not (reference.DecodeMethodSignature(provider, ()).Header.IsInstance)

/// A method that is called.
type Called =
    {
        Type: TypeName
        Name: string
        /// The result and the parameters; none for what is no method.
        Types: TypeName list
        IsStatic: bool
    }

let rec calledMethod (metadata: MetadataReader) (handle: EntityHandle) =
    match handle.Kind with
    | HandleKind.MethodSpecification ->
        calledMethod
            metadata
            (metadata.GetMethodSpecification(MethodSpecificationHandle.op_Explicit handle)).Method
    | HandleKind.MethodDefinition ->
        let method = metadata.GetMethodDefinition(MethodDefinitionHandle.op_Explicit handle)

        {
            Type = Own(method.GetDeclaringType())
            Name = metadata.GetString method.Name
            Types = ofMethod method
            IsStatic = method.Attributes.HasFlag MethodAttributes.Static
        }
    | HandleKind.MemberReference ->
        let reference =
            metadata.GetMemberReference(MemberReferenceHandle.op_Explicit handle)

        {
            Type = ofEntity metadata reference.Parent
            Name = metadata.GetString reference.Name
            Types = ofReference reference
            IsStatic = isStatic reference
        }
    | _ ->
        {
            Type = Other
            Name = ""
            Types = []
            IsStatic = true
        }
