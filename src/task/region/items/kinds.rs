//! What a function is, and what the search for functions makes of a node.

use serde::{Deserialize, Serialize};

use crate::task::region::tree::N;

/// What a function is to its callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// Of the file itself.
    Function,
    /// Of an object.
    Method,
    /// Of a class, called without an object.
    StaticMethod,
    /// Of a class, which it is given (Python).
    ClassMethod,
    /// Makes an object.
    Constructor,
    /// Called by reading an attribute.
    Getter,
    /// Called by writing an attribute.
    Setter,
    /// Inside of another function, so that it cannot be called from outside.
    Nested,
}

impl FunctionKind {
    /// The word for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Method => "method",
            Self::StaticMethod => "static method",
            Self::ClassMethod => "class method",
            Self::Constructor => "constructor",
            Self::Getter => "getter",
            Self::Setter => "setter",
            Self::Nested => "nested function",
        }
    }
}

/// What encloses a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    /// Nothing that has a name: the file, a condition.
    File,
    /// A module or namespace.
    Space,
    /// A class, object, impl, trait.
    Class,
    Function,
}

/// How the search for functions treats a node.
pub(super) enum NodeRole<'t> {
    /// Nothing by itself.
    Through,
    /// Not worth looking into.
    Skip,
    /// A scope: names inside of it are qualified by these names.
    Space(Vec<String>, ScopeKind),
    Function {
        names: Vec<String>,
        kind: FunctionKind,
        function: N<'t>,
    },
    /// Another name of what a value stands for. What is inside of it is looked at too.
    Alias { names: Vec<String>, value: N<'t> },
}
