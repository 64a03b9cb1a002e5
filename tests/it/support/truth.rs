//! Programs that know what they use (`tests/truth/truth.c`), for the tests and the bench of memory figures.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use reheat::base::units::Bytes;
use reheat::sandbox::{CancelToken, Limits, Mount, Outcome, Program, Sandbox};

/// Bytes of a mebibyte.
pub(crate) const MIB: f64 = 1024.0 * 1024.0;

/// The compiled programs.
pub(crate) struct Truth {
    folder: tempfile::TempDir,
}

/// A run and what the program said of itself.
pub(crate) struct Measured {
    pub outcome: Outcome,
    words: HashMap<String, f64>,
}

impl Measured {
    /// A figure that the program told.
    pub(crate) fn said(&self, word: &str) -> f64 {
        *self.words.get(word).unwrap_or(&f64::NAN)
    }
}

/// The lines `name value` of a program's output.
pub(crate) fn words(stdout: &[u8]) -> HashMap<String, f64> {
    String::from_utf8_lossy(stdout)
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, value)| Some((name.to_owned(), value.trim().parse().ok()?)))
        .collect()
}

impl Truth {
    /// Compiles them; `None` where there is no C compiler.
    pub(crate) fn compile() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/truth.c");
        let program = folder.path().join("truth");
        // Linked statically it spends next to no time before `main`; not every machine has a static library of C.
        let built = [&["-static"][..], &[]].into_iter().any(|how| {
            let gcc = Command::new("gcc")
                .args(["-O1", "-o"])
                .arg(&program)
                .arg(&source)
                .args(how)
                .output();
            gcc.is_ok_and(|o| o.status.success())
        });
        built.then_some(Self { folder })
    }

    /// Where the program lies on this machine.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("truth")
    }

    /// Runs one of them in a sandbox.
    pub(crate) fn measure(&self, sandbox: &mut Sandbox, name: &str) -> Measured {
        let program = Program {
            argv: vec!["/prog/truth".into(), name.into()],
            mounts: vec![Mount {
                host: self.path(),
                guest: "/prog/truth".into(),
            }],
            ..Program::default()
        };
        run(sandbox, &program)
    }
}

/// Runs a program with room enough and reads what it says.
pub(crate) fn run(sandbox: &mut Sandbox, program: &Program) -> Measured {
    let limits = Limits {
        memory: Bytes::mib(2048),
        disk: Bytes::mib(128),
        // An emulated processor takes a hundred times as long.
        time: std::time::Duration::from_secs(300),
        ..Limits::default()
    };
    let outcome = sandbox
        .run(program, &limits, &mut |_| {}, &CancelToken::new())
        .expect("it runs");
    let words = words(&outcome.stdout.bytes);
    Measured { outcome, words }
}

const PYTHON: &str = "import time
time.sleep(.05)
kib=sum(int(l.split()[1]) for l in open('/proc/self/status') if l.startswith(('RssAnon','RssShmem')))
print('peak',kib*1024)
time.sleep(.05)";

const JAVA: &str = "public class Main { public static void main(String[] a) throws Exception {
  Thread.sleep(100); long kib = 0;
  for (String l : java.nio.file.Files.readAllLines(java.nio.file.Path.of(\"/proc/self/status\")))
    if (l.startsWith(\"RssAnon\") || l.startsWith(\"RssShmem\")) kib += Long.parseLong(l.replaceAll(\"[^0-9]\", \"\"));
  System.out.println(\"peak \" + kib * 1024); Thread.sleep(100);
} }";

/// A language's program at rest; its files live as long as it does.
pub(crate) struct AtRest {
    pub name: &'static str,
    pub program: Program,
    /// The same outside the sandbox.
    #[allow(dead_code)] // For the bench of memory figures alone.
    pub bare: Vec<String>,
    _folder: Option<tempfile::TempDir>,
}

/// Python and Java, each doing nothing and saying what it takes; `None` where one is not there.
pub(crate) fn at_rest() -> [Option<AtRest>; 2] {
    [python(), java()]
}

fn python() -> Option<AtRest> {
    let tool = reheat::sandbox::toolchain::find("python3").ok()?;
    let argv = ["-I", "-S", "-c", PYTHON].map(String::from);
    let with = |first: String| std::iter::once(first).chain(argv.clone()).collect();
    Some(AtRest {
        name: "Python at rest",
        bare: with(tool.host.display().to_string()),
        program: Program {
            argv: with(tool.program),
            mounts: tool.mounts,
            environment: tool.environment,
            ..Program::default()
        },
        _folder: None,
    })
}

fn java() -> Option<AtRest> {
    let tool = reheat::sandbox::toolchain::find("java").ok()?;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let source = folder.path().join("Main.java");
    std::fs::write(&source, JAVA).unwrap();
    let compiled = Command::new("javac")
        .arg("-d")
        .arg(folder.path())
        .arg(source)
        .output();
    if !compiled.is_ok_and(|o| o.status.success()) {
        return None;
    }
    let mut mounts = tool.mounts;
    mounts.push(Mount {
        host: folder.path().to_path_buf(),
        guest: "/prog".into(),
    });
    let argv = |first: String, place: String| {
        [
            first,
            "-XX:+UseSerialGC".into(),
            "-Xshare:auto".into(),
            "-cp".into(),
            place,
            "Main".into(),
        ]
        .to_vec()
    };
    Some(AtRest {
        name: "Java at rest",
        bare: argv(
            tool.host.display().to_string(),
            folder.path().display().to_string(),
        ),
        program: Program {
            argv: argv(tool.program, "/prog".into()),
            mounts,
            environment: tool.environment,
            ..Program::default()
        },
        _folder: Some(folder),
    })
}
