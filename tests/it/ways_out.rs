//! The current folder is shown to a program as it is, but for what leads out of it: sockets, pipes and devices.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output};

const GUEST: &str = "
import os, socket, stat
got = []
def tried(what, f):
    try:
        f()
        got.append(what)
    except OSError:
        pass
def connect(path):
    socket.socket(socket.AF_UNIX).connect(path)
    raise_if_it_is_no_socket = os.stat(path)
for folder in ('/data', '/data/deep/er'):
    tried('connected', lambda: connect(folder + '/socket'))
    for name in ('pipe', 'socket', 'device'):
        for how in (os.O_WRONLY | os.O_NONBLOCK, os.O_RDONLY | os.O_NONBLOCK):
            tried((folder, name, how), lambda: os.open(f'{folder}/{name}', how))
    tried('times', lambda: os.utime(folder + '/pipe'))
print(got or 'nothing', open('/data/file').read(), open('/data/deep/er/file').read(), len(os.listdir('/data')))
";

/// Whether a test must be left out, and says so.
fn skipped(need: &str) {
    assert!(
        std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
        "needs {need}, and nothing may be skipped here"
    );
    println!("skipped: needs {need}");
}

fn reheat(here: &Path, settings: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_reheat"))
        .args(["run", "--", "/usr/bin/python3", "-c", GUEST])
        .current_dir(here)
        .env("REHEAT_CONFIG_DIR", settings)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn pipe(path: &Path) {
    rustix::fs::mknodat(
        rustix::fs::CWD,
        path,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o666),
        0,
    )
    .unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666)).unwrap();
}

#[test]
fn what_leads_out_of_the_shown_folder_is_hidden() {
    if !Path::new("/usr/bin/python3").exists() {
        return skipped("/usr/bin/python3");
    }
    let (shown, settings) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let here = shown.path();
    std::fs::set_permissions(here, std::fs::Permissions::from_mode(0o755)).unwrap();
    let deep = here.join("deep/er");
    std::fs::create_dir_all(&deep).unwrap();
    let mut listeners = Vec::new();
    let mut pipes = Vec::new();
    for folder in [here, deep.as_path()] {
        std::fs::write(folder.join("file"), "read").unwrap();
        let socket = folder.join("socket");
        let listener = UnixListener::bind(&socket).unwrap();
        listener.set_nonblocking(true).unwrap();
        std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o777)).unwrap();
        listeners.push(listener);
        pipe(&folder.join("pipe"));
        // Open at both ends, so that neither reading nor writing would wait.
        let both = std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(folder.join("pipe"))
            .unwrap();
        rustix::io::write(&both, b"outside").unwrap();
        pipes.push(both);
    }
    // A link to a way out is none of its own, and one that leads nowhere harms nobody.
    std::os::unix::fs::symlink("deep/er/socket", here.join("link")).unwrap();
    std::os::unix::fs::symlink("/nowhere", here.join("broken")).unwrap();
    let mut names = 6;
    if rustix::process::geteuid().is_root() {
        let zero = rustix::fs::makedev(1, 5);
        let mode = rustix::fs::Mode::from_raw_mode(0o666);
        let kind = rustix::fs::FileType::CharacterDevice;
        rustix::fs::mknodat(rustix::fs::CWD, here.join("device"), kind, mode, zero).unwrap();
        names += 1;
        // Nobody else may enter it: neither may the program, and so nothing in it needs to be hidden.
        let closed = here.join("closed");
        std::fs::create_dir(&closed).unwrap();
        pipe(&closed.join("pipe"));
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
        names += 1;
    }
    let out = reheat(here, settings.path());
    let said = text(&out.stdout);
    let wanted = format!("nothing read read {names}\n");
    assert!(said.starts_with(&wanted), "{said}\n{}", text(&out.stderr));
    for listener in &listeners {
        assert!(listener.accept().is_err(), "somebody has connected");
    }
    for mut pipe in pipes {
        rustix::fs::fcntl_setfl(&pipe, rustix::fs::OFlags::NONBLOCK).unwrap();
        let mut held = [0u8; 64];
        let n = pipe.read(&mut held).unwrap();
        assert_eq!(text(&held[..n]), "outside");
    }
}

#[test]
fn too_many_ways_out_and_ways_out_of_further_folders_are_said() {
    if !Path::new("/usr/bin/python3").exists() {
        return skipped("/usr/bin/python3");
    }
    // Not below /tmp, which every run has for itself.
    let further = tempfile::tempdir_in("/var/tmp").unwrap();
    let (shown, settings) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::set_permissions(shown.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    for i in 0..300 {
        pipe(&shown.path().join(format!("pipe {i}")));
    }
    let out = reheat(shown.path(), settings.path());
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("more than 256 sockets"), "{said}");

    let socket = further.path().join("service");
    let _listener = UnixListener::bind(&socket).unwrap();
    let config = format!("[sandbox]\nread = [{:?}]\n", further.path());
    std::fs::write(settings.path().join("config.toml"), config).unwrap();
    let empty = tempfile::tempdir().unwrap();
    let out = reheat(empty.path(), settings.path());
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(
        said.contains("the socket") && said.contains("service") && said.lines().count() == 1,
        "{said}"
    );
}
