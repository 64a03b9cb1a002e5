//! A small project with one function that is called.

use std::path::Path;
use std::time::Duration;

use reheat::sandbox::toolchain::{self, Tool};
use reheat::sandbox::{
    CancelToken, Limits, Mount, Outcome, Program, RunVerdict, Sandbox, Settings,
};
use reheat::task::Checker;
use reheat::task::calls::driver::{self, DriverPaths};

pub(crate) const RESULTS: Checker = Checker::Results {
    tolerance: 1e-9,
    messages: false,
    ignore: reheat::task::calls::LeftKinds::NONE,
};

pub(crate) struct Project {
    folder: tempfile::TempDir,
    language: &'static str,
    tool: Tool,
    module: String,
    version: Option<String>,
    generator: Option<(String, String)>,
    pub keep: bool,
    pub time: Duration,
}

impl Project {
    /// A project of some files, the first of which is the target's.
    pub(crate) fn python(files: &[(&str, &str)]) -> Self {
        Self::of(
            "python",
            toolchain::find("python3").expect("there is a Python"),
            files,
        )
    }

    /// As `python`; `None` on a machine without Node.js.
    pub(crate) fn javascript(files: &[(&str, &str)]) -> Option<Self> {
        match toolchain::find("node") {
            Ok(tool) => Some(Self::of("javascript", tool, files)),
            Err(_) => {
                assert!(std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none());
                println!("skipped: needs Node.js");
                None
            }
        }
    }

    fn of(language: &'static str, tool: Tool, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            write(&folder.path().join("project").join(path), text);
        }
        Self {
            folder,
            language,
            tool,
            module: files[0].0.to_owned(),
            version: None,
            generator: None,
            keep: false,
            time: Duration::from_secs(120),
        }
    }

    pub(crate) fn version(mut self, text: &str) -> Self {
        self.version = Some(text.to_owned());
        self
    }

    pub(crate) fn generator(mut self, path: &str, function: &str) -> Self {
        self.generator = Some((format!("/project/{path}"), function.to_owned()));
        self
    }

    /// Makes so many passes of the calls.
    pub(crate) fn run(&self, name: &str, calls: &str, passes: u32) -> Outcome {
        let mut stdin = driver::header(passes, passes + 1, self.keep);
        stdin.extend_from_slice(calls.as_bytes());
        self.program(name, stdin)
    }

    /// What is printed after bursts of all kinds.
    #[cfg(target_os = "linux")]
    pub(crate) fn bursts(&self, name: &str, calls: &str, fresh: bool) -> String {
        let mut stdin = driver::stamped_header(self.keep, fresh);
        stdin.extend_from_slice(calls.as_bytes());
        let program = self.laid_out(name, stdin);
        let (limits, cancel, mut sandbox) = (self.limits(), CancelToken::new(), open());
        let mut run = sandbox.start(&program, &limits, &cancel, None).unwrap();
        for request in [
            r#"{"passes":1,"half":0,"seed":3,"known":true}"#,
            r#"{"passes":3,"half":0,"seed":3}"#,
            r#"{"passes":1,"half":1,"seed":3,"look":true}"#,
            r#"{"passes":0}"#,
            r#"{"passes":2,"known":true}"#,
            r#"{"passes":3,"look":true}"#,
            r#"{"passes":3,"instance":"new","half":1,"seed":3}"#,
            r#"{"passes":3,"instance":"again","half":1,"seed":3}"#,
            r#"{"passes":2,"instance":"new"}"#,
            r#"{"passes":2,"instance":"again"}"#,
            r#"{"passes":2,"range":[0,1]}"#,
            r#"{"passes":4,"look":true}"#,
            r#"{"passes":1}"#,
        ] {
            run.ask(request.as_bytes()).unwrap();
            if run.burst().unwrap().is_none() {
                break;
            }
        }
        run.ask(br#"{"end":true}"#).unwrap();
        let outcome = run.finish().unwrap();
        let said = String::from_utf8_lossy(&outcome.stderr.bytes);
        assert_eq!(outcome.verdict, RunVerdict::Ok, "{name}: {said}");
        String::from_utf8(outcome.stdout.bytes).unwrap()
    }

    /// How long the texts were that the driver parsed, where it is JavaScript's.
    pub(crate) fn parsed(&self, name: &str, calls: &str) -> Vec<usize> {
        let count = "const { writeSync } = require('fs');
            const acorn = require('internal/deps/acorn/acorn/dist/acorn');
            const { parse } = acorn;
            acorn.parse = (text, ...how) => { writeSync(2, `parsed ${text.length}\\n`); return parse(text, ...how); };";
        write(&self.folder.path().join("project/count.cjs"), count);
        let mut stdin = driver::header(1, 1, self.keep);
        stdin.extend_from_slice(calls.as_bytes());
        let mut program = self.laid_out(name, stdin);
        let more = ["--require", "/project/count.cjs"].map(String::from);
        program.argv.splice(1..1, more);
        let outcome = open()
            .run(&program, &self.limits(), &mut |_| {}, &CancelToken::new())
            .expect("it runs");
        let said = String::from_utf8_lossy(&outcome.stderr.bytes);
        assert_eq!(outcome.verdict, RunVerdict::Ok, "{said}");
        let lengths = said.lines().filter_map(|l| l.strip_prefix("parsed "));
        lengths.map(|n| n.parse().unwrap()).collect()
    }

    fn limits(&self) -> Limits {
        Limits {
            time: self.time,
            ..Limits::default()
        }
    }

    pub(crate) fn program(&self, name: &str, stdin: Vec<u8>) -> Outcome {
        let program = self.laid_out(name, stdin);
        open()
            .run(&program, &self.limits(), &mut |_| {}, &CancelToken::new())
            .expect("it runs")
    }

    fn laid_out(&self, name: &str, stdin: Vec<u8>) -> Program {
        let driver = driver::for_language(self.language).unwrap();
        let at = |file: &str| self.folder.path().join(file);
        let ending = Path::new(&self.module).extension().unwrap();
        let version = format!("version.{}", ending.to_str().unwrap());
        let text = self
            .version
            .clone()
            .unwrap_or_else(|| std::fs::read_to_string(at("project").join(&self.module)).unwrap());
        write(&at(&version), &text);
        write(&at(driver.file_name), driver.text);
        let mut mounts = self.tool.mounts.clone();
        for file in [driver.file_name, version.as_str()] {
            mounts.push(Mount {
                host: at(file),
                guest: format!("/prog/{file}"),
            });
        }
        mounts.push(Mount {
            host: at("project"),
            guest: "/project".into(),
        });
        let generator = self.generator.as_ref();
        let argv = driver::argv(
            &self.tool.program,
            &DriverPaths {
                driver: &format!("/prog/{}", driver.file_name),
                target: &format!("/prog/{version}"),
                root: "/project",
                module: &self.module,
                name,
                generator: generator.map(|(f, n)| (f.as_str(), n.as_str())),
            },
        );
        Program {
            argv,
            environment: self.tool.environment.clone(),
            stdin: stdin.into(),
            mounts,
            collect: vec!["tmp/".to_owned()],
            ..Program::default()
        }
    }

    /// The outcomes of one pass, without the header.
    pub(crate) fn outcomes(&self, name: &str, calls: &str) -> String {
        let all = self.output(name, calls, 1);
        let (_, lines) = all.split_once('\n').unwrap();
        lines.trim_end().to_owned()
    }

    /// Everything printed by so many passes.
    pub(crate) fn output(&self, name: &str, calls: &str, passes: u32) -> String {
        let outcome = self.run(name, calls, passes);
        let said = String::from_utf8_lossy(&outcome.stderr.bytes);
        assert_eq!(outcome.verdict, RunVerdict::Ok, "{said}");
        String::from_utf8(outcome.stdout.bytes).unwrap()
    }

    /// The sentence with which the driver refuses.
    pub(crate) fn refusal(&self, name: &str, calls: &str) -> String {
        let outcome = self.run(name, calls, 1);
        let said = String::from_utf8_lossy(&outcome.stderr.bytes).into_owned();
        assert_eq!(outcome.verdict, RunVerdict::RuntimeError, "{said}");
        assert!(outcome.stdout.bytes.is_empty());
        driver::failure(&outcome.stderr.bytes).unwrap_or_else(|| panic!("no sentence: {said}"))
    }
}

fn open() -> Sandbox {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: true,
    };
    Sandbox::open(&settings).expect("the sandbox opens")
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}
