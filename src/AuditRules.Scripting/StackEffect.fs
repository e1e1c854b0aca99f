/// Which instructions make the values that another one takes from the stack.
module internal AuditRules.Scripting.StackEffect

open System.Collections.Generic
open System.Reflection
open System.Reflection.Emit
open System.Reflection.Metadata
open System.Reflection.Metadata.Ecma335
open AuditRules.Scripting.AssemblyNames
open AuditRules.Scripting.Instructions

/// How many values that is; less than none where a signature decides.
let private count (behaviour: StackBehaviour) =
    match behaviour with
    | StackBehaviour.Pop0
    | StackBehaviour.Push0 -> 0
    | StackBehaviour.Pop1
    | StackBehaviour.Popi
    | StackBehaviour.Popref
    | StackBehaviour.Push1
    | StackBehaviour.Pushi
    | StackBehaviour.Pushi8
    | StackBehaviour.Pushr4
    | StackBehaviour.Pushr8
    | StackBehaviour.Pushref -> 1
    | StackBehaviour.Push1_push1
    | StackBehaviour.Pop1_pop1
    | StackBehaviour.Popi_pop1
    | StackBehaviour.Popi_popi
    | StackBehaviour.Popi_popi8
    | StackBehaviour.Popi_popr4
    | StackBehaviour.Popi_popr8
    | StackBehaviour.Popref_pop1
    | StackBehaviour.Popref_popi -> 2
    | StackBehaviour.Varpop
    | StackBehaviour.Varpush -> -1
    | _ -> 3

/// What each code takes and puts, for those that go on with the next one.
let private effects =
    dict
        [
            for field in typeof<OpCodes>.GetFields(BindingFlags.Public ||| BindingFlags.Static) do
                match field.GetValue null with
                | :? OpCode as code ->
                    let goesOn =
                        match code.FlowControl with
                        | FlowControl.Next
                        | FlowControl.Meta -> true
                        | _ -> false

                    if goesOn then
                        LanguagePrimitives.EnumOfValue<uint16, ILOpCode>(uint16 code.Value),
                        (count code.StackBehaviourPop, count code.StackBehaviourPush)
                | _ -> ()
        ]

/// How many values an instruction takes from the stack and puts onto it; none if it may go elsewhere.
let private effect (metadata: MetadataReader) (instruction: Instruction) =
    match instruction.Code with
    | ILOpCode.Call
    | ILOpCode.Callvirt
    | ILOpCode.Newobj ->
        let called = calledMethod metadata (MetadataTokens.EntityHandle instruction.Operand)

        match called.Types with
        | [] -> None
        | result :: parameters ->
            let isNew = instruction.Code = ILOpCode.Newobj
            let self = if called.IsStatic || isNew then 0 else 1
            Some(parameters.Length + self, (if result = Nothing && not isNew then 0 else 1))
    | code ->
        match effects.TryGetValue code with
        | true, (pops, pushes) when pops >= 0 && pushes >= 0 -> Some(pops, pushes)
        | _ -> None

/// The first of the instructions before that one which make the value that is then on top of the stack; none if
/// something branches into them or out of them.
let valueStart (metadata: MetadataReader) (code: ResizeArray<Instruction>) (targets: HashSet<int>) at =
    let rec back i needed =
        if i < 0 || targets.Contains code[i + 1].Offset then
            None
        else
            match effect metadata code[i] with
            | Some(pops, pushes) when pushes <= needed ->
                match needed - pushes + pops with
                | 0 -> Some i
                | needed -> back (i - 1) needed
            | _ -> None

    back (at - 1) 1

/// The instruction behind that one which takes the value that it puts on the stack, and how many it takes that were put
/// behind that value; none if something branches into those between or out of them.
let consumer (metadata: MetadataReader) (code: ResizeArray<Instruction>) (targets: HashSet<int>) at =
    let rec on i above =
        if i >= code.Count || targets.Contains code[i].Offset then
            None
        else
            match effect metadata code[i] with
            | Some(pops, _) when pops > above -> if pops = above + 1 then Some i else None
            | Some(pops, pushes) -> on (i + 1) (above - pops + pushes)
            | None -> None

    on (at + 1) 0
