//! What a text changes and whose that is: assignments to names and to parts of what they stand for, and calls of their methods, each
//! with where the name is bound. Changes are read of Python, JavaScript and Go; of Rust only the names that imports give.
//!
//! Any text is read in a time that grows with its length alone: chains, conditions and values are followed a bounded way.

mod bindings;
mod finish;
mod imports;
mod owners;
mod seen;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::grammar::Grammar;
use super::syntax::Syntax;
use super::tree::{self, N};

/// Steps that a chain of members, and that the way to what encloses a name, is followed.
const STEPS: usize = 64;
/// Nodes of a condition or a value that are looked at.
const NODES: usize = 200;

/// Whose a name is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// It is imported, from there: `time.sleep`.
    Imported(String),
    /// It is bound at the top of the text.
    Top,
    /// It is bound in the function that uses it.
    Local,
    /// It is a parameter whose default is a container, which Python makes once.
    Default,
    /// It is bound in a function around the one that uses it; that one is called once, while the text is loaded, or by the function
    /// that is asked for.
    Enclosing {
        /// Whether it is called while the text is loaded.
        once: bool,
    },
    /// It is the object that a method belongs to, or its class.
    Own,
    /// Nothing in the text binds it.
    Elsewhere,
}

/// Something that is changed.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// The line, from 0.
    pub(crate) line: usize,
    /// The name that the change begins at; what a local name stands for is put in its place.
    pub(crate) root: String,
    /// The members from there; `[]` for an index, `__class__` for the class of a value.
    pub(crate) path: Vec<String>,
    /// The method that is called on it; `None` where it is assigned.
    pub(crate) method: Option<String>,
    pub(crate) owner: Owner,
    pub(crate) in_function: bool,
    /// Whether nothing uses the value of the call.
    pub(crate) alone: bool,
    /// Whether it is filled once, from nothing that a function is given.
    pub(crate) is_table: bool,
    /// Whether anything takes part in it that a function is given or has computed, besides its own object.
    pub(crate) by_given: bool,
    /// Whether it is room to compute in: an array of numbers, at places that no parameter names.
    pub(crate) is_scratch: bool,
    /// Whether its name is a parameter of the function that it is in.
    pub(crate) is_of_parameter: bool,
    /// Whether it is in a constructor.
    pub(crate) in_constructor: bool,
    /// Whether the function that it is in stands alone: a method without its class.
    pub(crate) is_alone: bool,
}

/// A function whose results are kept by what decorates or wraps it.
#[derive(Clone, Debug)]
pub(crate) struct Cached {
    pub(crate) line: usize,
    /// `functools.lru_cache`.
    pub(crate) by: String,
    /// The name of the function, where it is known.
    pub(crate) function: String,
}

/// What a text changes and imports.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    pub(crate) all: Vec<Change>,
    pub(crate) cached: Vec<Cached>,
    /// What imported names stand for.
    pub(crate) imports: HashMap<String, String>,
    /// Where the text imports.
    pub(crate) import_spans: Vec<Range<usize>>,
    /// Where in the text an imported name, or the call that imports, stands for another one.
    pub(crate) renamed: Vec<(Range<usize>, String)>,
    /// Names that are the object of a method or a part of it (`self.items`), as the text mentions them.
    pub(crate) own_members: HashSet<String>,
    /// Other names that the text uses.
    pub(crate) names: HashSet<String>,
}

#[derive(Clone, Debug, Default)]
struct Binding<'t> {
    times: usize,
    /// Where it is first bound.
    at: usize,
    value: Option<N<'t>>,
    /// Members behind the value, where a pattern takes it apart.
    member: Option<String>,
    is_parameter: bool,
    imported: bool,
}

#[derive(Debug, Default)]
struct Place<'t> {
    parent: Option<usize>,
    is_class: bool,
    /// The nearest function around it, itself included; 0 for the top.
    function: usize,
    name: String,
    bound: HashMap<&'t str, Binding<'t>>,
    /// Names that are declared to be those of the module, and those of a function around.
    global: HashSet<&'t str>,
    nonlocal: HashSet<&'t str>,
    has_parameters: bool,
    /// Names that it gives back.
    given: HashSet<&'t str>,
    /// Whether it is given back by the function around it, without a name.
    is_returned: bool,
    /// How many times what it gives is called at once where it stands, with the call of itself.
    called: usize,
    range: Range<usize>,
}

struct Raw<'t> {
    target: N<'t>,
    /// Whether the class of the target is meant.
    of_class: bool,
    place: usize,
    method: Option<&'t str>,
    alone: bool,
    guard: Option<N<'t>>,
    needs: Vec<N<'t>>,
    value: Option<N<'t>>,
}

struct Reader<'t> {
    grammar: Grammar,
    text: &'t str,
    places: Vec<Place<'t>>,
    above: Vec<N<'t>>,
    raw: Vec<Raw<'t>>,
    uses: Vec<(N<'t>, usize)>,
    /// Functions that are called while the text is loaded, and how many times at once.
    called: HashMap<&'t str, usize>,
    /// Calls and decorators at the top, by name; with what is decorated.
    caches: Vec<(N<'t>, usize, String, Option<N<'t>>)>,
    found: Changes,
}

impl Syntax {
    /// What a text changes. `file` is what it stands in, for the names that are imported there.
    pub(crate) fn changes(self, text: &str, file: Option<&str>) -> Changes {
        let Some(grammar) = self.grammar() else {
            return Changes::default();
        };
        let around = file.map(|f| read(grammar, f, &HashMap::new()).imports);
        read(grammar, text, &around.unwrap_or_default())
    }
}

fn read(grammar: Grammar, text: &str, around: &HashMap<String, String>) -> Changes {
    let Some(tree) = grammar.parse(text) else {
        return Changes::default();
    };
    if !tree.root_node().has_error() {
        return read_tree(grammar, &tree, text, around);
    }
    // A member of a class, without the class.
    let wrapped = grammar.wrappers().iter().find_map(|(before, after)| {
        let text = [before, text, after].concat();
        let tree = grammar.parse(&text)?;
        let fits = !tree.root_node().has_error();
        fits.then(|| (read_tree(grammar, &tree, &text, around), before.len()))
    });
    let Some((mut found, shift)) = wrapped else {
        return read_tree(grammar, &tree, text, around);
    };
    // The wrapper has a line of its own.
    found
        .all
        .iter_mut()
        .for_each(|c| c.line = c.line.saturating_sub(1));
    found
        .cached
        .iter_mut()
        .for_each(|c| c.line = c.line.saturating_sub(1));
    let renamed = found.renamed.iter_mut().map(|(range, _)| range);
    for range in renamed.chain(&mut found.import_spans) {
        *range = range.start.saturating_sub(shift)..range.end.saturating_sub(shift);
    }
    found
}

fn read_tree(
    grammar: Grammar,
    tree: &tree_sitter::Tree,
    text: &str,
    around: &HashMap<String, String>,
) -> Changes {
    let mut reader = Reader {
        grammar,
        text,
        places: vec![Place::default()],
        above: Vec::new(),
        raw: Vec::new(),
        uses: Vec::new(),
        called: HashMap::new(),
        caches: Vec::new(),
        found: Changes::default(),
    };
    let mut here = vec![0_usize];
    let root = tree.root_node();
    tree::walk(root, |n, entering| {
        if entering {
            reader.enter(n, root, &mut here);
            reader.above.push(n);
        } else {
            reader.above.pop();
            let opened = here.last().is_some_and(|p| {
                *p != 0
                    && reader.places[*p].range == n.byte_range()
                    && reader.opens(n, root).is_some()
            });
            if opened {
                here.pop();
            }
        }
        true
    });
    reader.finish(around)
}

impl<'t> Reader<'t> {
    fn said(&self, n: N<'t>) -> &'t str {
        tree::text(n, self.text)
    }
}

/// The object and the member of an expression that names a member.
fn member_of(n: N<'_>) -> [Option<N<'_>>; 2] {
    let first = |fields: [&str; 2]| fields.iter().find_map(|f| n.child_by_field_name(f));
    [
        first(["object", "operand"]),
        first(["attribute", "property"]).or_else(|| n.child_by_field_name("field")),
    ]
}
