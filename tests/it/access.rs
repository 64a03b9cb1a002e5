//! Root's guests are another user: what only root may read they see all the same where it was asked for, and nowhere else.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::home::{Home, named, stderr, stdout, verdicts};
use reheat::sandbox::{
    CancelToken, Limits, Mount, Outcome, Program, RunVerdict, Sandbox, SandboxError, Settings,
};
use serde_json::Value;

/// Whether a test must be left out, and says so.
fn skipped(need: &str) {
    assert!(
        std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
        "needs {need}, and nothing may be skipped here"
    );
    println!("skipped: needs {need}");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Every tier that this user can have, for root with and without identity-mapped mounts: what each does without.
fn tiers() -> Vec<Vec<&'static str>> {
    let tiers: &[&[&str]] = &[&[], &["cgroup"], &["user"], &["user", "namespaces"]];
    let tiers: Vec<Vec<&str>> = tiers
        .iter()
        .map(|t| t.to_vec())
        // Without a user namespace an ordinary user has none at all.
        .filter(|t| is_root() || t != &["user"])
        .collect();
    let unmapped = tiers.iter().map(|t| [t.as_slice(), &["idmap"]].concat());
    let unmapped: Vec<_> = unmapped.filter(|_| is_root()).collect();
    [tiers, unmapped].concat()
}

fn open(forbid: &[&str]) -> Sandbox {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: false,
    };
    Sandbox::open_without(&settings, forbid).expect("the sandbox opens")
}

fn run(sandbox: &mut Sandbox, program: &Program) -> Result<Outcome, SandboxError> {
    let cancel = CancelToken::new();
    sandbox.run(program, &Limits::default(), &mut |_| {}, &cancel)
}

/// Tries everything that it can and says what it got, as JSON. Its arguments are paths of secrets.
const GUEST: &str = "
import json, os, subprocess, sys
import helper
got, done = {'import': helper.WORD}, []
def read(path):
    try:
        got[path] = open(path).read()
    except OSError:
        got[path] = None
read('data/note')
for secret in sys.argv[1:]:
    read(secret)
    read('/proc/self/root' + secret)
    read('/proc/1/root' + secret)
    try:
        got['beside ' + secret] = os.listdir(os.path.dirname(secret))
    except OSError:
        got['beside ' + secret] = None
read('leak')
read('../secret')
got['tool'] = subprocess.run(['./tool'], capture_output=True, text=True).stdout
def tried(what, f):
    try:
        f()
        done.append(what)
    except OSError:
        pass
for path in ('main.py', 'data', '.'):
    tried('chmod ' + path, lambda: os.chmod(path, 0o777))
    tried('utime ' + path, lambda: os.utime(path, (0, 0)))
    tried('chown ' + path, lambda: os.chown(path, os.getuid(), os.getgid()))
    tried('xattr ' + path, lambda: os.setxattr(path, 'user.x', b'x'))
tried('append', lambda: open('main.py', 'a').write('x'))
tried('truncate', lambda: os.truncate('helper.py', 0))
tried('new', lambda: open('new', 'w').write('x'))
tried('folder', lambda: os.mkdir('data/new'))
tried('remove', lambda: os.remove('helper.py'))
tried('rename', lambda: os.rename('helper.py', 'h.py'))
tried('link', lambda: os.link('helper.py', 'h.py'))
try:
    capabilities = [l.split()[1] for l in open('/proc/self/status') if l.startswith('CapEff')]
except PermissionError:
    # The weakest tier shows nothing of the kind.
    capabilities = []
print(json.dumps({'got': got, 'done': done, 'capabilities': capabilities}))
";

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Closes a folder and everything in it to everybody but its owner.
fn close(path: &Path) {
    let facts = fs::symlink_metadata(path).unwrap();
    if facts.is_symlink() {
        return;
    }
    chmod(path, facts.mode() & 0o700);
    if facts.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            close(&entry.unwrap().path());
        }
    }
}

/// A folder for a home: closed to others, with a secret, and a project in which everything is closed to others.
fn closed_home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let project = home.path().join("project");
    fs::create_dir_all(project.join("data")).unwrap();
    let write = |name: &str, text: &str| fs::write(home.path().join(name), text).unwrap();
    write("secret", "PLANTED");
    write("project/main.py", GUEST);
    write("project/helper.py", "WORD = 'imported'\n");
    write("project/data/note", "noted");
    write("project/tool", "#!/bin/sh\necho started\n");
    chmod(&project.join("tool"), 0o700);
    std::os::unix::fs::symlink(home.path().join("secret"), project.join("leak")).unwrap();
    close(home.path());
    chmod(&project.join("data"), 0o711);
    home
}

/// User, group, mode, time of change of the text, seconds and nanoseconds of any change, and the text.
type Facts = (u32, u32, u32, i64, i64, i64, Vec<u8>);

/// Everything that can be known of the files below a folder, but when they were last read.
fn facts(folder: &Path) -> BTreeMap<PathBuf, Facts> {
    let mut all = BTreeMap::new();
    let mut paths = vec![folder.to_path_buf()];
    while let Some(path) = paths.pop() {
        let f = fs::symlink_metadata(&path).unwrap();
        let bytes = f.is_file().then(|| fs::read(&path).unwrap());
        if f.is_dir() {
            paths.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        }
        let text = bytes.unwrap_or_default();
        let facts = (
            f.uid(),
            f.gid(),
            f.mode(),
            f.mtime(),
            f.ctime(),
            f.ctime_nsec(),
            text,
        );
        all.insert(path, facts);
    }
    all
}

fn main_of(home: &Path) -> Program {
    Program {
        argv: vec![
            "/usr/bin/python3".into(),
            "main.py".into(),
            home.join("secret").to_str().unwrap().into(),
        ],
        environment: vec![("PYTHONDONTWRITEBYTECODE".into(), "1".into())],
        mounts: vec![Mount {
            host: home.join("project"),
            guest: "/data".into(),
        }],
        folder: Some("/data".into()),
        ..Program::default()
    }
}

fn expect_the_project_and_nothing_else(sandbox: &mut Sandbox, home: &Path, tier: &[&str]) {
    let before = facts(home);
    let outcome = run(sandbox, &main_of(home)).unwrap_or_else(|e| panic!("without {tier:?}: {e}"));
    let output = String::from_utf8_lossy(&outcome.stdout.bytes).into_owned();
    let errors = String::from_utf8_lossy(&outcome.stderr.bytes).into_owned();
    assert_eq!(
        outcome.verdict,
        RunVerdict::Ok,
        "without {tier:?}: {:?} {errors}",
        outcome.reason
    );
    let seen: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(seen["got"]["import"], "imported", "without {tier:?}");
    assert_eq!(
        seen["got"]["data/note"], "noted",
        "without {tier:?}: {seen}"
    );
    assert_eq!(seen["got"]["tool"], "started\n", "without {tier:?}: {seen}");
    assert_eq!(seen["done"], serde_json::json!([]), "without {tier:?}");
    let capabilities: Vec<&str> = seen["capabilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c.as_str().unwrap())
        .collect();
    let expected: &[&str] = if tier.contains(&"namespaces") {
        &[]
    } else {
        &["0000000000000000"]
    };
    assert_eq!(capabilities, expected, "without {tier:?}");
    assert!(!output.contains("PLANTED"), "without {tier:?}: {output}");
    let beside = &seen["got"][format!("beside {}", home.join("secret").display())];
    assert!(beside.is_null(), "without {tier:?}: {seen}");
    assert_eq!(facts(home), before, "without {tier:?}");
}

#[test]
fn a_project_that_only_its_owner_may_read_is_seen_and_nothing_beside_it() {
    if !Path::new("/usr/bin/python3").exists() {
        return skipped("/usr/bin/python3");
    }
    for tier in tiers() {
        let home = closed_home();
        let mut sandbox = open(&tier);
        expect_the_project_and_nothing_else(&mut sandbox, home.path(), &tier);
        // What has changed since is seen as it is now.
        let helper = home.path().join("project/helper.py");
        fs::write(&helper, "WORD = 'changed'\n").unwrap();
        let outcome = run(&mut sandbox, &main_of(home.path())).unwrap();
        let seen: Value = serde_json::from_slice(&outcome.stdout.bytes).unwrap();
        assert_eq!(seen["got"]["import"], "changed", "without {tier:?}");
    }
}

#[test]
fn root_may_run_what_belongs_to_another_user() {
    if !is_root() || !Path::new("/usr/bin/python3").exists() {
        return skipped("root, and /usr/bin/python3");
    }
    for tier in tiers() {
        let home = closed_home();
        let mut all: Vec<PathBuf> = facts(home.path()).into_keys().collect();
        all.reverse();
        for path in all {
            std::os::unix::fs::lchown(path, Some(12_345), Some(23_456)).unwrap();
        }
        expect_the_project_and_nothing_else(&mut open(&tier), home.path(), &tier);
    }
}

#[test]
fn a_program_in_a_closed_folder_is_started() {
    for tier in tiers() {
        let home = closed_home();
        let program = Program {
            argv: vec!["/opt/tool".into()],
            mounts: vec![Mount {
                host: home.path().join("project/tool"),
                guest: "/opt/tool".into(),
            }],
            ..Program::default()
        };
        let outcome = run(&mut open(&tier), &program).unwrap();
        assert_eq!(outcome.stdout.bytes, b"started\n", "without {tier:?}");
    }
}

#[test]
fn where_it_can_neither_be_mapped_nor_copied_a_sentence_says_so() {
    if !is_root() {
        return skipped("root");
    }
    for tier in [&["idmap"][..], &["user", "namespaces"]] {
        let home = closed_home();
        let large = fs::File::create(home.path().join("project/large")).unwrap();
        large.set_len(5 << 30).unwrap();
        chmod(&home.path().join("project/large"), 0o600);
        let mut program = main_of(home.path());
        program.argv = ["/bin/cat", "large"].map(String::from).to_vec();
        let said = run(&mut open(tier), &program).unwrap_err().to_string();
        for part in [
            "another user",
            "/project",
            "nor copied",
            "5.37 GB",
            "run reheat as",
        ] {
            assert!(said.contains(part), "without {tier:?}: {said}");
        }
        // What can at least be entered is shown as it is, and a failure says what may be behind it.
        chmod(home.path(), 0o755);
        chmod(&home.path().join("project"), 0o755);
        let outcome = run(&mut open(tier), &program).unwrap();
        assert_eq!(outcome.verdict, RunVerdict::RuntimeError);
        let reason = outcome.reason.unwrap();
        assert!(
            reason.starts_with("exit status 1; ") && reason.contains("may not read everything in"),
            "{reason}"
        );
    }
}

/// A home whose every file is closed to other users.
fn closed(files: &[(&str, &str)]) -> Home {
    let home = Home::new();
    for (name, text) in files {
        close(&home.write(name, text));
    }
    close(&home.path("."));
    home
}

fn succeeds(output: &Output) -> String {
    let said = format!("{}{}", stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(0), "{said}");
    said
}

#[test]
fn run_works_in_a_closed_folder() {
    let home = closed(&[
        ("helper.py", "WORD = 'imported'\n"),
        ("main.py", "import helper\nprint(helper.WORD)\n"),
        ("tool", "#!/bin/sh\necho started\n"),
    ]);
    chmod(&home.path("tool"), 0o700);
    let said = succeeds(&home.run(&["run", "--", "python3", "main.py"]));
    assert!(said.contains("imported"), "{said}");
    succeeds(&home.run(&["run", "--", "python3", "-c", "1"]));
    let said = succeeds(&home.run(&["run", "--", "./tool"]));
    assert!(said.contains("started"), "{said}");
}

#[test]
fn a_function_in_a_closed_project_is_called() {
    let home = closed(&[
        ("pyproject.toml", "[project]\nname = 'p'\n"),
        ("helper.py", "def double(n):\n    return 2 * n\n"),
        (
            "slow.py",
            "from helper import double\n\n\ndef f(n):\n    total = 0\n    for i in range(n):\n        total += double(i)\n    return total\n",
        ),
        ("calls.jsonl", "[10]\n[3000]\n"),
        (
            "tape/01.md",
            "Shorter.\n\n```python\ndef f(n):\n    return n * (n - 1)\n```\n",
        ),
    ]);
    let (events, _) = home.events(&[
        "optimize",
        "slow.py::f",
        "--calls",
        "calls.jsonl",
        "--tape",
        "tape",
        "--rounds",
        "1",
        "--comparison-time",
        "5s",
        "--json",
    ]);
    assert_eq!(verdicts(&events), ["accepted", "accepted"], "{events:?}");
}

#[test]
fn a_region_in_a_closed_project_is_judged_by_cases() {
    let home = closed(&[
        ("pyproject.toml", "[project]\nname = 'p'\n"),
        ("helper.py", "def double(n):\n    return 2 * n\n"),
        (
            "slow.py",
            "from helper import double\n\n\ndef f(n):\n    return sum(double(i) for i in range(n))\n\n\nprint(f(int(input())))\n",
        ),
        ("cases/01.in", "10\n"),
        ("cases/01.out", "90\n"),
        (
            "tape/01.md",
            "Shorter.\n\n```python\ndef f(n):\n    return n * (n - 1)\n```\n",
        ),
    ]);
    let (events, _) = home.events(&[
        "optimize",
        "slow.py::f",
        "--cases",
        "cases",
        "--tape",
        "tape",
        "--rounds",
        "1",
        "--comparison-time",
        "5s",
        "--json",
    ]);
    assert_eq!(verdicts(&events), ["accepted", "accepted"], "{events:?}");
}

#[test]
fn a_data_file_and_commands_of_a_closed_project_are_readable() {
    let program = "print(len(open('words').read()))\n";
    let home = closed(&[
        ("a.py", program),
        ("words", "one two"),
        ("cases/01.in", ""),
        ("cases/01.out", "7\n"),
        ("helper.py", "def f(n):\n    return n\n"),
        ("check.py", "import a, helper\nassert helper.f(1) == 1\n"),
        ("tape/01.md", "Same.\n\n```python\nprint(7)\n```\n"),
    ]);
    let output = home.run(&[
        "measure",
        "a.py",
        "a.py",
        "--cases",
        "cases",
        "--file",
        "words",
        "--json",
        "--comparison-time",
        "5s",
    ]);
    let said = stdout(&output);
    assert!(
        said.contains("accepted") || output.status.code() == Some(1),
        "{said}{}",
        stderr(&output)
    );
    assert!(!said.contains("runtime_error"), "{said}");
    let (events, _) = home.events(&[
        "optimize",
        "a.py",
        "--check",
        "python3 check.py",
        "--bench",
        "python3 a.py",
        "--tape",
        "tape",
        "--rounds",
        "1",
        "--comparison-time",
        "5s",
        "--json",
    ]);
    assert_eq!(
        named(&events, "version_evaluated")[0]["verdict"],
        "accepted",
        "{events:?}"
    );
}

#[test]
fn a_tool_below_a_closed_home_is_started_and_finds_its_libraries() {
    let home = closed(&[
        (
            "home/.tools/versions/1.0/bin/tool",
            "#!/bin/sh\n. \"${0%/*}/../lib/word\"\n",
        ),
        ("home/.tools/versions/1.0/lib/word", "echo found\n"),
        ("home/.tools/secret", "PLANTED"),
        ("here/file", ""),
    ]);
    let tool = home.path("home/.tools/versions/1.0/bin/tool");
    chmod(&tool, 0o700);
    let tool = tool.to_str().unwrap();
    let output = home
        .command(&["run", "--", tool])
        .current_dir(home.path("here"))
        .output()
        .unwrap();
    assert!(succeeds(&output).contains("found"));
}

#[test]
fn an_ordinary_user_with_a_closed_home_needs_none_of_it() {
    if !is_root() || Command::new("setpriv").arg("--version").output().is_err() {
        return skipped("root, to become somebody else, and setpriv");
    }
    let outside = tempfile::tempdir().unwrap();
    chmod(outside.path(), 0o755);
    let program = outside.path().join("reheat");
    fs::copy(env!("CARGO_BIN_EXE_reheat"), &program).unwrap();
    let home = closed(&[
        ("helper.py", "WORD = 'imported'\n"),
        ("main.py", "import helper\nprint(helper.WORD)\n"),
    ]);
    for path in facts(&home.path(".")).keys() {
        std::os::unix::fs::lchown(path, Some(54_321), Some(54_321)).unwrap();
    }
    let output = Command::new("setpriv")
        .args([
            "--reuid=54321",
            "--regid=54321",
            "--clear-groups",
            "--inh-caps=-all",
        ])
        .arg(program)
        .args(["run", "--", "/usr/bin/python3", "main.py"])
        .current_dir(home.path("."))
        .env("REHEAT_CONFIG_DIR", home.path("config"))
        .env_remove("HOME")
        .output()
        .unwrap();
    assert!(succeeds(&output).contains("imported"));
}
