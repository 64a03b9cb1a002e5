//! What holds keys is not there for a program that nobody has read, whatever judges it and wherever the keys lie.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use reheat::sandbox::{CancelToken, Limits, Mount, Program, Sandbox, Settings};

use crate::support::home::{Home, reply, stderr, stdout, tape};

/// Stands in every file that must not be seen.
const KEY: &str = "a-key-that-nobody-may-see";

/// Files that hold a key, with what stands before it.
const PLANTED: [(&str, &str); 44] = [
    (".env", "KEY="),
    (".env.production", "KEY="),
    (".ENV.Local", "KEY="),
    (".envrc", "export KEY="),
    ("deploy/live.env", "KEY="),
    ("credentials.json", ""),
    ("Credentials.JSON.bak", ""),
    ("secrets.yaml", "key: "),
    ("config/secrets.prod.yml", "key: "),
    ("config/app-secrets.json", ""),
    ("secrets/db_password.txt", ""),
    ("server.pem", "-----BEGIN RSA PRIVATE KEY-----\n"),
    ("tls/server.key", ""),
    ("tls/SERVER.KEY", "-----BEGIN PRIVATE KEY-----\n"),
    ("deploy_key", "-----BEGIN OPENSSH PRIVATE KEY-----\n"),
    ("id_rsa", ""),
    ("keys/id_ed25519_work", ""),
    ("store.p12", ""),
    ("store.PFX", ""),
    ("android.keystore", ""),
    ("vpn.ovpn", ""),
    (".netrc", "machine x password "),
    (".npmrc", "//registry.example/:_authToken="),
    (
        "packages/a/.npmrc",
        "registry=https://me:pass@registry.example/\n# ",
    ),
    (".pypirc", "password = "),
    (".yarnrc.yml", "npmAuthToken: "),
    ("gradle.properties", "signing.password="),
    (".cargo/config.toml", "[registry]\ntoken = "),
    (".bundle/config", "BUNDLE_API_TOKEN: "),
    (".aws/credentials", "aws_secret_access_key = "),
    ("deep/er/.aws/sso/cache/it.json", ""),
    (".ssh/known_hosts", ""),
    (".ssh/config", ""),
    (".SSH2/.ssh/any", ""),
    (".kube/config", "token: "),
    (".config/gcloud/access.db", ""),
    (".docker/config.json", "{\"auth\": \""),
    (".gnupg/private", ""),
    ("service-account.json", "{\"key\": \""),
    (
        "project-1a2b3c.json",
        "{\"private_key\": \"-----BEGIN PRIVATE KEY-----",
    ),
    ("terraform.tfstate", ""),
    ("live.tfvars", "key = "),
    (".bash_history", "login "),
    ("node_modules/.npmrc", "_authToken="),
];

/// What looks like it and must stay, or programs would miss it.
const KEPT: [&str; 5] = [
    ".env.example",
    "ca.pem",
    "code/secrets.py",
    "packages/b/.npmrc",
    "data/tokens.json",
];

/// Looks at every file that there is, links and all, for the mark of a key (put together, or it would find itself), and
/// for what must stay, in the folder that is the project's. Ends with one line: `FOUND[…] MISSING[…]`.
const LOOK: &str = r#"
def look():
    import os
    mark = 'nobody' + '-may-see'
    found, seen = [], set()
    roots = ['/project', '/data', '/work', '/prog', '/node_modules', '/home', '/root', '/var/tmp']
    for root in roots:
        for folder, folders, files in os.walk(root):
            for name in files:
                path = os.path.join(folder, name)
                try:
                    text = open(path, errors='replace').read()
                except OSError:
                    continue
                seen.add(path)
                if mark in text:
                    found.append(path)
    kept = ['.env.example', 'ca.pem', 'code/secrets.py', 'packages/b/.npmrc', 'data/tokens.json']
    missing = [k for k in kept if not {'/project/' + k, '/data/' + k} & seen]
    others = [p for p in OTHERS if p not in seen]
    return f'FOU' f'ND{found} MISS' f'ING{missing + others}'
"#;

/// A project with keys everywhere, and another folder of the same kind that programs may read.
struct Planted {
    home: Home,
    project: tempfile::TempDir,
    other: tempfile::TempDir,
}

impl Planted {
    fn new() -> Self {
        let planted = Self {
            home: Home::new(),
            project: tempfile::tempdir_in("/var/tmp").unwrap(),
            other: tempfile::tempdir_in("/var/tmp").unwrap(),
        };
        for root in [planted.root(), planted.other()] {
            // Programs run as somebody else where the tests run as root.
            std::fs::set_permissions(&root, PermissionsExt::from_mode(0o755)).unwrap();
            for (name, before) in PLANTED {
                put(&root, name, &format!("{before}{KEY}"));
            }
            for name in KEPT {
                put(&root, name, "fine");
            }
            put(&root, "ca.pem", "-----BEGIN CERTIFICATE-----");
            put(&root, "config/live", KEY);
            symlink("../config/live", root.join("data/.env")).unwrap();
            symlink(".env", root.join("innocent")).unwrap();
            symlink("../.aws/credentials", root.join("data/also")).unwrap();
        }
        let (root, other) = (planted.root(), planted.other());
        put(&root, "pyproject.toml", "[project]\nname = \"x\"\n");
        put(&root, "main.py", "def solve(x):\n    return x\n");
        symlink(other.join(".env"), root.join("outside")).unwrap();
        let config = format!("[sandbox]\nread = [{other:?}]\n");
        planted.home.write("config/config.toml", &config);
        planted
    }

    fn root(&self) -> PathBuf {
        std::fs::canonicalize(self.project.path()).unwrap()
    }

    fn other(&self) -> PathBuf {
        std::fs::canonicalize(self.other.path()).unwrap()
    }

    /// The function that looks, in Python.
    fn look(&self) -> String {
        let fine = self.other().join(".env.example");
        LOOK.replace("OTHERS", &format!("[{:?}]", fine.display().to_string()))
    }

    /// Runs the program in the project; what it has printed on both streams.
    fn run(&self, arguments: &[&str]) -> String {
        let mut command = self.home.command(arguments);
        let output = command.current_dir(self.root()).output().unwrap();
        stdout(&output) + &stderr(&output)
    }

    /// Has one version judged, whose text a tape replies.
    fn judge(&self, code: &str, arguments: &[&str]) -> String {
        tape(&self.home, &[reply(code)]);
        let tape = self.home.path("tape");
        let usual = ["--tape", tape.to_str().unwrap(), "--rounds", "1", "--json"];
        let file = ["optimize"];
        self.run(&[&file, arguments, &usual].concat())
    }

    fn commit(&self) {
        for arguments in [
            &["init", "-q"][..],
            &["add", "-f", "."],
            &[
                "-c",
                "user.name=x",
                "-c",
                "user.email=x@x",
                "commit",
                "-qm",
                "all",
            ],
        ] {
            let output = Command::new("git")
                .args(arguments)
                .current_dir(self.root())
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
        }
    }
}

fn put(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The program has looked, and has found no key and all the rest.
fn clean(said: &str) {
    assert!(said.contains("FOUND[] MISSING[]"), "{said}");
    assert!(
        !said.contains("FOUND['") && !said.contains("MISSING['"),
        "{said}"
    );
}

#[test]
fn a_copy_for_commands_has_none_of_them_tracked_or_not() {
    let planted = Planted::new();
    let code = format!("{}\nprint(look())\nraise SystemExit(1)\n", planted.look());
    put(
        &planted.root(),
        "judge.py",
        "import main\nprint(main.solve(1))\n",
    );
    for tracked in [false, true] {
        if tracked {
            planted.commit();
        }
        clean(&planted.judge(
            &code,
            &[
                "main.py",
                "--check",
                "python3 main.py",
                "--bench",
                "python3 main.py",
            ],
        ));
    }
}

#[test]
fn a_called_function_sees_none_of_them_in_its_project() {
    let planted = Planted::new();
    put(
        &planted.root(),
        "calls.jsonl",
        "{\"args\": [1]}\n{\"args\": [2]}\n",
    );
    let inner = planted.look().replace('\n', "\n    ");
    let code = format!("def solve(x):\n    {inner}\n    return look()\n");
    clean(&planted.judge(&code, &["main.py::solve", "--calls", "calls.jsonl"]));
}

#[test]
fn a_program_sees_none_of_them_in_its_project() {
    let planted = Planted::new();
    let program = "def solve(x):\n    return x\n\nprint(solve(input()))\n";
    put(&planted.root(), "main.py", program);
    put(&planted.root(), "cases/1.in", "1\n");
    put(&planted.root(), "cases/1.out", "1\n");
    let inner = planted.look().replace('\n', "\n    ");
    let code = format!("def solve(x):\n    {inner}\n    return look()\n");
    clean(&planted.judge(&code, &["main.py::solve", "--cases", "cases"]));
}

#[test]
fn measured_programs_see_none_of_them_where_they_may_read() {
    let planted = Planted::new();
    put(&planted.root(), "old.py", "print(input())\n");
    let code = format!(
        "{}\nprint(look().split(' MISSING')[0] + ' MISSING[]')\n",
        planted.look()
    );
    put(&planted.root(), "new.py", &code);
    put(&planted.root(), "cases/1.in", "1\n");
    put(&planted.root(), "cases/1.out", "1\n");
    clean(&planted.run(&["measure", "old.py", "new.py", "--cases", "cases"]));
}

#[test]
fn a_program_that_is_run_sees_none_of_them_in_the_current_folder() {
    let planted = Planted::new();
    planted.commit();
    let code = format!("{}\nprint(look())\n", planted.look());
    clean(&planted.run(&["run", "--", "python3", "-c", &code]));
    // What the config file names itself is shown.
    let named = planted.root().join(".env");
    let config = format!("[sandbox]\nread = [{named:?}]\n");
    planted.home.write("config/config.toml", &config);
    let said = planted.run(&["run", "--", "cat", ".env", named.to_str().unwrap()]);
    assert_eq!(said.matches(KEY).count(), 2, "{said}");
    let said = planted.run(&["run", "--", "cat", ".npmrc"]);
    assert!(!said.contains(KEY), "{said}");
}

#[test]
fn what_is_hidden_in_a_mounted_folder_is_hidden_in_every_tier() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let root = std::fs::canonicalize(folder.path()).unwrap();
    std::fs::set_permissions(&root, PermissionsExt::from_mode(0o755)).unwrap();
    for name in ["a/.env", "a/.aws/credentials", "b/c/.env"] {
        put(&root, name, KEY);
    }
    for name in ["a/fine", "b/fine", "b/c/fine", "d/fine"] {
        put(&root, name, "fine\n");
    }
    symlink("a/.env", root.join("link")).unwrap();
    let mut tiers: Vec<(&str, &[&str])> = vec![
        ("full", &[]),
        ("no cgroup", &["cgroup"]),
        ("weak", &["user", "namespaces"]),
    ];
    if rustix::process::geteuid().is_root() {
        tiers.push(("no user namespace", &["user"]));
    }
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: false,
    };
    let script = "cat /data/a/.env /data/a/.aws/credentials /data/b/c/.env /data/link; ls -A /data/a /data/b/c; cat /data/a/fine /data/b/fine /data/b/c/fine /data/d/fine";
    // As root also a folder that nobody else may enter: the guest sees a copy of it, or a mapped mount.
    let modes: &[u32] = if rustix::process::geteuid().is_root() {
        &[0o755, 0o700]
    } else {
        &[0o755]
    };
    for ((name, without), mode) in tiers
        .into_iter()
        .flat_map(|t| modes.iter().map(move |m| (t, m)))
    {
        std::fs::set_permissions(&root, PermissionsExt::from_mode(*mode)).unwrap();
        let mut sandbox = Sandbox::open_without(&settings, without).unwrap();
        // Twice: what stands in their place is there for the next run too.
        for _ in 0..2 {
            let program = Program {
                argv: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
                mounts: vec![Mount {
                    host: root.clone(),
                    guest: "/data".into(),
                }],
                hidden: ["a/.env", "a/.aws", "b/c/.env", "gone"]
                    .map(|h| root.join(h))
                    .to_vec(),
                ..Program::default()
            };
            let outcome = sandbox
                .run(
                    &program,
                    &Limits::default(),
                    &mut |_| {},
                    &CancelToken::new(),
                )
                .unwrap();
            let out = String::from_utf8_lossy(&outcome.stdout.bytes).into_owned();
            assert!(!out.contains(KEY), "{name}: {out}");
            assert_eq!(
                out.lines().filter(|l| *l == "fine").count(),
                6,
                "{name}: {out}"
            );
        }
    }
}
