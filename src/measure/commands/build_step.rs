//! The part of a command that only builds, where its words tell: what a build leaves behind is kept for the timed runs, and it
//! must not come from a run of the version itself.

/// Signs of a command line that is more than commands joined by `&&`.
const MORE: [char; 13] = [
    ';', '|', '`', '$', '(', ')', '{', '}', '<', '>', '\n', '\\', '#',
];

/// Compilers, and what else runs nothing of the project.
const BUILDERS: [&str; 16] = [
    "cc", "gcc", "clang", "c++", "g++", "clang++", "rustc", "javac", "tsc", "ninja", "ar", "cd",
    "mkdir", "rm", "set", "export",
];

/// Targets by which something is run rather than built.
const RUN_TARGETS: [&str; 7] = [
    "test",
    "tests",
    "check",
    "bench",
    "benchmark",
    "run",
    "perf",
];

/// A command that builds what `command` would build, and runs nothing of it; `None` where that cannot be told.
pub(super) fn build_only(command: &str) -> Option<String> {
    let mut parts: Vec<&str> = command.split("&&").map(str::trim).collect();
    let last = parts.pop()?;
    let unclear = |part: &&str| part.contains(MORE) || part.contains(['&', '\'', '"']);
    if parts.iter().any(unclear) || !parts.iter().all(|part| only_builds(part)) {
        return None;
    }
    let mut whole: Vec<String> = parts.into_iter().map(str::to_owned).collect();
    let changes_folder_only =
        |part: &String| matches!(part.split(' ').next(), Some("cd" | "set" | "export"));
    match of_tool(last) {
        Some(build) => whole.push(build),
        None if whole.iter().all(changes_folder_only) => return None,
        None => {}
    }
    Some(whole.join(" && "))
}

/// The words of a command behind what it sets for itself.
fn words(part: &str) -> Vec<&str> {
    let all = part.split_whitespace();
    all.skip_while(|word| word.contains('=') || *word == "env")
        .collect()
}

fn only_builds(part: &str) -> bool {
    let words = words(part);
    let arguments = |from: usize| words.get(from..).unwrap_or_default();
    let name = words
        .first()
        .map_or("", |w| w.rsplit('/').next().unwrap_or(w));
    let first = arguments(1).iter().find(|w| !w.starts_with(['-', '+']));
    match name {
        _ if BUILDERS.contains(&name) => true,
        "make" | "cmake" => !arguments(1).iter().any(|w| RUN_TARGETS.contains(w)),
        "cargo" => matches!(first, Some(&("build" | "b" | "check" | "clippy" | "fetch"))),
        "go" => matches!(first, Some(&("build" | "vet" | "install" | "mod"))),
        "npm" | "yarn" | "pnpm" => words.last() == Some(&"build"),
        "npx" => first == Some(&"tsc"),
        _ => false,
    }
}

/// The command of a build tool that would run something, so that it does not.
fn of_tool(part: &str) -> Option<String> {
    // What stands behind it is for the program.
    let (own, _) = part.split_once(" -- ").unwrap_or((part, ""));
    if own.contains(MORE) || own.contains(['&', '\'', '"']) {
        return None;
    }
    let mut all: Vec<&str> = own.split_whitespace().collect();
    let tool = all.len() - words(own).len();
    let command = (tool + 1..all.len()).find(|at| !all[*at].starts_with(['-', '+']))?;
    match (*all.get(tool)?, all[command]) {
        ("cargo", "run" | "r") => all[command] = "build",
        ("cargo", "bench" | "test" | "t" | "criterion" | "nextest") => all.push("--no-run"),
        ("go", "test" | "run") => {
            all.insert(command + 1, "-exec");
            all.insert(command + 2, "true");
        }
        _ if only_builds(own) => {}
        _ => return None,
    }
    Some(all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::build_only;

    #[test]
    fn a_build_is_told_from_a_run_by_its_words() {
        for (command, build) in [
            ("cargo bench -- parse 'a b'", Some("cargo bench --no-run")),
            (
                "cargo run --release -q --bin bench",
                Some("cargo build --release -q --bin bench"),
            ),
            (
                "A=1 cargo +nightly test --lib",
                Some("A=1 cargo +nightly test --lib --no-run"),
            ),
            (
                "go test -run none -bench . ./...",
                Some("go test -exec true -run none -bench . ./..."),
            ),
            ("make -s && ./run 10 > out", Some("make -s")),
            ("cc -O2 -o b b.c f.c && ./b", Some("cc -O2 -o b b.c f.c")),
            (
                "cd sub && cargo bench",
                Some("cd sub && cargo bench --no-run"),
            ),
            ("make -j2 tool", Some("make -j2 tool")),
            ("make bench", None),
            ("make test && ./run", None),
            ("sh bench.sh", None),
            ("cd sub && ./run", None),
            ("cargo test && cargo bench", None),
            ("cc f.c; ./a.out && true", None),
        ] {
            assert_eq!(build_only(command).as_deref(), build, "{command}");
        }
    }
}
