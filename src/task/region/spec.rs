//! Which region is asked for: a function by its name, lines, or the text between two markers.

use std::path::{Path, PathBuf};

use super::markers;

/// Which part of a file is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionSpec {
    /// A function: `Grid.nearest`, `ns::blur`, `A.merge(int[], int[])`, `merge#2` (the second of that name), `merge:40`
    /// (the one that line 40 is in).
    Name(String),
    /// Lines from 1, both included. One line stands for the function that it is in.
    Lines(usize, usize),
    /// Between the comments `reheat: begin` and `reheat: end`; with a name where a file has several such parts.
    Markers(Option<String>),
}

impl RegionSpec {
    /// Splits `src/geo.py::Grid.nearest`, `file:40-80`, `file:40` or `file::@name`. An existing file of that name
    /// wins over any other reading.
    #[must_use]
    pub fn split(argument: &str) -> (PathBuf, Option<Self>) {
        if Path::new(argument).exists() {
            return (PathBuf::from(argument), None);
        }
        let seams: Vec<usize> = argument.match_indices("::").map(|(at, _)| at).collect();
        // Names of C++ and Rust contain `::` too: the first one after an existing file is the separator.
        let file_is_there = |at: &&usize| {
            let file = argument.get(..**at).unwrap_or_default();
            Path::new(file).is_file()
        };
        let seam = seams.iter().find(file_is_there);
        if let (None, Some((file, lines))) = (seam, Self::lines_behind(argument))
            && file.is_file()
        {
            return (file, Some(lines));
        }
        if let Some(at) = seam.or(seams.first()) {
            let file = argument.get(..*at).unwrap_or_default();
            let asked = argument.get(at + 2..).unwrap_or_default();
            return (PathBuf::from(file), Some(Self::read(asked)));
        }
        match Self::lines_behind(argument) {
            Some((file, lines)) => (file, Some(lines)),
            None => (PathBuf::from(argument), None),
        }
    }

    /// Parses the part after `::`.
    #[must_use]
    pub fn read(asked: &str) -> Self {
        let asked = asked.trim();
        if let Some(name) = asked.strip_prefix('@') {
            let name = name.trim();
            return Self::Markers((!name.is_empty()).then(|| name.to_owned()));
        }
        range(asked).unwrap_or_else(|| Self::Name(asked.to_owned()))
    }

    /// The text between markers, if the file has any: the default when no region is named.
    pub(crate) fn of_markers(text: &str) -> Option<Self> {
        markers::has_begin(text).then_some(Self::Markers(None))
    }

    /// `file:40-80`, `file:40` and the `file:40:5` of editors and compilers.
    fn lines_behind(argument: &str) -> Option<(PathBuf, Self)> {
        let (file, last) = argument.rsplit_once(':')?;
        if file.is_empty() {
            return None;
        }
        if let (Some((file, line)), true) = (file.rsplit_once(':'), is_number(last))
            && is_number(line)
            && !file.is_empty()
        {
            return Some((PathBuf::from(file), range(line)?));
        }
        Some((PathBuf::from(file), range(last)?))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `40-80`, `40–80`, `40..80`, `L40-L80` as `GitHub` writes it, `40`.
fn range(text: &str) -> Option<RegionSpec> {
    let number = |t: &str| {
        let t = t.trim();
        let t = t.strip_prefix('L').unwrap_or(t);
        if is_number(t) {
            t.parse::<usize>().ok()
        } else {
            None
        }
    };
    let parts = text
        .split_once('-')
        .or_else(|| text.split_once('–'))
        .or_else(|| text.split_once(".."));
    match parts {
        Some((a, b)) => Some(RegionSpec::Lines(number(a)?, number(b)?)),
        None => number(text)
            .filter(|_| is_number(text))
            .map(|n| RegionSpec::Lines(n, n)),
    }
}

/// The parsed name of a function, with what tells it from others of the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FunctionQuery {
    /// The names, from the outermost.
    pub(crate) names: Vec<String>,
    /// All of them as written, for names that look like something else: `<=>`.
    pub(crate) raw: String,
    /// The types of the parameters without white space: `int[],int[]`.
    pub(crate) parameters: Option<String>,
    /// Its number among the functions of that name, from 1.
    pub(crate) nth: Option<usize>,
    /// A line that is inside of it.
    pub(crate) line: Option<usize>,
}

/// Reads the name of a function.
pub(super) fn asked(name: &str) -> FunctionQuery {
    let mut asked = FunctionQuery::default();
    let mut rest = name.trim();
    if let Some((before, line)) = rest.rsplit_once([':', '@'])
        && is_number(line)
        && !before.ends_with(':')
    {
        asked.line = line.parse().ok();
        rest = before;
    }
    if let Some((before, nth)) = rest.rsplit_once('#')
        && is_number(nth)
    {
        asked.nth = nth.parse().ok();
        rest = before;
    }
    let operator = super::items::operator_in(rest);
    // `operator()` has parentheses of its own.
    let from = operator.map_or(0, |at| rest.len().min(at + "operator()".len()));
    if let (Some(open), true) = (
        rest.get(from..)
            .and_then(|r| r.find('('))
            .map(|at| at + from),
        rest.ends_with(')'),
    ) {
        let inside = rest.get(open + 1..rest.len() - 1).unwrap_or_default();
        asked.parameters = Some(inside.split_whitespace().collect());
        rest = rest.get(..open).unwrap_or_default();
    }
    asked.raw = rest.trim().to_owned();
    let (plain, operator) = match operator {
        Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at..)),
        None => (rest, None),
    };
    let mut plain = without_arguments(plain).replace("::", ".");
    // `A#m` of Ruby; the `#m` of JavaScript is a name of its own.
    if let Some(at) = plain.find('#')
        && at > 0
        && plain.get(..at).is_some_and(|b| !b.ends_with('.'))
    {
        plain.replace_range(at..=at, ".");
    }
    asked.names = plain
        .split('.')
        .map(str::trim)
        .filter(|n| !n.is_empty() && *n != "prototype")
        .map(str::to_owned)
        .collect();
    asked.names.extend(operator.map(str::to_owned));
    asked
}

/// A name without its type arguments `<…>`.
fn without_arguments(name: &str) -> String {
    let mut depth = 0_usize;
    name.chars()
        .filter(|c| {
            match c {
                '<' => depth += 1,
                '>' if depth > 0 => {
                    depth -= 1;
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn split(argument: &str) -> (String, Option<RegionSpec>) {
        let (file, spec) = RegionSpec::split(argument);
        (file.display().to_string(), spec)
    }

    fn name(name: &str) -> Option<RegionSpec> {
        Some(RegionSpec::Name(name.to_owned()))
    }

    #[test]
    fn an_argument_is_taken_apart() {
        let is = |argument: &str, file: &str, spec: Option<RegionSpec>| {
            assert_eq!(split(argument), (file.to_owned(), spec), "{argument}");
        };
        is(
            "src/geo.py::Grid.nearest",
            "src/geo.py",
            name("Grid.nearest"),
        );
        is("k.cpp::ns::A::f", "k.cpp", name("ns::A::f"));
        is(
            "A.java::A.merge(int[], int[])",
            "A.java",
            name("A.merge(int[], int[])"),
        );
        is("a/b.go:40-80", "a/b.go", Some(RegionSpec::Lines(40, 80)));
        is("b.go:L40-L80", "b.go", Some(RegionSpec::Lines(40, 80)));
        is("b.go:40", "b.go", Some(RegionSpec::Lines(40, 40)));
        is("b.go:40:7", "b.go", Some(RegionSpec::Lines(40, 40)));
        is("b.go::40-80", "b.go", Some(RegionSpec::Lines(40, 80)));
        is(
            "b.go::@hot",
            "b.go",
            Some(RegionSpec::Markers(Some("hot".into()))),
        );
        is("b.go::@", "b.go", Some(RegionSpec::Markers(None)));
        is("b.go", "b.go", None);
        is("b.go:", "b.go:", None);
        is(":40", ":40", None);
        is("", "", None);
        is("b.py::", "b.py", name(""));
    }

    #[test]
    fn a_file_that_is_called_so_wins() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name).display().to_string();
        for file in ["a::b.py", "c.py:3-4", "x::y.py"] {
            std::fs::write(dir.path().join(file), "").unwrap();
        }
        assert_eq!(split(&at("a::b.py")), (at("a::b.py"), None));
        assert_eq!(split(&at("c.py:3-4")), (at("c.py:3-4"), None));
        assert_eq!(split(&at("x::y.py::f")), (at("x::y.py"), name("f")));
        assert_eq!(
            split(&at("x::y.py:3")),
            (at("x::y.py"), Some(RegionSpec::Lines(3, 3)))
        );
    }

    #[test]
    fn a_name_says_which_one() {
        let a = asked("Outer::Inner<T>::merge(int[], Map<String, Integer>)");
        assert_eq!(a.names, ["Outer", "Inner", "merge"]);
        assert_eq!(a.parameters.as_deref(), Some("int[],Map<String,Integer>"));
        assert_eq!(asked("merge#2").nth, Some(2));
        assert_eq!(asked("A.merge:40").line, Some(40));
        assert_eq!(asked("A#m").names, ["A", "m"]);
        assert_eq!(asked("A.#m").names, ["A", "#m"]);
        assert_eq!(asked("A::operator()").names, ["A", "operator()"]);
        assert_eq!(asked("A.prototype.f").names, ["A", "f"]);
        assert_eq!(asked("::").names, Vec::<String>::new());
    }
}
