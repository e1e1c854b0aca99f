/// Prints the author's expressions from their quotations, so that plans and explanations can name them.
module internal AuditRules.Printing

open Microsoft.FSharp.Quotations

/// The expression as an author may have written it; "..." stands for what has no short form.
val print: expr: Expr -> string

/// A value as it is written; "..." for what has no short form.
val literal: value: objnull -> string

/// Names for the parts of a key: the properties that it reads, in lower case; `key` for a part that reads none.
val keyNames: expr: Expr -> string list

/// The name of a lambda's variable; None for one that the author did not write.
val variable: expr: Expr -> string option

/// The names of the two variables of a clause that binds one more.
val variables: expr: Expr -> string option * string option

/// The names of the variables that the author's expression uses, once for each use.
val used: expr: Expr -> string list

/// The function in a quotation that was made with its value (`ReflectedDefinition(true)`).
val value: expr: Expr<'F> -> 'F
