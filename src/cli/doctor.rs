//! `reheat doctor`: what is available and what is missing, in plain words. Changes nothing.

use std::fmt::Write;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::app_context::AppContext;
use super::{ENVIRONMENT, USAGE, print, visible_paths};
use crate::config::{self, Selection};
use crate::measure::Judge;
use crate::measure::machine;
use crate::model::discover;
use crate::report::text;
use crate::sandbox::{self, CancelToken, Guards, MemorySource, Tier};
use crate::tui::core::theme::{Depth, Theme};

/// Flags of `reheat doctor`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 all that a demo needs is there, 2 a setting is wrong, 3 something that\nit needs is missing."
)]
pub(crate) struct DoctorArgs {}

/// Runs the command.
#[must_use]
pub(crate) fn run(_args: &DoctorArgs, theme: Option<&str>) -> ExitCode {
    let (app, troubles) = match AppContext::read_or_default() {
        Ok(found) => found,
        Err(status) => return status,
    };
    let machine = machine::facts();
    print(&format!(
        "reheat {} · {} · {} cores · {}\n\n",
        env!("CARGO_PKG_VERSION"),
        machine.cpu,
        machine.cores,
        machine.system
    ));
    for trouble in &troubles {
        print(&format!(
            "Settings\n  ✗ {trouble}\n    the defaults are used below\n\n"
        ));
    }
    for told in crate::tui::core::keymap::Keymap::new(&app.config.keys).1 {
        print(&format!("Settings\n  ! {told}\n\n"));
    }
    let theme = theme.or(app.config.theme.as_deref());
    let own = app.folders.config.join("themes");
    let wrong = theme.and_then(|name| Theme::load(name, Some(&own), Depth::True).err());
    if let Some(why) = &wrong {
        print(&format!("Settings\n  ✗ {why}\n\n"));
    }
    // Builds go into a temporary folder where that can be had, since nothing is to be changed here.
    let judge = Judge::open(sandbox::Settings::default(), None)
        .or_else(|_| Judge::open(sandbox::Settings::default(), Some(&app.folders.cache)));
    let mut fine = judge.is_ok();
    match &judge {
        Ok(judge) => print(&(guards(judge.guards()) + &readable(&app) + "\n")),
        Err(error) => print(&format!("Sandbox\n  ✗ {error}\n\n")),
    }
    let (languages, python) = languages(&app, judge.ok());
    print(&languages);
    fine &= python;
    print(&models(&app));
    print(&terminal());
    let (folders, writable) = folders(&app);
    print(&folders);
    fine &= writable;
    if fine && (wrong.is_some() || !troubles.is_empty()) {
        print(
            "All that `reheat demo` needs is there, but a setting is wrong: see the lines marked ✗.\n",
        );
        ExitCode::from(USAGE)
    } else if fine {
        print("All that `reheat demo` needs is there.\n");
        ExitCode::SUCCESS
    } else {
        print("Something that `reheat demo` needs is missing: see the lines marked ✗.\n");
        ExitCode::from(ENVIRONMENT)
    }
}

/// Lets this program make user namespaces where AppArmor keeps them from programs without a profile.
const PROFILE: &str = "\
  a profile that allows them, for /etc/apparmor.d/reheat (then `sudo systemctl reload apparmor`):
    abi <abi/4.0>,
    include <tunables/global>
    profile reheat /**/reheat flags=(unconfined) {
      userns,
    }
";

fn guards(guards: &Guards) -> String {
    let tier = match guards.tier {
        Tier::Full => "✓ full isolation: namespaces, seccomp, limits by cgroup",
        Tier::Namespaces => {
            "✓ isolation by namespaces and seccomp; no cgroup, so memory is sampled and limited by polling"
        }
        Tier::Weak => {
            "! weak isolation: Landlock, seccomp and resource limits only; every run is marked"
        }
        Tier::None => "✗ no isolation",
    };
    let memory = match guards.memory_source {
        MemorySource::Cgroup => {
            "anonymous and shared memory of the whole tree, as the cgroup counts it"
        }
        MemorySource::ProcessTree => {
            "sum over the processes of the tree; an upper bound where pages are shared"
        }
        MemorySource::ResidentSet => "resident set of single processes; a stand-in",
    };
    let mut out = format!("Sandbox\n  {tier}\n  guards on: {}\n", guards.on.join(", "));
    for (name, why) in &guards.missing {
        let _ = writeln!(out, "  missing: {name} ({why})");
    }
    let _ = writeln!(out, "  memory figures: {memory}");
    if guards
        .why_weak()
        .is_some_and(|why| why.contains("AppArmor"))
    {
        out.push_str(PROFILE);
    }
    out
}

/// What the config file lets programs read.
fn readable(app: &AppContext) -> String {
    match visible_paths::readable(&app.config.sandbox_read) {
        Ok(paths) if paths.is_empty() => String::new(),
        Ok(paths) => {
            let paths: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
            format!(
                "  programs may also read: {}\n",
                text::safe(&paths.join(", "))
            )
        }
        Err(why) => format!("  ✗ {}\n", text::safe(&why)),
    }
}

fn languages(app: &AppContext, judge: Option<Judge>) -> (String, bool) {
    let mut rows = Vec::new();
    let mut python = false;
    let mut judge = judge;
    for language in app.languages.iter() {
        let found = match &mut judge {
            Some(judge) => judge
                .toolchain(language, None, &CancelToken::new())
                .map_err(|e| e.to_string()),
            None => app
                .missing(&language.id)
                .map_or_else(|| Ok("found".to_owned()), Err),
        };
        python |= language.id == "python" && found.is_ok();
        let (mark, said) = match found {
            Ok(version) => ("✓", version),
            Err(why) => (
                if language.id == "python" {
                    "✗"
                } else {
                    "–"
                },
                why.lines()
                    .map(str::trim)
                    .filter(|l| !l.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · "),
            ),
        };
        rows.push([
            format!("  {mark}"),
            language.name.clone(),
            text::safe(&said),
        ]);
    }
    (format!("Languages\n{}\n", text::columns(&rows)), python)
}

fn models(app: &AppContext) -> String {
    let mut out = String::from("Models\n");
    match config::resolve_provider(&app.config, &Selection::default()) {
        Ok(provider) => {
            let _ = writeln!(out, "  ✓ {} would be asked", provider.name());
        }
        Err(_) => out.push_str("  – none is set up; the demo needs none\n"),
    }
    let found = discover::discover_blocking();
    for server in &found {
        let _ = writeln!(
            out,
            "  ✓ {} answers at {}: {}",
            server.name,
            server.base_url,
            server.models.join(", ")
        );
        if let Some(model) = server.models.first() {
            let _ = writeln!(
                out,
                "    use it: reheat optimize FILE --cases DIR --base-url {} --model {model}",
                server.base_url
            );
        }
    }
    if found.is_empty() {
        out.push_str("  – no local server answers on the usual ports\n");
    }
    for name in ["claude", "codex", "gemini", "llm"] {
        if let Some(command) = on_path(name) {
            let _ = writeln!(
                out,
                "  ✓ the command `{name}` is at {}; ask it with --model-command",
                command.display()
            );
        }
    }
    out.push('\n');
    out
}

fn on_path(name: &str) -> Option<std::path::PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|dir| dir.join(name))
        .find(|p| p.is_file())
}

fn terminal() -> String {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let mut out = String::from("Terminal\n");
    if !std::io::stdout().is_terminal() {
        out.push_str("  – output is not a terminal: the loop prints text\n\n");
        return out;
    }
    let size = crossterm::terminal::size()
        .map_or_else(|_| "unknown size".into(), |(w, h)| format!("{w}×{h}"));
    let colours = if !var("NO_COLOR").is_empty() {
        "no colours (NO_COLOR)"
    } else if ["truecolor", "24bit"].contains(&var("COLORTERM").as_str()) {
        "24-bit colours"
    } else if var("TERM").contains("256") {
        "256 colours"
    } else {
        "16 colours"
    };
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .map(|n| var(n))
        .find(|v| !v.is_empty())
        .is_some_and(|v| v.to_lowercase().contains("utf"));
    let letters = if utf8 {
        "UTF-8"
    } else {
        "the locale does not say UTF-8; braille and box characters may not show"
    };
    let _ = writeln!(
        out,
        "  ✓ {size} · TERM={} · {colours} · {letters}\n",
        var("TERM")
    );
    out
}

fn folders(app: &AppContext) -> (String, bool) {
    let mut rows = Vec::new();
    let mut fine = true;
    for (name, path, needed) in [
        ("config", &app.folders.config, false),
        ("sessions", &app.folders.data, true),
        ("builds", &app.folders.cache, false),
    ] {
        let state = writable(path);
        fine &= state.is_ok() || !needed;
        let mark = match (&state, needed) {
            (Ok(()), _) => "✓",
            (Err(_), true) => "✗",
            (Err(_), false) => "!",
        };
        let said = state.map_or_else(
            |why| format!("{} ({why})", path.display()),
            |()| path.display().to_string(),
        );
        rows.push([format!("  {mark}"), name.to_owned(), said]);
    }
    (format!("Folders\n{}\n", text::columns(&rows)), fine)
}

/// Whether files can be created in a folder, or in the nearest one above it that exists. Leaves nothing behind.
fn writable(path: &Path) -> Result<(), String> {
    let nearest = path
        .ancestors()
        .find(|p| p.exists())
        .unwrap_or(Path::new("/"));
    if !nearest.is_dir() {
        return Err(format!("{} is not a folder", nearest.display()));
    }
    tempfile::tempfile_in(nearest)
        .map(drop)
        .map_err(|e| e.to_string())
}
