//! The terminal is always given back as it was: quit, signals, a panic, a closed window. In a real pseudo-terminal.

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use reheat::session::EventRecord;
use reheat::session::event::{Event, Stage};
use reheat::tui::{Link, Start};

use crate::support::{PATIENCE, fabricated, test_name};

/// The fabricated session up to its first prompt, and a loop that stays open.
fn asking(send: fn()) -> Link {
    let (out, events) = mpsc::channel();
    for happened in fabricated() {
        let (at, asked) = (
            happened.at,
            matches!(happened.event, Event::PromptSent { .. }),
        );
        out.send(happened).unwrap();
        if asked {
            let event = Event::StageChanged {
                stage: Stage::Asking,
            };
            out.send(EventRecord { at, event }).unwrap();
            break;
        }
    }
    Link {
        recorded: None,
        events,
        send: Box::new(move |_| {
            let _stays_open = &out;
            send();
        }),
    }
}

/// Not a test: the program that the tests start (this very binary) shows the fabricated session.
#[test]
#[ignore = "started by the tests of this file, in a pseudo-terminal"]
fn child() {
    let Ok(what) = std::env::var("REHEAT_TERMINAL_CHILD") else {
        return;
    };
    let mut start = Start::running(asking(match what.as_str() {
        "panic" => || panic!("as the test asked"),
        // The screen's own thread would go on: the whole program must not.
        "panic elsewhere" => || {
            std::thread::spawn(|| panic!("as the test asked"));
        },
        _ => || {},
    }));
    start.demo = true;
    start.themes = std::env::var_os("REHEAT_TERMINAL_THEMES").map(Into::into);
    start.theme = std::env::var("REHEAT_TERMINAL_THEME").ok();
    start.habits.folder = std::env::var_os("REHEAT_TERMINAL_FOLDER").map(Into::into);
    if let Some(log) = std::env::var_os("REHEAT_TERMINAL_LOG") {
        reheat::log::open(log.as_ref()).unwrap();
    }
    let ended = reheat::tui::run(start).unwrap();
    if let Some(signal) = ended.signal {
        std::process::exit(128 + signal);
    }
}

struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    closed: bool,
}

/// A program in a terminal.
struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    before: String,
}

impl Terminal {
    fn start(what: &str) -> Self {
        Self::start_with(what, &[])
    }

    fn start_with(what: &str, environment: &[(&str, &str)]) -> Self {
        let size = PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let before = modes(pair.master.as_ref());
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args([
            "--ignored",
            "--exact",
            &test_name(module_path!(), "child"),
            "--nocapture",
            "--test-threads=1",
        ]);
        command.env("REHEAT_TERMINAL_CHILD", what);
        command.env("TERM", "xterm-256color");
        command.env("COLORFGBG", "15;0");
        for (name, value) in environment {
            command.env(name, value);
        }
        command.cwd(std::env::temp_dir());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let seen = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(24, 80, 0),
                bytes: Vec::new(),
                closed: false,
            }),
            Condvar::new(),
        ));
        let into = seen.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            loop {
                let read = reader.read(&mut bytes).unwrap_or(0);
                let mut seen = into.0.lock().unwrap();
                seen.parser.process(&bytes[..read]);
                seen.bytes.extend_from_slice(&bytes[..read]);
                seen.closed = read == 0;
                into.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self {
            master: Some(pair.master),
            writer: Some(writer),
            child,
            seen,
            before,
        }
    }

    fn wait(&self, what: &str, until: impl Fn(&Seen) -> bool) {
        let start = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        while !until(&seen) {
            assert!(
                start.elapsed() < PATIENCE,
                "{what} never came; the screen shows:\n{}",
                seen.parser.screen().contents()
            );
            seen = self
                .seen
                .1
                .wait_timeout(seen, Duration::from_millis(200))
                .unwrap()
                .0;
        }
    }

    /// Waits until the workbench is drawn.
    fn at_work(&self) {
        self.wait("the workbench", |s| {
            s.parser.screen().alternate_screen() && s.parser.screen().contents().contains("pairs")
        });
        assert_ne!(
            self.modes(),
            self.before,
            "the terminal is raw while the workbench is on"
        );
    }

    fn modes(&self) -> String {
        modes(self.master.as_deref().unwrap())
    }

    fn keys(&mut self, keys: &[u8]) {
        self.writer.as_mut().unwrap().write_all(keys).unwrap();
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal)
            .unwrap();
    }

    /// Waits for the end and checks that nothing is left of us; gives the exit status.
    fn given_back(mut self) -> u32 {
        let status = wait_for(self.child.as_mut());
        self.wait("the end of the output", |s| {
            s.closed || !s.parser.screen().alternate_screen()
        });
        assert_eq!(
            self.modes(),
            self.before,
            "raw mode is off and everything is as it was"
        );
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is back");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        assert_eq!(
            screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "the mouse is free"
        );
        let count = |what: &[u8]| {
            seen.bytes
                .windows(what.len())
                .filter(|w| *w == what)
                .count()
        };
        let open = seen.bytes.windows(8).rposition(|w| w == b"\x1b[?2026h");
        let closed = seen.bytes.windows(8).rposition(|w| w == b"\x1b[?2026l");
        assert!(
            open < closed && count(b"\x1b[?2026h") > 0,
            "no synchronised update stays open"
        );
        status
    }
}

fn wait_for(child: &mut (dyn Child + Send + Sync)) -> u32 {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.exit_code();
        }
        assert!(start.elapsed() < PATIENCE, "it never ends");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The modes of a terminal as the system has them.
fn modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().unwrap();
    format!(
        "{:?} {:?} {:?}",
        modes.input_flags, modes.output_flags, modes.local_flags
    )
}

#[test]
fn on_quitting() {
    let mut terminal = Terminal::start("play");
    terminal.at_work();
    terminal.keys(b"q");
    assert_eq!(terminal.given_back(), 0);
}

#[test]
fn on_signals() {
    use rustix::process::Signal;
    for (signal, status) in [
        (Signal::TERM, 143),
        (Signal::INT, 130),
        (Signal::HUP, 129),
        (Signal::QUIT, 131),
    ] {
        let terminal = Terminal::start("play");
        terminal.at_work();
        terminal.signal(signal);
        assert_eq!(terminal.given_back(), status, "{signal:?}");
    }
}

#[test]
fn on_a_panic_of_any_thread_and_its_words_can_be_read() {
    for whose in ["panic", "panic elsewhere"] {
        let mut terminal = Terminal::start(whose);
        terminal.at_work();
        terminal.keys(b" ");
        terminal.wait("the panic's words", |s| {
            // A backtrace may have scrolled the first of them away.
            let said = String::from_utf8_lossy(&s.bytes);
            !s.parser.screen().alternate_screen()
                && ["as the test asked", "`reheat resume` goes on"]
                    .iter()
                    .all(|words| said.contains(words))
        });
        assert_ne!(terminal.given_back(), 0, "{whose}");
    }
}

#[test]
fn on_suspending_and_it_comes_back() {
    let mut terminal = Terminal::start("play");
    terminal.at_work();
    terminal.keys(b"\x1a");
    terminal.wait("the plain screen", |s| {
        !s.parser.screen().alternate_screen()
    });
    // The screen comes back a moment before the modes do.
    let start = Instant::now();
    while terminal.modes() != terminal.before {
        assert!(
            start.elapsed() < PATIENCE,
            "the terminal stays raw: {}",
            terminal.modes()
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    // Whoever wakes a program before it sleeps has not woken it: knock until it comes.
    let back = |s: &Seen| {
        s.parser.screen().alternate_screen() && s.parser.screen().contents().contains("pairs")
    };
    while !back(&terminal.seen.0.lock().unwrap()) {
        assert!(start.elapsed() < PATIENCE, "the workbench never came back");
        terminal.signal(rustix::process::Signal::CONT);
        std::thread::sleep(Duration::from_millis(50));
    }
    terminal.keys(b"q");
    assert_eq!(terminal.given_back(), 0);
}

#[test]
fn a_closed_window_ends_the_program() {
    let mut terminal = Terminal::start("play");
    terminal.at_work();
    terminal.writer = None;
    terminal.master = None;
    // The reader holds the terminal open as well; it ends with the program or by this signal, as a window's closing sends it.
    terminal.signal(rustix::process::Signal::HUP);
    assert_eq!(wait_for(terminal.child.as_mut()), 129);
}

#[test]
fn a_theme_that_is_changed_is_shown_at_once_and_a_wrong_one_costs_only_its_colours() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let theme = |colour: &str| format!("name = \"mine\"\n[colours]\nbackground = \"{colour}\"\n");
    std::fs::write(&file, theme("#112233")).unwrap();
    let terminal = Terminal::start_with(
        "play",
        &[
            ("COLORTERM", "truecolor"),
            ("REHEAT_TERMINAL_THEMES", folder.path().to_str().unwrap()),
            ("REHEAT_TERMINAL_THEME", "mine"),
        ],
    );
    let ground = |red, green, blue| {
        move |s: &Seen| {
            let cell = s.parser.screen().cell(12, 40).unwrap();
            cell.bgcolor() == vt100::Color::Rgb(red, green, blue)
        }
    };
    terminal.wait("the theme", ground(0x11, 0x22, 0x33));
    std::fs::write(&file, theme("#445566")).unwrap();
    terminal.wait("the changed theme", ground(0x44, 0x55, 0x66));
    // A file that cannot be read says where, and the colours stay.
    std::fs::write(&file, "name = \"mine\"\ncolours = 7\n").unwrap();
    terminal.wait("what is wrong with it", |s| {
        s.parser.screen().contents().contains("mine.toml:2:")
    });
    assert!(ground(0x44, 0x55, 0x66)(&terminal.seen.0.lock().unwrap()));
}

#[test]
fn a_theme_that_is_not_there_does_not_keep_the_screen_away() {
    let terminal = Terminal::start_with("play", &[("REHEAT_TERMINAL_THEME", "no-such")]);
    terminal.at_work();
    terminal.wait("why", |s| s.parser.screen().contents().contains("no-such"));
}

#[test]
fn a_light_terminal_that_is_asked_gets_the_light_theme_and_keys_typed_meanwhile_count() {
    let mut terminal =
        Terminal::start_with("play", &[("COLORFGBG", ""), ("COLORTERM", "truecolor")]);
    terminal.wait("the question", |s| {
        s.bytes.windows(6).any(|w| w == b"\x1b]11;?")
    });
    terminal.keys(b"7");
    terminal.keys(b"\x1b]11;rgb:ffff/ffff/f0f0\x1b\\\x1b[?62c");
    // The charts, which the key asks for, on a light ground.
    terminal.wait("the light theme", |s| {
        let cell = s.parser.screen().cell(12, 40).unwrap();
        cell.bgcolor() == vt100::Color::Rgb(0xfa, 0xf6, 0xf0)
    });
    terminal.wait("the pane of the key", |s| {
        s.parser.screen().contents().contains("▌charts▐")
    });
}

/// A session in which something is asked of the screen first, with folders of its own.
fn start_in(folder: &std::path::Path) -> Terminal {
    Terminal::start_with(
        "play",
        &[("REHEAT_TERMINAL_FOLDER", folder.to_str().unwrap())],
    )
}

#[test]
fn what_is_copied_goes_to_the_clipboard_and_to_a_file_and_nobody_waits_for_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = start_in(folder.path());
    terminal.at_work();
    terminal.wait("v0", |s| s.parser.screen().contents().contains("v0"));
    terminal.keys(b"yc");
    terminal.wait("the words", |s| {
        s.parser.screen().contents().contains("copied: ")
    });
    let sent = |s: &Seen| s.bytes.windows(7).any(|w| w == b"\x1b]52;c;");
    assert!(sent(&terminal.seen.0.lock().unwrap()));
    let copied = std::fs::read_to_string(folder.path().join("copied.txt")).unwrap();
    assert!(copied.contains("def "), "{copied}");
    terminal.keys(b"q");
    assert_eq!(terminal.given_back(), 0);
}

#[test]
fn the_mouse_is_the_terminals_when_it_is_left_to_it() {
    let mut terminal = Terminal::start("play");
    terminal.at_work();
    let mode = |mode| move |s: &Seen| s.parser.screen().mouse_protocol_mode() == mode;
    terminal.wait("the mouse", mode(vt100::MouseProtocolMode::ButtonMotion));
    terminal.keys(b"\x17m");
    terminal.wait("a free mouse", mode(vt100::MouseProtocolMode::None));
    terminal.keys(b"\x17m");
    terminal.wait(
        "the mouse again",
        mode(vt100::MouseProtocolMode::ButtonMotion),
    );
    terminal.keys(b"q");
    assert_eq!(terminal.given_back(), 0);
}

#[test]
fn what_was_arranged_is_there_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    for (n, keys) in [b"h".as_slice(), b"h"].iter().enumerate() {
        let mut terminal = start_in(folder.path());
        terminal.at_work();
        terminal.keys(keys);
        terminal.wait("the box", |s| {
            s.parser.screen().contents().contains("steer the next")
        });
        if n == 0 {
            terminal.keys(b"\x1b[200~tune the loop\x1b[201~");
            terminal.wait("the paste", |s| {
                s.parser.screen().contents().contains("tune the loop")
            });
            terminal.keys(b"\r");
            terminal.wait("the word", |s| {
                s.parser.screen().contents().contains("next prompt")
            });
        } else {
            terminal.keys(b"\x1b[A");
            terminal.wait("the hint", |s| {
                s.parser.screen().contents().contains("tune the loop")
            });
            terminal.keys(b"\x1b");
            terminal.wait("the box closed", |s| {
                !s.parser.screen().contents().contains("alt-⏎")
            });
        }
        terminal.keys(b"q");
        assert_eq!(terminal.given_back(), 0);
    }
}

#[test]
fn a_storm_of_resizes_down_to_one_cell_and_back_leaves_a_whole_screen() {
    let mut terminal = Terminal::start("play");
    terminal.at_work();
    let size = |rows, cols| PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    };
    for n in 0..60_u16 {
        let (rows, cols) = [(1, 1), (12, 40), (60, 200), (2, 300), (100, 3)][usize::from(n) % 5];
        terminal
            .master
            .as_ref()
            .unwrap()
            .resize(size(rows, cols))
            .unwrap();
    }
    terminal
        .master
        .as_ref()
        .unwrap()
        .resize(size(24, 80))
        .unwrap();
    // Whatever was drawn for other sizes, what is drawn from now on is whole.
    terminal.seen.0.lock().unwrap().parser = vt100::Parser::new(24, 80, 0);
    terminal.keys(b"\x0c");
    terminal.wait("a whole screen", |s| {
        let shown = s.parser.screen().contents();
        shown.contains("pairs") && shown.contains("? help") && shown.contains('╯')
    });
    // The parser began anew, so it never saw the modes that were taken before.
    terminal.keys(b"q");
    assert_eq!(wait_for(terminal.child.as_mut()), 0);
}

#[test]
fn a_log_tells_what_happened_and_nothing_that_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("reheat.log");
    let mut terminal =
        Terminal::start_with("play", &[("REHEAT_TERMINAL_LOG", log.to_str().unwrap())]);
    terminal.at_work();
    terminal.keys(b"hsecret words\r");
    terminal.wait("the word", |s| {
        s.parser.screen().contents().contains("next prompt")
    });
    terminal.keys(b"q");
    assert_eq!(terminal.given_back(), 0);
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(
        text.contains("start") && text.contains("Send") && text.contains("Quit"),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn a_terminal_that_can_show_nothing_gets_one_sentence_and_no_escape() {
    for term in [Some("dumb"), Some(""), None] {
        let size = PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_reheat"));
        match term {
            Some(term) => command.env("TERM", term),
            None => command.env_remove("TERM"),
        }
        command.cwd(std::env::temp_dir());
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let reader = std::thread::spawn(move || {
            let mut said = Vec::new();
            // A terminal whose last program has gone may say so by an error.
            let _ = reader.read_to_end(&mut said);
            String::from_utf8_lossy(&said).into_owned()
        });
        assert_eq!(wait_for(child.as_mut()), 2, "{term:?}");
        let said = reader.join().unwrap();
        assert!(said.contains("needs a terminal"), "{term:?}: {said}");
        assert!(!said.contains('\u{1b}'), "{term:?}: {said:?}");
    }
}

#[test]
fn a_closed_standard_output_is_no_reason_to_panic() {
    for arguments in ["keys", "config", "demo --list", "--help"] {
        let output = std::process::Command::new("sh")
            .arg("-c")
            .arg(format!("exec \"$0\" {arguments} >&-"))
            .arg(env!("CARGO_BIN_EXE_reheat"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{arguments}: {said}");
        assert!(output.status.code().is_some(), "{arguments}: {said}");
    }
}
