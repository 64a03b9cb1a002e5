//! `reheat run`: runs one command in the sandbox and reports its outcome.

use std::io::{IsTerminal, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;

use crate::base::text::{harmless, is_hostile};
use crate::base::units::{ByteNanos, Bytes, Nanos};
use crate::sandbox::toolchain::{self, Tool};
use crate::sandbox::{
    Attempt, CancelToken, Guards, Limits, Mount, Outcome, Program, RunVerdict, Sample, Sandbox,
    SandboxError, Settings, Tier,
};
use crate::task::project::secret;

use super::flags::RunLimits;
use super::visible_paths;
use super::{CliError, ENVIRONMENT, USAGE};

/// Where the sandbox shows the current folder.
const DATA: &str = "/data";

/// Runs one command in the sandbox and measures it.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  reheat run -- python3 solution.py\n  reheat run --stdin input.txt --time-limit 2s --memory-limit 256MB -- ./program\n  reheat run --json -- node main.js\n\nThe current folder is seen read-only as /data; /work and /tmp are private, writable and gone afterwards.\nExit status: 0 the program ended well, 1 any other verdict, 2 wrong use, 3 no sandbox or no such program."
)]
pub struct RunArgs {
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub json: bool,
    /// What it may use.
    #[command(flatten)]
    pub limits: RunLimits,
    /// File to be its standard input. Without, it is what this command is given by a file or a pipe; else empty.
    #[arg(long, value_name = "FILE")]
    pub stdin: Option<PathBuf>,
    /// Run even where this machine offers no isolation: the program then has all your rights.
    #[arg(long)]
    pub unsafe_no_isolation: bool,
    /// Also say what it tried and was refused: network, files of others, clocks (Linux 5.7). Opening files then takes longer.
    #[arg(long)]
    pub watch: bool,
    /// The command and its arguments.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        required = true,
        value_name = "CMD"
    )]
    pub command: Vec<String>,
}

/// Runs the command.
#[must_use]
pub fn run(args: RunArgs) -> ExitCode {
    match perform(&args) {
        Ok(outcome) => ExitCode::from(u8::from(outcome != RunVerdict::Ok)),
        Err(error) => error.into(),
    }
}

fn perform(args: &RunArgs) -> Result<RunVerdict, CliError> {
    let wrong = |why: String| CliError::new(USAGE, why);
    let environment = |why: String| CliError::new(ENVIRONMENT, why);
    let here = std::env::current_dir()
        .map_err(|e| environment(format!("the current folder cannot be read: {e}")))?;
    let here = std::fs::canonicalize(&here).unwrap_or(here);
    if let Some(what) = visible_paths::too_much(&here) {
        return Err(wrong(format!(
            "the program would see {what}; go into the folder that it needs and run it there"
        )));
    }
    let stdin = match &args.stdin {
        Some(path) => input(path).map_err(wrong)?,
        None => handed_on().map_err(environment)?,
    };
    if let Some(words) = one_word(&args.command) {
        return Err(wrong(words));
    }
    let tool = tool(&args.command[0], &here).map_err(environment)?;
    let config = visible_paths::settings().map_err(wrong)?;
    let limits = args
        .limits
        .overrides()
        .or(&config.limits)
        .over(&Limits::default());
    let read = visible_paths::readable(&config.sandbox_read).map_err(wrong)?;
    let settings = Settings {
        launcher: None,
        unsafe_no_isolation: args.unsafe_no_isolation,
    };
    let mut sandbox = Sandbox::open(&settings).map_err(|e| environment(e.to_string()))?;
    let mut hidden = secret::below(&here);
    hidden.extend(secret::in_read(&read));
    hidden.retain(|h| !read.contains(h));
    let mut mounts = vec![Mount {
        host: here.clone(),
        guest: DATA.to_owned(),
    }];
    mounts.extend(read.into_iter().map(|path| Mount {
        guest: path.to_string_lossy().into_owned(),
        host: path,
    }));
    // Even a read-only folder can contain sockets and pipes to programs outside.
    match sandbox.guards().tier {
        Tier::Full | Tier::Namespaces => {
            mounts.extend(visible_paths::hidden(&here, DATA).map_err(wrong)?);
        }
        Tier::Weak => visible_paths::nothing_to_hide(&here).map_err(wrong)?,
        Tier::None => {}
    }
    hidden.extend(
        tool.mounts
            .iter()
            .flat_map(|m| secret::directly_in(&m.host)),
    );
    mounts.extend(tool.mounts);
    let program = Program {
        argv: std::iter::once(tool.program)
            .chain(args.command[1..].iter().cloned())
            .collect(),
        environment: tool.environment,
        stdin: Arc::from(stdin),
        mounts,
        hidden,
        trees: Vec::new(),
        folder: Some(DATA.to_owned()),
        collect: Vec::new(),
        watched: args.watch,
    };
    let cancel = CancelToken::new();
    let signal = super::stop_on_signals(&cancel);
    let outcome = match sandbox.run(&program, &limits, &mut |_| {}, &cancel) {
        Ok(outcome) => outcome,
        Err(SandboxError::Stopped) => {
            // The sandbox is removed first; the exit status is that of a program killed by the signal.
            drop(sandbox);
            let signal = signal.load(std::sync::atomic::Ordering::SeqCst);
            let status = u8::try_from(128 + signal).unwrap_or(1);
            return Err(CliError::new(status, "interrupted"));
        }
        Err(error) => return Err(environment(error.to_string())),
    };
    let watched = args.watch && sandbox.guards().on.iter().any(|g| g == "attempts");
    if outcome.verdict != RunVerdict::Ok && !args.json {
        say_hidden(&program.hidden, &here);
    }
    let printed = if args.json {
        print_json(&outcome, watched, sandbox.guards())
    } else {
        print_text(&outcome, watched, sandbox.guards())
    };
    match printed {
        // A closed pipe is not an error.
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(environment(format!("cannot write the result: {e}")))
        }
        _ => Ok(outcome.verdict),
    }
}

/// Says what a program that failed may have missed, because keys are kept in it.
fn say_hidden(hidden: &[PathBuf], here: &Path) {
    const MOST: usize = 3;
    let own = hidden.iter().filter_map(|h| h.strip_prefix(here).ok());
    let own: Vec<&Path> = own.filter(|h| !h.ends_with(".git")).collect();
    let Some(first) = own.first() else { return };
    let names: Vec<String> = own
        .iter()
        .take(MOST)
        .map(|p| p.display().to_string())
        .collect();
    let more = match own.len().saturating_sub(MOST) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let _ = super::fail(
        0,
        format_args!(
            "not shown to the program, because keys are kept in such files: {}{more}; if it needs one, write [sandbox] read = [\"{}\"] in the config file",
            names.join(", "),
            here.join(first).display()
        ),
    );
}

/// Most bytes of standard input: all of it is held in memory.
const MOST_INPUT: u64 = 1 << 30;

/// A command and its arguments that were quoted together, so that they are taken for the name of a program.
fn one_word(command: &[String]) -> Option<String> {
    let [only] = command else { return None };
    let words: Vec<&str> = only.split_whitespace().collect();
    let quoted = words.len() > 1 && !Path::new(only).exists();
    quoted.then(|| format!("`{only}` is taken for the name of one program; write it without the quotes: reheat run -- {only}"))
}

/// How long a standard input may be silent before it is said that it is waited for.
const SILENT: std::time::Duration = std::time::Duration::from_secs(2);

/// What this command's own standard input holds, where that is a file or a pipe; nothing where it is a terminal or anything
/// else that may never end.
fn handed_on() -> Result<Vec<u8>, String> {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;
    let unreadable = |e: std::io::Error| format!("the standard input cannot be read: {e}");
    let stdin = std::io::stdin().lock();
    let Ok(copy) = stdin.as_fd().try_clone_to_owned() else {
        return Ok(Vec::new());
    };
    let file = std::fs::File::from(copy);
    let kind = file.metadata().map_err(unreadable)?.file_type();
    if !kind.is_file() && !kind.is_fifo() {
        return Ok(Vec::new());
    }
    let (sender, read) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut all = Vec::new();
        let done = file.take(MOST_INPUT + 1).read_to_end(&mut all);
        drop(sender.send(done.map(|_| all)));
    });
    let all = read.recv_timeout(SILENT).or_else(|_| {
        // Whoever started this may have left a pipe open in which nothing ever comes.
        eprintln!("reheat: waiting for the end of the standard input; `< /dev/null` gives the program none");
        read.recv()
    });
    let all = all
        .map_err(|e| format!("the standard input cannot be read: {e}"))?
        .map_err(unreadable)?;
    if all.len() as u64 > MOST_INPUT {
        let most = Bytes(MOST_INPUT);
        return Err(format!("the standard input is more than {most}"));
    }
    Ok(all)
}

/// Reads the standard input for the run.
fn input(path: &Path) -> Result<Vec<u8>, String> {
    let name = path.display();
    let facts = std::fs::metadata(path).map_err(|e| format!("cannot read {name}: {e}"))?;
    if !facts.is_file() {
        return Err(format!(
            "{name} is not a regular file; --stdin reads one to its end before the run"
        ));
    }
    if facts.len() > MOST_INPUT {
        let (size, most) = (Bytes(facts.len()), Bytes(MOST_INPUT));
        return Err(format!("{name} is {size}; --stdin takes at most {most}"));
    }
    std::fs::read(path).map_err(|e| format!("cannot read {name}: {e}"))
}

/// The program: a file below the current folder at its path in the sandbox, anything else a tool of this machine.
fn tool(name: &str, here: &Path) -> Result<Tool, String> {
    if name.contains('/') && !Path::new(name).is_absolute() {
        let host = std::fs::canonicalize(here.join(name))
            .map_err(|e| format!("{name} cannot be run: {e}"))?;
        if let Ok(inside) = host.strip_prefix(here) {
            let program = format!("{DATA}/{}", inside.display());
            return Ok(Tool {
                host,
                program,
                mounts: Vec::new(),
                environment: Vec::new(),
            });
        }
    }
    toolchain::find(name).map_err(|e| e.to_string())
}

/// The object that other programs read; every field is always there.
#[derive(Serialize)]
struct Report<'a> {
    verdict: RunVerdict,
    reason: &'a Option<String>,
    exit_code: Option<i32>,
    signal: Option<i32>,
    wall_ns: Nanos,
    cpu_ns: Nanos,
    peak_bytes: Bytes,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_low_bytes: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_high_bytes: Option<Bytes>,
    integral_byte_ns: ByteNanos,
    samples: Vec<(Nanos, Bytes)>,
    tasks: Option<u32>,
    stdout: String,
    stdout_truncated: bool,
    stderr: String,
    stderr_truncated: bool,
    /// Only with `--watch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<&'a [Attempt]>,
    guards: &'a Guards,
}

/// Bytes of each output that are printed; the rest is cut.
const SHOWN: usize = 64 * 1024;

/// The start of an output as text, and whether it was cut.
fn cut(captured: &crate::sandbox::Captured) -> (String, bool) {
    let end = captured.bytes.len().min(SHOWN);
    (
        String::from_utf8_lossy(&captured.bytes[..end]).into_owned(),
        captured.truncated || end < captured.bytes.len(),
    )
}

fn print_json(outcome: &Outcome, watched: bool, guards: &Guards) -> std::io::Result<()> {
    let (stdout, stdout_truncated) = cut(&outcome.stdout);
    let (stderr, stderr_truncated) = cut(&outcome.stderr);
    let report = Report {
        verdict: outcome.verdict,
        reason: &outcome.reason,
        exit_code: outcome.exit_code,
        signal: outcome.signal,
        wall_ns: outcome.wall,
        cpu_ns: outcome.cpu,
        peak_bytes: outcome.peak.bytes,
        peak_low_bytes: outcome.peak.low,
        peak_high_bytes: outcome.peak.high,
        integral_byte_ns: outcome.integral,
        samples: outcome.samples.iter().map(|s| (s.t, s.memory)).collect(),
        tasks: outcome.tasks,
        stdout,
        stdout_truncated,
        stderr,
        stderr_truncated,
        attempts: watched.then_some(outcome.attempts.as_slice()),
        guards,
    };
    let text = serde_json::to_string(&report).map_err(std::io::Error::other)?;
    let mut text = harmless_json(&text);
    text.push('\n');
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn print_text(outcome: &Outcome, watched: bool, guards: &Guards) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for (captured, to_error) in [(&outcome.stdout, false), (&outcome.stderr, true)] {
        let (text, missing) = cut(captured);
        let on_screen = if to_error {
            std::io::stderr().is_terminal()
        } else {
            out.is_terminal()
        };
        let text = if on_screen {
            harmless(&text).into_owned()
        } else {
            text
        };
        let end = if missing { "\n… (cut)\n" } else { "" };
        if to_error {
            write!(std::io::stderr(), "{text}{end}")?;
        } else {
            write!(out, "{text}{end}")?;
        }
    }
    if !outcome.stdout.bytes.is_empty() && outcome.stdout.bytes.last() != Some(&b'\n') {
        writeln!(out)?;
    }
    let reason = outcome
        .reason
        .as_deref()
        .map(|r| format!(": {r}"))
        .unwrap_or_default();
    writeln!(out, "── {}{reason}", outcome.verdict.in_words())?;
    let ending = match (outcome.exit_code, outcome.signal) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no exit status".to_owned(),
    };
    let peak = match (outcome.peak.low, outcome.peak.high) {
        (Some(low), Some(high)) => format!("between {low} and {high}"),
        _ => outcome.peak.bytes.to_string(),
    };
    writeln!(
        out,
        "   {ending} · wall {} · CPU {} · peak {peak} · integral {}",
        outcome.wall, outcome.cpu, outcome.integral
    )?;
    for line in chart(&outcome.samples, 60, 6) {
        writeln!(out, "   {line}")?;
    }
    for attempt in &outcome.attempts {
        let what = harmless(&attempt.what);
        writeln!(out, "   refused {} ×: {what}", attempt.times)?;
    }
    if watched && outcome.attempts.is_empty() {
        writeln!(out, "   it tried nothing that had to be refused")?;
    }
    writeln!(out, "   {}", crate::report::text::guards(guards))?;
    out.flush()
}

/// The same JSON with every character escaped that a terminal would obey or that changes text direction.
fn harmless_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        // Such characters can only occur inside strings, where an escape is equivalent.
        if is_hostile(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(c);
        }
    }
    text
}

/// Memory over time in blocks: `height` lines of `width` columns, an axis and its marks.
fn chart(samples: &[Sample], width: usize, height: usize) -> Vec<String> {
    const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (Some(last), Some(top)) = (samples.last(), samples.iter().map(|s| s.memory.0).max()) else {
        return Vec::new();
    };
    if top == 0 || last.t.0 == 0 {
        return Vec::new();
    }
    let mut columns = vec![0u64; width];
    let column = |t: Nanos| {
        ((u128::from(t.0) * width as u128 / u128::from(last.t.0)) as usize).min(width - 1)
    };
    for pair in samples.windows(2) {
        // Memory counts as constant between two samples; a column shows its maximum.
        let (from, to) = (column(pair[0].t), column(pair[1].t));
        for c in &mut columns[from..=to] {
            *c = (*c).max(pair[0].memory.0);
        }
        columns[to] = columns[to].max(pair[1].memory.0);
    }
    let label = Bytes(top).to_string();
    let margin = label.chars().count();
    let mut lines = Vec::with_capacity(height + 2);
    for row in (0..height).rev() {
        let bar: String = columns
            .iter()
            .map(|c| {
                let eighths =
                    (u128::from(*c) * (height * 8) as u128).div_ceil(u128::from(top)) as usize;
                EIGHTHS[eighths.saturating_sub(row * 8).min(8)]
            })
            .collect();
        let mark = if row + 1 == height {
            label.as_str()
        } else {
            ""
        };
        lines.push(format!("{mark:>margin$} ┤{}", bar.trim_end()));
    }
    lines.push(format!("{:>margin$} └{}", "0", "─".repeat(width)));
    let end = last.t.to_string();
    let gap = width.saturating_sub(1 + end.chars().count());
    lines.push(format!("{:>margin$}  0{:gap$}{end}", "", ""));
    lines
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_its_shape_and_no_fault_on_odd_input() {
        let at = |t, m| Sample {
            t: Nanos(t),
            memory: Bytes(m),
        };
        assert!(chart(&[], 10, 3).is_empty());
        assert!(chart(&[at(0, 0)], 10, 3).is_empty());
        let lines = chart(&[at(0, 0), at(50, 100), at(100, 50)], 10, 2);
        assert_eq!(lines.len(), 4);
        assert!(lines[0].contains('█'));
    }

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(
            harmless_json("\"\u{9b}\u{e0041}\""),
            r#""\u009b\udb40\udc41""#
        );
    }
}
