//! The program itself in real terminals, good ones and poor ones, with files that are broken and text that is hostile.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::PATIENCE;

struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

/// The program in a terminal, with folders of its own.
pub(crate) struct Terminal {
    home: tempfile::TempDir,
    /// Kept open: its closing is a hang-up.
    _master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Terminal {
    fn start(environment: &[(&str, &str)]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), environment)
    }

    fn start_in(home: tempfile::TempDir, environment: &[(&str, &str)]) -> Self {
        Self::of(&[], home, environment)
    }

    /// A command in a terminal.
    pub(crate) fn of(args: &[&str], home: tempfile::TempDir, environment: &[(&str, &str)]) -> Self {
        let size = PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_reheat"));
        for (name, value) in [("TERM", "xterm-256color"), ("COLORFGBG", "15;0")] {
            command.env(name, value);
        }
        for name in ["NO_COLOR", "COLORTERM", "REHEAT_ASCII"] {
            command.env_remove(name);
        }
        for kind in ["config", "data", "cache"] {
            let variable = format!("REHEAT_{}_DIR", kind.to_uppercase());
            command.env(variable, home.path().join(kind));
        }
        for (name, value) in environment {
            command.env(name, value);
        }
        command.args(args);
        command.cwd(home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let seen = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(24, 80, 0),
                bytes: Vec::new(),
            }),
            Condvar::new(),
        ));
        let into = seen.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                let mut seen = into.0.lock().unwrap();
                seen.parser.process(&bytes[..read]);
                seen.bytes.extend_from_slice(&bytes[..read]);
                into.1.notify_all();
            }
        });
        Self {
            home,
            writer: pair.master.take_writer().unwrap(),
            _master: pair.master,
            child,
            seen,
        }
    }

    pub(crate) fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        loop {
            let shown = seen.parser.screen().contents();
            if holds(&shown) {
                return shown;
            }
            assert!(start.elapsed() < PATIENCE, "{what} never came:\n{shown}");
            let wait = Duration::from_millis(200);
            seen = self.seen.1.wait_timeout(seen, wait).unwrap().0;
        }
    }

    pub(crate) fn shows(&self, text: &str) -> String {
        self.until(text, |shown| shown.contains(text))
    }

    pub(crate) fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
    }

    fn bytes(&self) -> String {
        String::from_utf8_lossy(&self.seen.0.lock().unwrap().bytes).into_owned()
    }

    /// Ends it by its key; gives the folders back.
    pub(crate) fn quit(mut self) -> tempfile::TempDir {
        self.keys("q");
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert_eq!(status.exit_code(), 0);
                return self.home;
            }
            assert!(start.elapsed() < PATIENCE, "it never ends");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn write(home: &Path, name: &str, text: &str) {
    let path = home.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn a_broken_config_file_is_told_on_the_screen_which_opens_all_the_same() {
    let home = tempfile::tempdir().unwrap();
    write(
        home.path(),
        "config/config.toml",
        "theme = \"dark\"\nrounds = x\n",
    );
    let mut terminal = Terminal::start_in(home, &[]);
    terminal.shows("measured code");
    // The line is too long for the lowest row: the key of the messages shows it whole.
    terminal.keys(" !");
    let shown = terminal.shows("said lately");
    let whole: String = shown.lines().map(|l| l.trim_matches([' ', '│'])).collect();
    assert!(whole.contains("config.toml:2:10:"), "{shown}");
    terminal.keys("\x1b");
    terminal.until("the start screen", |s| !s.contains("said lately"));
    let home = terminal.quit();
    // A key that nobody knows is told as well, and where.
    write(home.path(), "config/config.toml", "theem = \"dark\"\n");
    let mut terminal = Terminal::start_in(home, &[]);
    terminal.shows("measured code");
    terminal.keys("!");
    let shown = terminal.shows("said lately");
    assert!(
        shown.contains("theem") && shown.contains("theme"),
        "{shown}"
    );
    terminal.keys("\x1b");
    terminal.until("the start screen", |s| !s.contains("said lately"));
    terminal.quit();
}

#[test]
fn a_session_that_was_opened_from_the_start_screen_says_how_it_ended() {
    let mut terminal = Terminal::start(&[]);
    terminal.shows("measured code");
    terminal.keys("\r");
    terminal.shows("v0");
    terminal.keys("q");
    terminal.until("a question or the end", |s| {
        s.contains("Stop it and quit") || s.contains("reheat resume")
    });
    terminal.keys("y");
    let shown = terminal.shows("reheat show, reheat resume");
    assert!(shown.contains("session 20"), "{shown}");
}

/// What the terminal was asked to colour: all parameters of "select graphic rendition".
fn renditions(bytes: &str) -> Vec<String> {
    let mut all = Vec::new();
    for piece in bytes.split("\x1b[").skip(1) {
        let end = piece.find(|c: char| !c.is_ascii_digit() && c != ';');
        if let Some(end) = end.filter(|e| piece[*e..].starts_with('m')) {
            all.push(piece[..end].to_owned());
        }
    }
    all
}

#[test]
fn a_console_gets_its_own_sixteen_colours_and_no_color_gets_none() {
    let terminal = Terminal::start(&[("TERM", "linux")]);
    terminal.shows("measured code");
    let asked = renditions(&terminal.bytes());
    assert!(!asked.is_empty());
    // crossterm writes the sixteen as the first of 256: `38;5;0` to `38;5;15`.
    for one in &asked {
        let high = one.split("8;5;").nth(1).and_then(|n| n.split(';').next());
        let high = high.is_some_and(|n| n.parse::<u16>().unwrap() > 15);
        assert!(!one.contains("8;2;") && !high, "{one}");
    }
    terminal.quit();
    let terminal = Terminal::start(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]);
    terminal.shows("measured code");
    for one in renditions(&terminal.bytes()) {
        assert!(!one.contains("8;5;") && !one.contains("8;2;"), "{one}");
    }
    terminal.quit();
}

#[test]
fn a_terminal_that_never_answers_is_waited_for_in_vain_but_keys_count() {
    let mut terminal = Terminal::start(&[("COLORFGBG", "")]);
    terminal.shows("measured code");
    // Asked only after the first frame: nobody waits for that.
    let start = Instant::now();
    while !terminal.bytes().contains("\x1b]11;?") {
        assert!(start.elapsed() < PATIENCE, "it was never asked");
        std::thread::sleep(Duration::from_millis(5));
    }
    terminal.keys("?");
    terminal.shows("type to search");
    terminal.keys("\x1b");
    terminal.until("the start screen", |s| !s.contains("type to search"));
    terminal.quit();
}

#[test]
fn pasted_control_characters_are_shown_and_never_obeyed() {
    let mut terminal = Terminal::start(&[]);
    terminal.shows("measured code");
    terminal.keys(":");
    terminal.shows("do anything");
    let before = terminal.bytes().matches('\u{7}').count();
    terminal.keys("\x1b[200~quit\u{7}\u{9b}31m\u{202e}\u{8}\rand\n\x1b[201~");
    terminal.shows("quit");
    terminal.shows("nothing is called so");
    let sent = terminal.bytes();
    assert_eq!(sent.matches('\u{7}').count(), before, "no bell");
    assert!(!sent.contains('\u{202e}') && !sent.contains('\u{9b}'));
    terminal.keys("\x1b");
    terminal.until("the start screen", |s| !s.contains("do anything"));
    terminal.quit();
}

#[test]
fn a_tip_is_shown_once_in_a_life_and_once_a_start_where_nothing_can_be_kept() {
    let mut terminal = Terminal::start(&[]);
    terminal.shows("welcome");
    terminal.keys(" ");
    terminal.until("a screen without it", |s| !s.contains("welcome"));
    let home = terminal.quit();
    let again = Terminal::start_in(home, &[]);
    let shown = again.shows("measured code");
    assert!(!shown.contains("welcome"), "{shown}");
    again.quit();
    // The data folder is a file: nothing can be kept in it.
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "data", "");
    let mut poor = Terminal::start_in(home, &[]);
    poor.shows("welcome");
    poor.keys(" ");
    poor.until("a screen without it", |s| !s.contains("welcome"));
    poor.keys("?");
    poor.shows("type to search");
    poor.keys("\x1b");
    let shown = poor.until("the start screen", |s| !s.contains("type to search"));
    assert!(!shown.contains("welcome"), "{shown}");
    poor.quit();
}

#[test]
fn ascii_alone_is_drawn_where_the_config_file_asks_for_it() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "config/config.toml", "ascii = true\n");
    let terminal = Terminal::start_in(home, &[]);
    let shown = terminal.shows("measured code");
    assert!(shown.is_ascii(), "{shown}");
    terminal.quit();
}

#[test]
fn it_works_in_tmux() {
    let tmux = |arguments: &[&str]| {
        Command::new("tmux")
            .args(["-L", &format!("reheat-manners-{}", std::process::id())])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
    };
    if tmux(&["-V"]).is_err() {
        assert!(
            std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
            "tmux is not here"
        );
        println!("skipped: needs tmux");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let set = |kind: &str| {
        let folder = home.path().join(kind);
        format!("REHEAT_{}_DIR={}", kind.to_uppercase(), folder.display())
    };
    // `; cat` keeps the window when the program has ended, so that what it left can be looked at.
    let line = format!(
        "env {} {} {} {}; echo left with $?; cat",
        set("config"),
        set("data"),
        set("cache"),
        env!("CARGO_BIN_EXE_reheat")
    );
    let started = tmux(&["new-session", "-d", "-x", "80", "-y", "24", &line]).unwrap();
    assert!(started.status.success(), "{started:?}");
    let shown =
        || String::from_utf8_lossy(&tmux(&["capture-pane", "-p"]).unwrap().stdout).into_owned();
    let until = |text: &str| {
        let start = Instant::now();
        while !shown().contains(text) {
            assert!(
                start.elapsed() < PATIENCE,
                "{text} never came:\n{}",
                shown()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    until("measured code");
    tmux(&["send-keys", "?"]).unwrap();
    until("type to search");
    tmux(&["send-keys", "Escape"]).unwrap();
    tmux(&["resize-window", "-x", "120", "-y", "36"]).unwrap();
    until("Warmth that spreads over a plate");
    tmux(&["send-keys", "q"]).unwrap();
    until("left with 0");
    tmux(&["kill-server"]).unwrap();
}
