/// How the generated `make` members put together an example's arguments. What is not given is nil.
module internal AuditRules.Example

open AuditRules.Events

/// An event of that name.
val raised: name: string -> arguments: Value list -> AuditEvent

/// A pattern that was not given, as C# has it.
val orNull: pattern: 'P option -> 'P | null when 'P: not null and 'P: not struct

/// Any value.
val value: part: Value option -> Value

/// Python's text.
val text: part: string option -> Value

/// An integer.
val integer: part: int64 option -> Value

/// A float.
val number: part: float option -> Value

/// A truth value.
val truth: part: bool option -> Value

/// A list of texts.
val texts: part: string list option -> Value

/// A command line as a list of its words.
val words: part: string option -> Value

/// The flags that `open` raises for a mode, as "w" or "rb+".
val openFlags: mode: string option -> Value

/// The first that was given.
val first: candidates: Value list -> Value

/// A socket address: host and port as Python's tuple, a path as text.
val address: host: string option * port: int64 option * path: string option -> Value

/// An object of that type with those facts that were given; nil when none was.
val described: kind: string -> facts: (string * Value) list -> Value

/// A stream socket of the family that fits the address.
val socket: fd: int64 option * family: int64 option * address: Value -> Value
