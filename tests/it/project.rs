//! What a program sees of the project around it: its own files and what it depends on, and nothing that is private.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use reheat::sandbox::toolchain::{self, Tool};
use reheat::sandbox::{
    CancelToken, Limits, Mount, Outcome, Program, RunVerdict, Sandbox, Settings,
};
use reheat::task::project::{Project, hint_for};
use reheat::task::{Language, Languages};

fn language(id: &str) -> std::sync::Arc<Language> {
    let languages = Languages::load(None).unwrap();
    languages.get(id).unwrap()
}

/// Somewhere a project can lie, with files in it.
struct Ground(tempfile::TempDir);

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Programs run as somebody else where the tests run as root.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).unwrap();
        Self(folder)
    }

    fn path(&self, inside: &str) -> PathBuf {
        std::fs::canonicalize(self.0.path()).unwrap().join(inside)
    }

    fn write(&self, inside: &str, text: &str) -> PathBuf {
        let path = self.path(inside);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// Runs a program of a language as a version of the project would be run.
fn run(project: &Project, tool: &str, arguments: &[&str], limits: &Limits) -> Outcome {
    let tool = toolchain::find(project.tool.as_deref().unwrap_or(tool)).unwrap();
    let mut argv = vec![tool.program.clone()];
    argv.extend(arguments.iter().map(|a| (*a).to_owned()));
    start(project, tool, argv, limits)
}

/// Runs a line of shell, to which the tool is `$0`.
fn run_shell(project: &Project, tool: &str, line: &str, limits: &Limits) -> Outcome {
    let tool = toolchain::find(tool).unwrap();
    let shell = ["/bin/sh", "-c", line, &tool.program].map(str::to_owned);
    start(project, tool, shell.to_vec(), limits)
}

fn start(project: &Project, tool: Tool, argv: Vec<String>, limits: &Limits) -> Outcome {
    let mut mounts = tool.mounts;
    mounts.extend(project.shown.iter().map(|s| Mount {
        host: s.host.clone(),
        guest: s.guest.clone(),
    }));
    let mut environment = tool.environment;
    environment.extend(project.environment.iter().cloned());
    let program = Program {
        argv,
        environment,
        mounts,
        ..Program::default()
    };
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: true,
    };
    let mut sandbox = Sandbox::open(&settings).unwrap();
    let outcome = sandbox.run(&program, limits, &mut |_| {}, &CancelToken::new());
    outcome.unwrap()
}

fn printed(outcome: &Outcome) -> String {
    assert_eq!(
        outcome.verdict,
        RunVerdict::Ok,
        "{}",
        String::from_utf8_lossy(&outcome.stderr.bytes)
    );
    String::from_utf8_lossy(&outcome.stdout.bytes).into_owned()
}

fn there(command: &str) -> bool {
    let found = Command::new(command).arg("--version").output();
    let there = found.is_ok_and(|o| o.status.success());
    if !there {
        let skip = std::env::var_os("REHEAT_TESTS_NO_SKIP");
        assert!(skip.is_none(), "{command} is missing");
        println!("skipped: needs {command}");
    }
    there
}

fn make_environment(at: &Path) {
    let made = Command::new("python3")
        .args(["-m", "venv", "--without-pip"])
        .arg(at)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stderr).into_owned();
    assert!(made.status.success(), "{said}");
}

fn site_packages(environment: &Path) -> PathBuf {
    let mut versions = std::fs::read_dir(environment.join("lib")).unwrap();
    versions
        .next()
        .unwrap()
        .unwrap()
        .path()
        .join("site-packages")
}

#[test]
fn python_imports_what_its_environment_has_and_what_lies_beside_it() {
    let ground = Ground::new();
    ground.write("app/pyproject.toml", "");
    ground.write("app/.git/HEAD", "");
    ground.write("app/.env", "KEY=1");
    ground.write("app/src/pkg/__init__.py", "");
    ground.write("app/src/pkg/other.py", "WORD = 'beside'\n");
    let text =
        "import needed, edited\nfrom . import other\nprint(needed.WORD, edited.WORD, other.WORD)\n";
    let file = ground.write("app/src/pkg/geo.py", text);
    ground.write("elsewhere/edited.py", "WORD = 'edited'\n");
    ground.write("elsewhere/.env", "KEY=2");
    make_environment(&ground.path("app/.venv"));
    let packages = site_packages(&ground.path("app/.venv"));
    std::fs::write(packages.join("needed.py"), "WORD = 'needed'\n").unwrap();
    let line = format!("{}\n", ground.path("elsewhere").display());
    std::fs::write(packages.join("edited.pth"), line).unwrap();

    let project = Project::find(&file, &language("python"));
    let outcome = run(&project, "python3", &["-m", "pkg.geo"], &Limits::default());
    assert_eq!(printed(&outcome), "needed edited beside\n");

    let look = "import os\nfor at in ('/project', '/deps'):\n for f, d, n in os.walk(at):\n  print(*n, end=' ')\nprint(os.environ)";
    let seen = printed(&run(&project, "python3", &["-c", look], &Limits::default()));
    assert!(
        seen.contains("geo.py") && seen.contains("edited.py"),
        "{seen}"
    );
    let host = ground.path("").display().to_string();
    for hidden in [".env", "HEAD", "needed.py", host.trim_end_matches('/')] {
        assert!(!seen.contains(hidden), "{hidden} in {seen}");
    }
}

#[test]
fn what_python_cannot_import_is_said_with_what_to_do() {
    let ground = Ground::new();
    ground.write("app/setup.py", "");
    ground.write("app/helpers/helper.py", "");
    let file = ground.write("app/geo.py", "import helper\n");
    let project = Project::find(&file, &language("python"));
    let guest = project.guest_path(&file).unwrap();
    let outcome = run(&project, "python3", &[&guest], &Limits::default());
    let said = String::from_utf8_lossy(&outcome.stderr.bytes).into_owned();
    let hint = hint_for(&said, &project).unwrap_or_default();
    assert!(
        hint.contains("env = [\"PYTHONPATH=/project/helpers\"]"),
        "{hint}: {said}"
    );
}

#[test]
fn node_finds_packages_and_those_that_are_links() {
    if !there("node") {
        return;
    }
    let ground = Ground::new();
    ground.write("web/package.json", "{\"dependencies\": {\"left\": \"1\"}}");
    ground.write(
        "web/node_modules/left/index.js",
        "module.exports = 'left'\n",
    );
    ground.write("elsewhere/package.json", "{\"name\": \"right\"}");
    ground.write("elsewhere/index.js", "module.exports = 'right'\n");
    ground.write("elsewhere/.npmrc", "key");
    symlink(
        ground.path("elsewhere"),
        ground.path("web/node_modules/right"),
    )
    .unwrap();
    ground.write("web/src/beside.mjs", "export default 'beside'\n");
    let text = "import left from 'left'\nimport right from 'right'\nimport beside from './beside.mjs'\nconsole.log(left, right, beside)\n";
    let file = ground.write("web/src/main.mjs", text);
    let project = Project::find(&file, &language("javascript"));
    let guest = project.guest_path(&file).unwrap();
    let outcome = run(&project, "node", &[&guest], &Limits::default());
    assert_eq!(printed(&outcome), "left right beside\n");
}

#[test]
fn cargo_builds_offline_with_the_crates_of_this_machine() {
    let ground = Ground::new();
    let manifest = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nitoa = \"1\"\nbeside = { path = \"../beside\" }\n";
    ground.write("app/Cargo.toml", manifest);
    ground.write(
        "beside/Cargo.toml",
        "[package]\nname = \"beside\"\nversion = \"0.1.0\"\n",
    );
    ground.write("beside/src/lib.rs", "pub const N: u32 = 7;\n");
    let text = "fn main() { println!(\"{}\", itoa::Buffer::new().format(beside::N)); }\n";
    let file = ground.write("app/src/main.rs", text);
    // What this very crate was built with is there; without sources of crates there is nothing to show.
    let locked = Command::new(env!("CARGO"))
        .args(["generate-lockfile", "--offline"])
        .current_dir(ground.path("app"))
        .output()
        .unwrap();
    if !locked.status.success() {
        let skip = std::env::var_os("REHEAT_TESTS_NO_SKIP");
        assert!(
            skip.is_none(),
            "{}",
            String::from_utf8_lossy(&locked.stderr)
        );
        println!("skipped: needs crates that Cargo has fetched");
        return;
    }
    let project = Project::find(&file, &language("rust"));
    // Cargo writes beside the manifest, so that it works in a copy.
    let build = "cp -r /project /beside /work && \"$0\" run --quiet --manifest-path /work/project/Cargo.toml";
    let outcome = run_shell(&project, "cargo", build, &Limits::for_builds());
    assert_eq!(printed(&outcome), "7\n");
}
