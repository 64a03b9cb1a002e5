//! A function broken on purpose: what its check should notice, and what its bench should not bear.

use super::Region;
use super::grammar::Grammar;
use super::items::{self, FunctionKind};
use super::tree::{self, N};

/// A number that no function gives back by chance.
const NUMBER: &str = "987654321";

/// The file of a region with its function broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// What the function does now: `raises an error at once`.
    pub(crate) how: &'static str,
    /// The whole file.
    pub(crate) text: String,
}

/// What a broken function does.
const RAISES: &str = "raises an error at once";
const CONSTANT: &str = "always returns the same number";
const NOTHING: &str = "does nothing";

/// The function of a region within its file.
struct Place<'t> {
    function: N<'t>,
    body: N<'t>,
    kind: FunctionKind,
    grammar: Grammar,
    file: &'t str,
}

impl<'t> Place<'t> {
    fn text(&self, at: std::ops::Range<usize>) -> &'t str {
        self.file.get(at).unwrap_or_default()
    }

    fn own(&self) -> &'t str {
        self.text(self.body.start_byte()..self.body.end_byte())
    }

    /// The file with another body.
    fn with(&self, how: &'static str, body: &str) -> Broken {
        let (start, end) = (self.body.start_byte(), self.body.end_byte());
        let rest = self.text(end..self.file.len());
        Broken {
            how,
            text: [self.text(0..start), body, rest].concat(),
        }
    }

    fn is_block(&self) -> bool {
        self.own().starts_with('{')
    }

    /// The file with a statement before all others of a block.
    fn begins(&self, how: &'static str, first: &str) -> Broken {
        let rest = self.own().get(1..).unwrap_or_default();
        self.with(how, &format!("{{ {first} {rest}"))
    }

    fn field(&self, name: &str) -> Option<N<'t>> {
        self.function.child_by_field_name(name)
    }

    /// A statement that ends the function at once, and gives back as little as its type allows.
    fn ends_at_once(&self) -> Option<String> {
        let text = |node: N<'t>| self.text(node.byte_range()).trim();
        Some(match self.grammar {
            Grammar::TypeScript | Grammar::Tsx if self.kind != FunctionKind::Constructor => {
                "if (true) return undefined as any;".to_owned()
            }
            Grammar::Rust => "if true { return Default::default(); }".to_owned(),
            Grammar::Go => {
                let values = match self.field("result") {
                    None => String::new(),
                    Some(result) if result.kind() == "parameter_list" => {
                        let mut cursor = result.walk();
                        let parts: Vec<N<'t>> = result.named_children(&mut cursor).collect();
                        let named = |part: &N<'t>| part.child_by_field_name("name").is_some();
                        let types = parts.iter().filter_map(|p| p.child_by_field_name("type"));
                        let zero = |of| format!("*new({})", text(of));
                        let values: Vec<String> = types.map(zero).collect();
                        let named = parts.iter().any(named);
                        if named {
                            String::new()
                        } else {
                            values.join(", ")
                        }
                    }
                    Some(result) => format!("*new({})", text(result)),
                };
                format!("if true {{ return {values} }};")
            }
            Grammar::Java => match text(self.field("type")?) {
                "void" => "if (true) return;".to_owned(),
                "boolean" => "if (true) return false;".to_owned(),
                "byte" | "short" | "char" | "int" | "long" | "float" | "double" => {
                    "if (true) return 0;".to_owned()
                }
                _ => "if (true) return null;".to_owned(),
            },
            Grammar::C | Grammar::Cpp => {
                let points = self.field("declarator")?.kind() == "pointer_declarator";
                let value = match (text(self.field("type")?), self.grammar) {
                    ("void", _) if !points => "",
                    (_, Grammar::Cpp) => " {}",
                    _ => " 0",
                };
                format!("if (1) return{value};")
            }
            _ => return None,
        })
    }
}

impl Region {
    /// Looks at the function of the region, where it has a body of its own.
    fn at_function<T>(&self, look: impl FnOnce(&Place<'_>) -> T) -> Option<T> {
        let grammar = self.grammar?;
        let tree = grammar.parse(&self.file)?;
        let callee = self.callee()?;
        let found = items::find(grammar, &tree, &self.file);
        let own = |f: &&items::FunctionNode<'_>| {
            f.path == callee.path && f.start(grammar, &self.file) == self.span.start
        };
        let function = found.iter().find(own)?;
        Some(look(&Place {
            function: function.function,
            body: function.body()?,
            kind: callee.kind,
            grammar,
            file: &self.file,
        }))
    }

    /// The file with a function that does next to nothing and raises no error; `None` where that cannot be written, as for
    /// lines. It need not compile: not every type has a value that is easily made.
    pub(crate) fn idle(&self) -> Option<Broken> {
        let all = self.at_function(|place| place.broken())?;
        let constant = all.into_iter().find(|broken| broken.how == CONSTANT);
        constant.or_else(|| {
            self.at_function(|place| {
                let first = place.ends_at_once().filter(|_| place.is_block())?;
                Some(place.begins(NOTHING, &first))
            })?
        })
    }

    /// The file with the function broken, the most striking way first: it raises; where the language asks for no types, it also
    /// returns a wrong constant, or does nothing at all. Empty for lines, and where the function has no body of its own.
    pub(crate) fn broken(&self) -> Vec<Broken> {
        self.at_function(|place| place.broken()).unwrap_or_default()
    }
}

impl Region {
    /// The file with one more statement at the beginning of the function, which must be one of Python, or one of JavaScript that is
    /// no arrow function.
    pub(crate) fn with_first_statement(&self, statement: &str) -> Option<String> {
        self.at_function(|place| {
            let (before, after) = self.file.split_at_checked(place.body.start_byte())?;
            match place.grammar {
                Grammar::Python if place.body.kind() == "block" => {
                    Some([before, statement, &place.joint(), after].concat())
                }
                Grammar::JavaScript | Grammar::TypeScript | Grammar::Tsx
                    if place.function.kind() != "arrow_function" =>
                {
                    let after = after.strip_prefix('{')?;
                    Some([before, "{ ", statement, after].concat())
                }
                _ => None,
            }
        })?
    }
}

impl Place<'_> {
    /// What stands in Python between two statements at the beginning of the body.
    fn joint(&self) -> String {
        let start = self.body.start_byte();
        if tree::begins_line(self.file, start) {
            format!("\n{}", tree::indent_at(self.file, start))
        } else {
            "; ".to_owned()
        }
    }

    fn broken(&self) -> Vec<Broken> {
        let (own, is_block) = (self.own(), self.is_block());
        let inside = |first: &str| self.begins(RAISES, first);
        let with = |how, body: String| self.with(how, &body);
        let error = "\"broken on purpose\"";
        match self.grammar {
            Grammar::Python if self.body.kind() == "block" => {
                // Before what is there: a function that yields still does.
                let raise = format!("raise RuntimeError({error})");
                let joint = self.joint();
                vec![
                    with(RAISES, format!("{raise}{joint}{own}")),
                    with(CONSTANT, format!("return {NUMBER}")),
                    with(NOTHING, "pass".to_owned()),
                ]
            }
            Grammar::JavaScript | Grammar::TypeScript | Grammar::Tsx if is_block => {
                let mut all = vec![inside(&format!("if (true) throw new Error({error});"))];
                let returns = self.kind != FunctionKind::Constructor;
                if self.grammar == Grammar::JavaScript && returns {
                    all.push(with(CONSTANT, format!("{{ return {NUMBER}; }}")));
                    all.push(with(NOTHING, "{}".to_owned()));
                }
                all
            }
            Grammar::Rust if is_block => vec![inside(&format!("if true {{ panic!({error}); }}"))],
            Grammar::Go if is_block => vec![inside(&format!("if true {{ panic({error}) }};"))],
            Grammar::Java if is_block && self.kind != FunctionKind::Constructor => {
                vec![inside(&format!(
                    "if (true) throw new RuntimeException({error});"
                ))]
            }
            Grammar::C | Grammar::Cpp if is_block => vec![inside("__builtin_trap();")],
            Grammar::Ruby => vec![with(RAISES, format!("raise {error}\n{own}"))],
            _ => Vec::new(),
        }
    }
}

/// A whole file of a script that breaks when it has been read to its end, as an importer does; `None` in other languages.
pub(crate) fn broken_file(file_name: &str, text: &str) -> Option<Broken> {
    let (_, ending) = file_name.rsplit_once('.')?;
    let last = match ending {
        "py" => "raise RuntimeError(\"broken on purpose\")",
        "js" | "mjs" | "cjs" => ";throw new Error(\"broken on purpose\");",
        "rb" => "raise \"broken on purpose\"",
        _ => return None,
    };
    Some(Broken {
        how: RAISES,
        text: format!("{}\n\n{last}\n", text.trim_end()),
    })
}
