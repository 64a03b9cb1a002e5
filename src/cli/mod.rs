//! The command line, one file for each command. It parses and prints; it never computes.
//!
//! Exit status: 0 done (of a loop: a better version stands), 1 not (none was found), 2 wrong use, 3 something is
//! missing on this machine (no compiler, no model, no isolation).

mod app_context;
mod compare;
pub mod config;
mod demo;
mod demo_loop;
mod demo_tape;
mod doctor;
mod drive;
mod escaping_writer;
mod exit;
pub mod flags;
mod follow;
mod gc;
mod harness_flags;
mod history;
pub mod home;
pub mod keys;
mod letters;
mod ls;
mod mark;
pub mod measure;
mod measure_report;
mod misplaced;
mod model_lines;
mod open_session;
mod optimize;
mod pack;
mod prepare;
mod recorded;
mod remeasure;
mod report;
mod resume;
mod rm;
pub mod run;
#[cfg(feature = "testing")]
mod screenshots;
mod session_request;
mod show;
mod tape;
mod value_names;
mod verify;
mod visible_paths;
mod workbench;
pub mod write;
mod write_at_end;
mod write_options;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use exit::CliError;
pub(crate) use exit::{ENVIRONMENT, NOTHING, USAGE, fail, print, print_exactly, stop_on_signals};

/// The command line as a whole.
#[derive(Debug, Parser)]
#[command(
    name = "reheat",
    version,
    about = "Make code faster and leaner together with a language model, with every figure measured in a sandbox.",
    long_about = "Reheat shows a model your code, runs every revision it makes in a sandbox, measures time and memory, \
                  and feeds the figures back into the next round. A version counts as better only if fresh runs confirm it.\n\n\
                  Without a command the start screen opens.",
    after_help = "Examples:
  reheat demo                                          watch the loop on a bundled task, no model needed
  reheat optimize slow.py --cases cases/               make a program of yours faster (cases/01.in, cases/01.out, …)
  reheat optimize slow.py --cases cases/ --model-command 'claude -p'
                                                       … with a coding agent's command as the model
  reheat measure old.py new.py --cases cases/          is new.py really faster?
  reheat ls                                            your sessions, the newest first
  reheat run -- python3 untrusted.py                   run one program in the sandbox
  reheat report                                        the latest session as a page to show around
  reheat verify                                        does the gain of the latest session still hold?
  reheat tape export last my.tape                      the latest session as a file that others can play
  reheat doctor                                        what is there: isolation, compilers, models, folders

Exit status: 0 a better version stands (or: done), 1 none was found, 2 wrong use, 3 something is missing here."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<CliCommand>,
    /// Theme of the screen: dark, light, night, clear, console, or one of yours.
    #[arg(long, global = true, value_name = "NAME")]
    theme: Option<String>,
    /// Write what happens to a file, for diagnostics; no prompts, replies or code [env: REHEAT_LOG].
    #[arg(long, global = true, value_name = "FILE")]
    log: Option<std::path::PathBuf>,
    /// Record the screen, as it is shown, into a file that asciinema plays (asciicast v2); no keys, nothing of before or after.
    #[arg(long, global = true, value_name = "FILE.cast")]
    record: Option<std::path::PathBuf>,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Watch the loop on a bundled task, or play somebody's tape: recorded replies, real runs, real figures.
    Demo(demo::DemoArgs),
    /// Make a program faster or leaner.
    Optimize(Box<optimize::OptimizeArgs>),
    /// Go on with a session that was left.
    Resume(resume::ResumeArgs),
    /// Run one command in the sandbox and measure it.
    Run(run::RunArgs),
    /// Compare programs on a workload, without any model.
    Measure(measure::MeasureArgs),
    /// List your sessions: sorted, filtered, found by words.
    Ls(Box<ls::LsArgs>),
    /// Look into a session step by step, or play it: as it went, on the workbench.
    History(history::HistoryArgs),
    /// Print a session as text or JSON.
    Show(show::ShowArgs),
    /// Make a page, Markdown, JSON or a picture of a session.
    Report(report::ReportArgs),
    /// Hold two versions, or two sessions, against one another.
    Compare(compare::CompareArgs),
    /// Measure the accepted versions of a session again, here and now: which gains hold?
    Remeasure(remeasure::RemeasureArgs),
    /// Say by the exit status whether the best version is still right and still better.
    Verify(verify::VerifyArgs),
    /// Make a task folder of a session, with its best version, that runs elsewhere.
    Pack(pack::PackArgs),
    /// Write a session as one file that others can play, or say what is in such a file.
    Tape(tape::TapeArgs),
    /// Give a session a title and tags, pin it, archive it.
    Mark(mark::MarkArgs),
    /// Move sessions into the trash, or bring them back.
    Rm(rm::RmArgs),
    /// Empty the trash and remove what no session needs.
    Gc(gc::GcArgs),
    /// Put a version into your own file, or make a patch or a branch of it; and take it back.
    Write(write::WriteArgs),
    /// Say in plain words what is there: sandbox, compilers, models, terminal, folders.
    Doctor(doctor::DoctorArgs),
    /// Show, locate or start the config file.
    Config(config::ConfigArgs),
    /// Print the keys in force, and what is wrong with those of the config file.
    Keys(keys::KeysArgs),
    /// Draw the README's pictures (for developers of reheat).
    #[cfg(feature = "testing")]
    #[command(hide = true)]
    Screenshots(screenshots::ScreenshotsArgs),
}

/// Runs the command line.
#[must_use]
pub fn main() -> ExitCode {
    exit::survive_file_limits();
    exit::unless_lost(perform())
}

fn perform() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let args: Vec<String> = std::env::args_os()
                .map(|arg| arg.to_string_lossy().into_owned())
                .collect();
            if let Some(words) = misplaced::file_for_a_command(&error, &args) {
                return fail(USAGE, words);
            }
            if let Err(lost) = error.print() {
                exit::note_lost(&lost);
            }
            return if error.use_stderr() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let log = cli.log.clone().or_else(|| {
        std::env::var_os("REHEAT_LOG")
            .filter(|f| !f.is_empty())
            .map(Into::into)
    });
    if let Some(file) = log
        && let Err(why) = crate::log::open(&file)
    {
        return fail(USAGE, why);
    }
    if let Some(file) = &cli.record
        && let Err(why) = crate::tui::record(file)
    {
        return fail(USAGE, why);
    }
    let theme = cli.theme.clone();
    let theme = theme.as_deref();
    match cli.command {
        None => home::run(theme),
        Some(CliCommand::Demo(args)) => demo::run(&args, theme),
        Some(CliCommand::Optimize(args)) => optimize::run(&args, theme),
        Some(CliCommand::Resume(args)) => resume::run(&args, theme),
        Some(CliCommand::Run(args)) => run::run(args),
        Some(CliCommand::Measure(args)) => measure::run(args),
        Some(CliCommand::Ls(args)) => ls::run(&args),
        Some(CliCommand::History(args)) => history::run(&args, theme),
        Some(CliCommand::Show(args)) => show::run(&args),
        Some(CliCommand::Report(args)) => report::run(&args),
        Some(CliCommand::Compare(args)) => compare::run(&args),
        Some(CliCommand::Remeasure(args)) => remeasure::run(&args),
        Some(CliCommand::Verify(args)) => verify::run(&args),
        Some(CliCommand::Pack(args)) => pack::run(&args),
        Some(CliCommand::Tape(args)) => tape::run(&args),
        Some(CliCommand::Mark(args)) => mark::run(&args),
        Some(CliCommand::Rm(args)) => rm::run(&args),
        Some(CliCommand::Gc(args)) => gc::run(&args),
        Some(CliCommand::Write(args)) => write::run(&args),
        Some(CliCommand::Doctor(args)) => doctor::run(&args, theme),
        Some(CliCommand::Config(args)) => config::run(args),
        Some(CliCommand::Keys(args)) => keys::run(&args),
        #[cfg(feature = "testing")]
        Some(CliCommand::Screenshots(args)) => screenshots::run(&screenshots::ScreenshotsArgs {
            theme: cli.theme,
            ..args
        }),
    }
}
