//! What a program's output does to the terminal of whoever runs it with `reheat run`: nothing, and nothing is typed for them.

use std::io::{Read, Write};
use std::process::Command;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// Everything that a terminal obeys: title, clipboard, paste mode, cursor, its 8-bit forms, a device query, a hyperlink.
const ESCAPES: &str = r#"
import sys
out = sys.stdout.buffer
for part in (b"\x1b]0;owned\x07", b"\x1b]52;c;cm0gLXJmIC8=\x07", b"\x1b[?2004h\x1b[200~rm -rf /\r\x1b[201~", b"\x1b[2J\x1b[H", b"\x1bP$qm\x1b\\", b"\x1b[6n\x1b[c\x1b[21t",
             "\u009b2J\u009d0;owned\u009c\u0090q\u009c".encode(), b"\x9b2J\x9d0;owned\x9c", b"\xff\xfe\xc3\x28\xed\xa0\x80\xf8\x88", b"a\x00b\x07\x08\x0b\x0c\x0e\x0f\x7f\r",
             "\u202eevil\u202d\u2066x\u2069\u200f\u061c".encode(), b"\x1b]8;;http://evil/\x1b\\click\x1b]8;;\x1b\\", b"\x1b[8m", b"end\n"):
    out.write(part)
    sys.stderr.buffer.write(part)
"#;

/// Runs a shell script in a new pseudo-terminal and types; everything that came out.
fn in_a_terminal(script: &str, folder: &std::path::Path, typed: &str) -> Vec<u8> {
    let size = PtySize {
        rows: 24,
        cols: 200,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new("/bin/sh");
    command.args(["-c", script]);
    command.cwd(folder);
    command.env("REHEAT", env!("CARGO_BIN_EXE_reheat"));
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut writer = pair.master.take_writer().unwrap();
    writer.write_all(typed.as_bytes()).unwrap();
    let mut seen = Vec::new();
    let mut bytes = [0; 4096];
    // The terminal reports an error when its last user has gone.
    while let Ok(n) = reader.read(&mut bytes) {
        if n == 0 {
            break;
        }
        seen.extend_from_slice(&bytes[..n]);
    }
    child.wait().unwrap();
    seen
}

fn python_is_there() -> bool {
    let there = std::path::Path::new("/usr/bin/python3").exists();
    if !there {
        super::skipped("/usr/bin/python3");
    }
    there
}

/// Whether text holds nothing that a terminal obeys or that turns a line around.
fn harmless(text: &str) -> Result<(), String> {
    let bad = |c: char| {
        matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
    };
    match text.chars().find(|c| bad(*c)) {
        Some(c) => Err(format!("U+{:04X} in {text:?}", c as u32)),
        None => Ok(()),
    }
}

#[test]
fn what_a_program_prints_is_shown_and_never_obeyed() {
    if !python_is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("escapes.py"), ESCAPES).unwrap();
    let seen = in_a_terminal("\"$REHEAT\" run -- python3 escapes.py", folder.path(), "");
    let text = String::from_utf8(seen).expect("only valid text reaches the terminal");
    assert!(text.matches("end").count() >= 2, "{text:?}");
    harmless(&text.replace("\r\n", "\n")).unwrap();

    let output = Command::new(env!("CARGO_BIN_EXE_reheat"))
        .args(["run", "--json", "--", "python3", "escapes.py"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).expect("JSON is text");
    harmless(&text).unwrap();
    let object: serde_json::Value = serde_json::from_str(&text).expect("one JSON object");
    // Harmless on the way, and still the very text.
    let stdout = object["stdout"].as_str().unwrap();
    assert!(
        stdout.contains("\u{1b}]52;c;cm0gLXJmIC8=\u{7}") && stdout.contains("\u{202e}evil"),
        "{stdout:?}"
    );
    assert!(stdout.contains("\u{9b}2J"), "{stdout:?}");
}

#[test]
fn nothing_is_typed_for_whoever_runs_it() {
    if !python_is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = "47_types_for_the_user.py";
    std::fs::copy(
        super::programs_folder().join(program),
        folder.path().join(program),
    )
    .unwrap();
    // What the user has typed already is theirs; whatever stands behind it in the queue was typed by the program.
    let rest = "read line; stty -icanon -echo min 0 time 1; rest=$(dd bs=100 count=1 2>/dev/null); echo \"mine:[$line] rest:[$rest]\"";
    let script = format!("\"$REHEAT\" run -- python3 {program}; {rest}");
    let seen = in_a_terminal(&script, folder.path(), "typed\n");
    let text = String::from_utf8_lossy(&seen);
    assert!(text.contains("mine:[typed] rest:[]"), "{text:?}");

    // Where the kernel would allow it, the same program without a sandbox does type: the test can fail.
    let allowed = std::fs::read_to_string("/proc/sys/dev/tty/legacy_tiocsti");
    if allowed.is_ok_and(|a| a.trim() == "1") {
        let script = format!("/usr/bin/python3 {program}; {rest}");
        let seen = in_a_terminal(&script, folder.path(), "typed\n");
        let text = String::from_utf8_lossy(&seen);
        assert!(text.contains("mine:[typed] rest:[x"), "{text:?}");
    }
}
