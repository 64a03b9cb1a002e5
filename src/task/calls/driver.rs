//! The programs that call one function of a Python, JavaScript or TypeScript file, and the protocol with them.
//!
//! # The command
//! ```text
//! python3                 DRIVER TARGET ROOT MODULE NAME [GENERATOR FUNCTION]
//! node --expose-internals DRIVER TARGET ROOT MODULE NAME [GENERATOR FUNCTION]
//! ```
//! `TARGET` is a file with the text of the version; `ROOT` the project's folder, in which the *original* lies at the relative
//! path `MODULE`; `NAME` the function: `f`, `Grid.nearest`, `get Dial.angle` and `set Dial.angle` for what runs where an attribute
//! is read or written, `f#2` for the second of several with the name. The module is loaded under the name and path that it has in the
//! project, so that relative imports, its package and its neighbours are the usual ones, but with the version's text.
//! All paths are guest paths and stand nowhere else.
//!
//! # Standard input
//! One line of JSON, [`header`], then the case's input: a call a line as `calls/read.rs` describes them, or
//! `{"seed": 3}` for a generator (`{"seeds": [3, 4]}` for the calls of several in a row, `{}` for one that takes none).
//!
//! # What it does
//! A *pass* is all calls of the case, once. With [`header`] the driver makes so many passes as it is told and prints what
//! came of one: the outcomes of four are encoded, of the first, the last and two at random. Each pass has a freshly
//! loaded instance of the module, unless one is to be kept. That is how versions are checked.
//!
//! With [`stamped_header`] it makes passes when it is asked to, on a descriptor of its own, and somebody outside reads its
//! clocks while it waits ([`crate::sandbox::StampedRun`]). A request is a line of JSON:
//!
//! | | |
//! |---|---|
//! | `"passes": 30` | so many passes in one burst |
//! | `"half": 0, "seed": 7` | over one half of the calls only, drawn by the seed; calls with the same arguments are in the same half |
//! | `"range": [3, 5]` | over some of the calls only |
//! | `"instance": "new"` | each pass with an instance of the module of its own, which has made the calls of the other half before; with `"again"` once more with those |
//! | `"known": true` | before the burst, calls whose outcomes are not known yet are made and looked at |
//! | `"look": true` | after the burst, before the next one, the outcomes of its last pass are looked at |
//! | `"end": true` | the outcomes are printed, and that is the end |
//!
//! It prepares the passes, writes `r`, reads `g`, makes them, writes `d` and `{"calls":40,"different":38}`, and reads the
//! next request. Preparing, looking and encoding therefore never lie between the two stamps of a burst. One instance of the module
//! serves all passes, as in real use (`"fresh": true` in the header gives each pass its own). Arguments and receivers are made anew
//! for each pass, unless a call was seen to leave them as they were; then they serve all passes. What is printed at the end is
//! what was seen when each call was first made, or what came of the first pass that differed from it.
//!
//! Results that are iterators are drained and awaitables awaited in every pass; where outcomes are looked at, each item is
//! looked at as it comes, for the next step may change it. Of a property, also of one that keeps what it gave, the body is called; what
//! a setter of JavaScript keeps is read by its getter. In a loop of JavaScript or Python the calls stand as in a program,
//! `f(a, b)`, so that they cost what they cost there.
//!
//! In JavaScript the module's text is compiled once, as a function that is called for each instance, so that what the engine
//! learnt about the code serves all of them; in Python instances share their code objects.
//!
//! The hash seed of Python is left to chance from process to process: what depends on the order of a set then varies
//! between two runs, and is found.
//!
//! # Standard output
//! A header, `{"reheat":"outcomes","calls":40}`, then a line for each call: `{"call":1,"returned":…}` or
//! `{"call":1,"raised":"KeyError","message":"'x'"}`, with `"changed":{"args[0]":…,"self":…}` (arguments and receiver where the
//! call left them different), `"reused":true` (items that an iterator yielded were changed by it later) and `"printed":"…"`. If the passes that were looked at do not agree, the lines are those of the
//! first that differs from pass 1, and the header has its number: `"pass":7`. Values are JSON; what JSON lacks is tagged
//! (`{"$tuple":[…]}`, `{"$type":"pkg.Point","fields":{…}}`); the texts of sets and dicts do not depend on their order.
//! Of functions only those that stand in the module, or came in the arguments, have a name in JavaScript.
//! An object whose fields do not tell what it is (of a class in C, a lock) is told by its base's value, as it would be pickled or by its
//! state; private fields of JavaScript by the engine's inspector; otherwise as `{"$unencodable":"pkg.Handle"}`, which [`super::problem`]
//! refuses with the way to it. A value of more than a million characters is given as a digest, so that its floats compare exactly.
//!
//! `"left":{KIND: value}` in the line of a call is what it left behind elsewhere, by kinds ([`super::LeftKind`]); `"left":{…}` in
//! the header says that it was looked at. Events belong to their call: `logging` ([[level, logger, message]] at levels that are
//! enabled), `warnings` ([[category, message]], also those that were shown before), `stderr` (text), `sleep` (seconds asked for in all, also of
//! what is waited for and does not come) and `sharing` (`["result[1] is result[0]", "result is args[0]", "result is what an earlier call gave"]`). States are compared with those before: `environment` ({name: value or
//! null}), `folder`, `locale`, `signals` ({name: handler}), `locks` (in Python those that the project made before the call and that it takes), and after all calls of a pass, in the line of the last one, `globals` ({"COUNT": 3,
//! "Grid.made": 2, "pkg.util.TOTAL": 1}; names with "cache" or "memo" are left out) and `files` ({path: {"size": 3, "digest": "…"} or "gone"}).
//! States are told where calls are made by [`header`] alone; then `"left":{"names":["COUNT"]}` in the header has the names
//! that the modules have. Addresses, frames of tracebacks, lines of files of code and names of temporary files that were drawn are no part of these texts.
//! Where calls are timed nobody looks at each, but events are counted: where a burst has fewer than half of those that it should have, their kind is
//! missing in the outcome, with the pass.
//!
//! # Standard error
//! `reheat: failed: SENTENCE` and exit status 1 where no call can be made (see [`failure`]), also where the name does not lead to
//! the text once the file is loaded (an import or assignment further down); `reheat: kept: SENTENCE` where
//! the module cannot be loaded twice, so that one instance serves all passes (see [`kept`]); `reheat: survives: SENTENCE` where the version
//! changed something that is not its own, such as a built-in name or the collector (see [`survives`]).

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
        "javascript" | "typescript" => Some(JAVASCRIPT),
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
    /// The function: `Grid.nearest`, `set Dial.angle`, `f#2`.
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

/// The first line of standard input of a process that makes its passes when it is asked to, on the descriptor of
/// [`crate::sandbox::StampedRun`]. `fresh` has each pass made with an instance of the module of its own.
#[must_use]
pub fn stamped_header(keep: bool, fresh: bool) -> Vec<u8> {
    let requests = crate::sandbox::REQUESTS;
    format!(
        "{{\"stamps\":{requests},\"keep\":{keep},\"fresh\":{}}}\n",
        fresh && !keep
    )
    .into_bytes()
}

/// Why no call could be made, as a sentence, if the driver says so on its standard error.
pub fn failure(stderr: &[u8]) -> Option<String> {
    marked(stderr, "failed")
}

/// Why all passes shared one instance of the module, if they did.
pub fn kept(stderr: &[u8]) -> Option<String> {
    marked(stderr, "kept")
}

/// What a version changed that outlives its module: sentences.
pub fn survives(stderr: &[u8]) -> Vec<String> {
    let said = String::from_utf8_lossy(stderr);
    let all = said.lines();
    let all = all.filter_map(|line| line.strip_prefix("reheat: survives: "));
    all.map(str::to_owned).collect()
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
