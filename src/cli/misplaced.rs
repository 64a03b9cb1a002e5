//! `reheat slow.py`: a file where a command is expected. The user wants that file to become faster; the answer is
//! the command line that does it.

use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::task::Languages;
use crate::tui::core::files::cases_beside;

/// The message in place of the parser's, if the word that it took for a command is a file, looks like one, or names
/// a part of one.
pub(crate) fn file_for_a_command(error: &clap::Error, args: &[String]) -> Option<String> {
    if !matches!(
        error.kind(),
        ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument
    ) {
        return None;
    }
    let named = [ContextKind::InvalidSubcommand, ContextKind::InvalidArg]
        .into_iter()
        .find_map(|kind| match error.get(kind) {
            Some(ContextValue::String(word)) => Some(word.clone()),
            _ => None,
        })?;
    let at = args.iter().position(|arg| *arg == named)?;
    answer(&named, args.get(at + 1..).unwrap_or_default())
}

fn answer(word: &str, rest: &[String]) -> Option<String> {
    let (file, part) = parts(word);
    let path = Path::new(file);
    let there = path.exists();
    if !there && !looks_like_a_file(path, part) {
        return None;
    }
    if !there {
        return Some(format!(
            "there is no file {file} here, and no command of that name: \
             `reheat optimize FILE --cases cases/` makes a program faster, `reheat --help` lists the commands"
        ));
    }
    let shown = quoted(word);
    let line = |tail: &str| {
        format!("reheat optimize {shown} {tail}")
            .trim_end()
            .to_owned()
    };
    if !rest.is_empty() {
        let rest: Vec<String> = rest.iter().map(|arg| quoted(arg)).collect();
        return Some(format!(
            "{word} is a file, not a command. To make it faster:\n  {}",
            line(&rest.join(" "))
        ));
    }
    if path.is_dir() {
        return Some(if path.join("task.toml").is_file() {
            format!(
                "{word} is a folder, not a command. To make its task faster:\n  {}",
                line("")
            )
        } else {
            format!(
                "{word} is a folder, not a command. To make a program in it faster:\n  reheat optimize FILE --cases {shown}"
            )
        });
    }
    if part.is_some() {
        return Some(format!(
            "{word} is a part of a file, not a command. To make it faster, with a line of JSON for each call of it in \
             calls.jsonl:\n  {}",
            line("--calls calls.jsonl")
        ));
    }
    let cases = cases_beside(path);
    let (tail, form) = match &cases {
        Some(cases) => (format!("--cases {}", quoted(&name_of(cases, path))), ""),
        None => (
            "--cases cases/".to_owned(),
            "\n(cases/ holds its inputs: 01.in, 02.in, …, and 01.out, 02.out, … if you know what it must print; \
             or `--cases cases.jsonl`)",
        ),
    };
    Some(format!(
        "{word} is a file, not a command. To make it faster:\n  {}{form}",
        line(&tail)
    ))
}

/// Splits off the region: `::name`, or `:40-80`.
fn parts(word: &str) -> (&str, Option<&str>) {
    if Path::new(word).exists() {
        return (word, None);
    }
    if let Some((file, part)) = word.split_once("::") {
        return (file, Some(part));
    }
    match word.rsplit_once(':') {
        Some((file, lines))
            if !lines.is_empty() && lines.chars().all(|c| c.is_ascii_digit() || c == '-') =>
        {
            (file, Some(lines))
        }
        _ => (word, None),
    }
}

/// Whether a word is meant as a file although there is none: it has the extension of a language, or it is a path.
fn looks_like_a_file(path: &Path, part: Option<&str>) -> bool {
    part.is_some() || path.components().count() > 1 || knows(path)
}

fn knows(path: &Path) -> bool {
    let ending = path.extension().and_then(|e| e.to_str());
    ending.is_some_and(|e| Languages::load(None).is_ok_and(|all| all.for_extension(e).is_some()))
}

/// A path beside the program, relative in the same way as the program was named.
fn name_of(cases: &Path, program: &Path) -> String {
    let end = if cases.is_dir() { "/" } else { "" };
    let name = cases.file_name().unwrap_or_default();
    let beside = program.parent().unwrap_or(Path::new("")).join(name);
    format!("{}{end}", beside.display())
}

/// A word quoted for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    fn said(args: &[&str]) -> Option<String> {
        let all = std::iter::once("reheat").chain(args.iter().copied());
        let args: Vec<String> = all.map(str::to_owned).collect();
        let error = Cli::try_parse_from(&args).unwrap_err();
        file_for_a_command(&error, &args)
    }

    #[test]
    fn a_file_is_answered_with_the_command_that_makes_it_faster() {
        let folder = tempfile::tempdir().unwrap();
        let slow = folder.path().join("slow.py");
        std::fs::write(&slow, "print(1)").unwrap();
        let slow = slow.to_str().unwrap();
        let words = said(&[slow]).unwrap();
        let line = format!("\n  reheat optimize {slow} --cases cases/\n");
        assert!(words.contains(&line) && words.contains("01.in"), "{words}");
        std::fs::create_dir(folder.path().join("slow_cases")).unwrap();
        let beside = folder.path().join("slow_cases");
        let line = format!("reheat optimize {slow} --cases {}/", beside.display());
        assert!(said(&[slow]).unwrap().ends_with(&line));
        let more = said(&[slow, "--cases", "my inputs"]).unwrap();
        let line = format!("\n  reheat optimize {slow} --cases 'my inputs'");
        assert!(more.ends_with(&line), "{more}");
        let part = format!("{slow}::Grid.nearest");
        let words = said(&[&part]).unwrap();
        assert!(
            words.contains(&format!("optimize {part} --calls")),
            "{words}"
        );
    }

    #[test]
    fn what_is_meant_as_a_file_and_is_none_says_so_and_a_slip_of_a_command_is_left_to_the_parser() {
        let words = said(&["no-such-file.py"]).unwrap();
        assert!(words.contains("no file no-such-file.py"), "{words}");
        assert_eq!(said(&["optimise"]), None);
        assert_eq!(said(&["measure", "--no-such-flag"]), None);
        assert_eq!(said(&["--no-such-flag"]), None);
    }
}
