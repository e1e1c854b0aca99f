/// Types of .NET of which no value may be kept, as data (R31). What is not here is asked whether it is read-only.
module internal AuditRules.Scripting.ChangingTypes

/// Types of which a value that a file keeps could change from one event to the next, and those that inherit them.
let private changing =
    set
        [
            "System.Collections.Generic.Dictionary"
            "System.Collections.Generic.HashSet"
            "System.Collections.Generic.LinkedList"
            "System.Collections.Generic.LinkedListNode"
            "System.Collections.Generic.List"
            "System.Collections.Generic.OrderedDictionary"
            "System.Collections.Generic.PriorityQueue"
            "System.Collections.Generic.Queue"
            "System.Collections.Generic.SortedDictionary"
            "System.Collections.Generic.SortedList"
            "System.Collections.Generic.SortedSet"
            "System.Collections.Generic.Stack"
            "System.Collections.ArrayList"
            "System.Collections.BitArray"
            "System.Collections.CollectionBase"
            "System.Collections.DictionaryBase"
            "System.Collections.Hashtable"
            "System.Collections.ListDictionaryInternal"
            "System.Collections.Queue"
            "System.Collections.ReadOnlyCollectionBase"
            "System.Collections.SortedList"
            "System.Collections.Stack"
            "System.Collections.Specialized.HybridDictionary"
            "System.Collections.Specialized.ListDictionary"
            "System.Collections.Specialized.NameObjectCollectionBase"
            "System.Collections.Specialized.OrderedDictionary"
            "System.Collections.Specialized.StringCollection"
            "System.Collections.Specialized.StringDictionary"
            "System.Collections.Immutable.ImmutableArray/Builder"
            "System.Collections.Immutable.ImmutableDictionary/Builder"
            "System.Collections.Immutable.ImmutableHashSet/Builder"
            "System.Collections.Immutable.ImmutableList/Builder"
            "System.Collections.Immutable.ImmutableSortedDictionary/Builder"
            "System.Collections.Immutable.ImmutableSortedSet/Builder"
            "System.Text.StringBuilder"
            "System.UriBuilder"
            "Microsoft.FSharp.Core.CompilerMessageAttribute"
            "Microsoft.FSharp.Core.CompilerServices.ResumptionDynamicInfo"
            "Microsoft.FSharp.Core.CompilerServices.TypeProviderConfig"
            "Microsoft.FSharp.Core.CompilerServices.TypeProviderDefinitionLocationAttribute"
            "Microsoft.FSharp.Core.CustomOperationAttribute"
            "Microsoft.FSharp.Core.FSharpRef"
        ]

/// Whether a value of that type can change.
let canChange (typeName: string) = changing.Contains typeName
