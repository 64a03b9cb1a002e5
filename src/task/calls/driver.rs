//! The programs that call one function of a Python or JavaScript file, and the protocol with them.
//!
//! # The command
//! ```text
//! python3                 DRIVER TARGET ROOT MODULE NAME [GENERATOR FUNCTION]
//! node --expose-internals DRIVER TARGET ROOT MODULE NAME [GENERATOR FUNCTION]
//! ```
//! `TARGET` is a file with the text of the version; `ROOT` the project's folder, in which the *original* lies at the relative
//! path `MODULE`; `NAME` the function: `f`, `Grid.nearest`. The module is loaded under the name and path that it has in the
//! project, so that relative imports, its package and its neighbours are the usual ones, but with the version's text.
//! All paths are guest paths and stand nowhere else.
//!
//! # Standard input
//! One line of JSON, [`header`], then the case's input: a call a line as `calls/read.rs` describes them, or
//! `{"seed": 3}` for a generator (`{"seeds": [3, 4]}` for the calls of several in a row, `{}` for one that takes none).
//!
//! # What it does
//! A *pass* is all calls of the case, once. The driver prepares as many passes as the header says (arguments and receivers decoded
//! afresh for each, and a freshly loaded instance of the module, unless one is to be kept), makes the first `passes` of them,
//! and prints the outcomes of one. Whatever the number of passes is, the outcomes of four are encoded: of the first, the last
//! and two at random (with fewer than four passes some of them repeatedly); so nothing but the calls themselves grows with
//! it. Results that are iterators are drained and awaitables awaited in every pass. With two runs of `n` and `2n` passes
//! that prepare `2n` each, the difference is `n` passes: choose `n` ≥ 4, or count that the encoding is shared out unevenly.
//!
//! What a module keeps between its calls cannot win across passes, because each has its own instance: in Python the module
//! is executed anew (and with it the modules of the project that it uses and that use it); in JavaScript its text is compiled
//! once, as a function that is called for each instance, so that what the engine learnt about the code serves all of them, as
//! it does in real use.
//!
//! The hash seed of Python is left to chance from process to process: what depends on the order of a set then varies
//! between two runs, and is found.
//!
//! # Standard output
//! A header, `{"reheat":"outcomes","calls":40}`, then a line for each call: `{"call":1,"returned":…}` or
//! `{"call":1,"raised":"KeyError","message":"'x'"}`, with `"changed":{"args[0]":…,"self":…}` (arguments and receiver where the
//! call left them different) and `"printed":"…"`. If the passes that were looked at do not agree, the lines are those of the
//! first that differs from pass 1, and the header has its number: `"pass":7`. Values are JSON; what JSON lacks is tagged
//! (`{"$tuple":[…]}`, `{"$type":"pkg.Point","fields":{…}}`); the texts of sets and dicts do not depend on their order.
//! A value of more than a million characters is given as a digest, so that its floats compare exactly.
//!
//! # Standard error
//! `reheat: failed: SENTENCE` and exit status 1 where no call can be made (see [`failure`]); `reheat: kept: SENTENCE` where
//! the module cannot be loaded twice, so that one instance serves all passes (see [`kept`]).

/// A driver's text and what it is called in the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Driver {
    /// File name without folders; its ending matters to the interpreter.
    pub file_name: &'static str,
    /// The whole text.
    pub text: &'static str,
    /// Options of the interpreter, before the driver's file: the parser inside Node.js, with which a module is prepared
    /// to be loaded anew, is hidden otherwise.
    options: &'static [&'static str],
}

const PYTHON: Driver = Driver {
    file_name: "reheat_calls.py",
    text: include_str!("../../../assets/drivers/python.py"),
    options: &[],
};

const JAVASCRIPT: Driver = Driver {
    file_name: "reheat_calls.cjs",
    text: include_str!("../../../assets/drivers/javascript.cjs"),
    options: &["--expose-internals"],
};

/// The driver for a language, by the language's id; `None` where functions cannot be called.
pub fn for_language(id: &str) -> Option<Driver> {
    match id {
        "python" => Some(PYTHON),
        "javascript" => Some(JAVASCRIPT),
        _ => None,
    }
}

/// Where everything lies in the sandbox; guest paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverPaths<'a> {
    /// The driver's file, under its own name.
    pub driver: &'a str,
    /// A file with the version's text.
    pub target: &'a str,
    /// The project's folder, with the original in it.
    pub root: &'a str,
    /// The original's path below the root, with slashes: `src/geo.py`.
    pub module: &'a str,
    /// The function: `Grid.nearest`.
    pub name: &'a str,
    /// A file of the user's and the function in it that makes the calls.
    pub generator: Option<(&'a str, &'a str)>,
}

/// The command line of the interpreter.
pub fn argv(interpreter: &str, places: &DriverPaths<'_>) -> Vec<String> {
    let DriverPaths {
        driver,
        target,
        root,
        module,
        name,
        generator,
    } = places;
    let ours = [PYTHON, JAVASCRIPT].into_iter();
    let mut ours = ours.filter(|d| driver.ends_with(d.file_name));
    let mut all = vec![interpreter];
    all.extend(ours.next().map_or(&[][..], |d| d.options));
    all.extend([driver, target, root, module, name]);
    all.extend(
        generator
            .iter()
            .flat_map(|(file, function)| [*file, *function]),
    );
    all.into_iter().map(str::to_owned).collect()
}

/// The first line of standard input; the case's input follows. `prepare` is taken as at least `passes`.
pub fn header(passes: u32, prepare: u32, keep: bool) -> Vec<u8> {
    let prepare = prepare.max(passes);
    format!("{{\"passes\":{passes},\"prepare\":{prepare},\"keep\":{keep}}}\n").into_bytes()
}

/// Why no call could be made, as a sentence, if the driver says so on its standard error.
pub fn failure(stderr: &[u8]) -> Option<String> {
    marked(stderr, "failed")
}

/// Why all passes shared one instance of the module, if they did.
pub fn kept(stderr: &[u8]) -> Option<String> {
    marked(stderr, "kept")
}

fn marked(stderr: &[u8], kind: &str) -> Option<String> {
    let mark = format!("reheat: {kind}: ");
    let said = String::from_utf8_lossy(stderr);
    let sentence = said
        .lines()
        .find_map(|line| line.strip_prefix(mark.as_str()))?;
    Some(sentence.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn the_header_is_one_line_and_prepares_at_least_what_is_made() {
        assert_eq!(
            header(8, 2, false),
            b"{\"passes\":8,\"prepare\":8,\"keep\":false}\n"
        );
    }

    #[test]
    fn marks_are_found_among_other_words() {
        let said =
            b"warning\nreheat: kept: it registers something\nreheat: failed: call 1 is wrong\n";
        assert_eq!(failure(said).unwrap(), "call 1 is wrong");
        assert_eq!(kept(said).unwrap(), "it registers something");
        assert_eq!(failure(b"Traceback"), None);
    }
}
