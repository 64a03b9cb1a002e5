//! Go, Java and Ruby from the first build to the end of a session, through the real program.

use std::process::{Command, Stdio};

use crate::support::ENOUGH;
use crate::support::home::{Home, events, stderr, stdout, verdicts};
use reheat::task::Languages;
use serde_json::Value;

/// A program that adds up squares `times` over, one that forgets the last number, and one that cannot be built or run.
struct Program {
    language: &'static str,
    file: &'static str,
    text: &'static str,
    broken: &'static str,
    broken_verdict: &'static str,
}

const PROGRAMS: [Program; 3] = [
    Program {
        language: "go",
        file: "sums.go",
        text: "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tvar n int\n\tfmt.Scan(&n)\n\ttotal := 0\n\tfor r := 0; r < TIMES*20; r++ {\n\t\ttotal = 0\n\t\tfor i := 0; i < n; i++ {\n\t\t\ttotal += i * i % 7\n\t\t}\n\t}\n\tfmt.Println(total)\n}\n",
        broken: "package main\n\nfunc main() { fmt.Println(1) }\n",
        broken_verdict: "compile_error",
    },
    Program {
        language: "java",
        file: "Sums.java",
        // The class has another name in every version, as models like it.
        text: "import java.util.Scanner;\n\npublic class SumsTIMES {\n    public static void main(String[] args) {\n        int n = new Scanner(System.in).nextInt();\n        long total = 0;\n        for (int r = 0; r < TIMES * 200; r++) {\n            total = 0;\n            for (int i = 0; i < n; i++) total += (long) i * i % 7;\n        }\n        System.out.println(total);\n    }\n}\n",
        broken: "public class Sums { int f() { return \"\"; } }\n",
        broken_verdict: "compile_error",
    },
    Program {
        language: "ruby",
        file: "sums.rb",
        text: "n = gets.to_i\ntotal = 0\nTIMES.times do\n  total = 0\n  n.times { |i| total += i * i % 7 }\nend\nputs total\n",
        broken: "def main(\nend end\n",
        broken_verdict: "runtime_error",
    },
];

impl Program {
    /// Whether its language is here; says so if not.
    fn ready(&self) -> bool {
        let languages = Languages::load(None).unwrap();
        let argv = languages.get(self.language).unwrap().version_argv(None);
        let found = Command::new(&argv[0])
            .args(&argv[1..])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success());
        if !found {
            assert!(
                std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
                "needs {}, and nothing may be skipped here",
                argv[0]
            );
            println!("skipped: needs {}", argv[0]);
        }
        found
    }

    fn times(&self, times: u32) -> String {
        self.text.replace("TIMES", &times.to_string())
    }
}

fn cases(home: &Home) {
    home.write("cases/1.in", "10\n");
    home.write("cases/1.out", "19\n");
    home.write("cases/2.in", "100000\n");
}

#[test]
fn a_faster_program_is_found_to_be_faster_in_every_language() {
    for program in PROGRAMS.iter().filter(|p| p.ready()) {
        let home = Home::new();
        cases(&home);
        let old = format!("old/{}", program.file);
        let new = format!("new/{}", program.file);
        home.write(&old, &program.times(30));
        home.write(&new, &program.times(2));
        let output = home.run(&[
            "measure",
            &old,
            &new,
            "--cases",
            "cases",
            "--comparison-time",
            ENOUGH,
            "--expect",
            "better",
            "--json",
        ]);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}: {}{}",
            program.language,
            stdout(&output),
            stderr(&output)
        );
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["comparisons"][0]["answer"], "better", "{found}");
    }
}

#[test]
fn a_session_goes_from_a_broken_reply_to_a_better_version_in_every_language() {
    for program in PROGRAMS.iter().filter(|p| p.ready()) {
        let home = Home::new();
        cases(&home);
        home.write(program.file, &program.times(30));
        let fence = program.language;
        for (n, code) in [program.broken, &program.times(1)].iter().enumerate() {
            home.write(
                &format!("tape/{:02}.md", n + 1),
                &format!("Like this:\n\n```{fence}\n{code}```\n"),
            );
        }
        let output = home.run(&[
            "optimize",
            program.file,
            "--cases",
            "cases",
            "--tape",
            "tape",
            "--rounds",
            "2",
            "--comparison-time",
            ENOUGH,
            "--out",
            "best",
            "--json",
        ]);
        let events = events(&output);
        assert_eq!(
            verdicts(&events),
            ["accepted", program.broken_verdict, "accepted"],
            "{}: {:?}",
            program.language,
            events.last()
        );
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let best = std::fs::read_to_string(home.path("best")).unwrap();
        assert_eq!(best, program.times(1));
    }
}

#[test]
fn limits_are_said_in_the_same_words_by_flags_files_and_commands() {
    let home = Home::new();
    home.write(
        "many.py",
        "import threading, time\nts = [threading.Thread(target=time.sleep, args=(.2,)) for _ in range(30)]\n[t.start() for t in ts]\n[t.join() for t in ts]\nopen('/work/file', 'wb').write(bytes(3 << 20))\nprint('x' * 3000000)\n",
    );
    home.write("slow.py", "while True: pass\n");
    home.write("cases/1.in", "");
    home.write("cases/1.out", "1\n");
    let run = |args: &[&str]| {
        let output = home.run(&[&["run", "--json"], args].concat());
        let found: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)));
        (
            found["verdict"].as_str().unwrap().to_owned(),
            found["stderr"].as_str().unwrap().to_owned(),
        )
    };
    let many = ["--", "python3", "many.py"];
    let with = |flags: &[&'static str]| [flags, &many].concat();
    assert_eq!(
        run(&with(&["--disk", "1MiB", "--processes", "64"])).0,
        "runtime_error"
    );
    assert!(run(&with(&["--disk-limit", "1MiB"])).1.contains("No space"));
    assert!(
        run(&with(&["--processes", "10"]))
            .1
            .contains("start new thread")
    );
    assert_eq!(run(&with(&["--output-limit", "1MB"])).0, "output_limit");
    home.write(
        "config/config.toml",
        "[limits]\ntime_limit = \"300ms\"\n[build]\ntime_limit = \"5s\"\n",
    );
    assert_eq!(run(&["--", "python3", "slow.py"]).0, "time_limit");
    let told = |args: &[&str]| {
        let output = home.run(args);
        (stdout(&output) + &stderr(&output), output.status.code())
    };
    let (said, _) = told(&["measure", "slow.py", "slow.py", "--cases", "cases"]);
    assert!(said.contains("stopped after 300 ms"), "{said}");
    // A task's own limit goes before the config file's, a flag before both.
    home.write("task/task.toml", "source = \"../slow.py\"\n[workload]\ncases = \"../cases\"\n[limits]\ntime_limit = \"400ms\"\n");
    home.write("tape/01.md", "```python\nprint(1)\n```\n");
    let optimize = [
        "optimize",
        "task",
        "--tape",
        "tape",
        "--rounds",
        "1",
        "--headless",
    ];
    let (said, _) = told(&optimize);
    assert!(said.contains("400 ms"), "{said}");
    let (said, _) = told(&[&optimize[..], &["--time-limit", "500ms"]].concat());
    assert!(said.contains("500 ms"), "{said}");
    for (flag, value, why) in [
        ("--time-limit", "0s", "a limit of no time"),
        ("--memory-limit", "0", "a limit of nothing"),
        ("--output-limit", "lots", "lots"),
        ("--processes", "0", "1..=4096"),
        ("--disk", "0", "a limit of nothing"),
    ] {
        for command in [
            &["run", flag, value, "--", "true"][..],
            &[
                "measure", "slow.py", "slow.py", "--cases", "cases", flag, value,
            ],
            &["optimize", "slow.py", "--cases", "cases", flag, value],
        ] {
            let (said, status) = told(command);
            assert_eq!(status, Some(2), "{command:?}: {said}");
            assert!(said.contains(why) && said.contains(flag), "{said}");
        }
    }
}

#[test]
fn old_names_of_flags_are_still_understood_and_no_longer_shown() {
    let home = Home::new();
    home.write("a.py", "print(1)\n");
    home.write("cases/1.in", "");
    for flags in [
        &["--budget", "1s", "--interpreter", "python3"][..],
        &["--comparison-time", "1s", "--tool", "python3"],
        &["--compiler", "python3", "--budget", "1s"],
    ] {
        let output = home.run(&[&["measure", "a.py", "a.py", "--cases", "cases"], flags].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    for command in ["measure", "optimize", "run"] {
        let help = stdout(&home.run(&[command, "--help"]));
        for flag in [
            "--time-limit",
            "--memory-limit",
            "--output-limit",
            "--processes",
            "--disk ",
        ] {
            assert!(help.contains(flag), "{command} lacks {flag}");
        }
        for flag in ["--budget", "--interpreter", "--compiler", "--disk-limit"] {
            assert!(!help.contains(flag), "{command} shows {flag}");
        }
    }
}

#[test]
fn what_the_config_lets_programs_read_is_there_and_a_home_never_is() {
    let home = Home::new();
    home.write("cases/1.in", "");
    home.write("cases/1.out", "42\n");
    // Below the temporary folder nothing can be shown: every run has its own.
    let shared = tempfile::tempdir_in("/var/tmp").unwrap();
    std::fs::set_permissions(
        shared.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let data = shared.path().join("answer.txt");
    std::fs::write(&data, "42").unwrap();
    home.write(
        "reads.py",
        &format!("print(open({:?}).read())\ntry:\n    open({:?}, 'w')\n    print('wrote')\nexcept OSError:\n    pass\n", data.to_str().unwrap(), data.to_str().unwrap()),
    );
    let measure = [
        "measure",
        "reads.py",
        "reads.py",
        "--cases",
        "cases",
        "--comparison-time",
        "1s",
    ];
    let verdict = || stdout(&home.run(&measure));
    assert!(
        verdict().contains("runtime error"),
        "it is not there unasked"
    );
    let config = |path: &str| {
        home.write(
            "config/config.toml",
            &format!("[sandbox]\nread = [{path:?}]\n"),
        )
    };
    config(shared.path().to_str().unwrap());
    let said = verdict();
    assert!(
        said.contains("accepted") && !said.contains("error"),
        "{said}"
    );
    let run = home.run(&["run", "--", "python3", "reads.py"]);
    assert!(
        stdout(&run).starts_with("42\n── ok"),
        "{}{}",
        stdout(&run),
        stderr(&run)
    );
    home.write("tape/01.md", "```python\nprint(42)\n```\n");
    let output = home.run(&[
        "optimize",
        "reads.py",
        "--cases",
        "cases",
        "--tape",
        "tape",
        "--rounds",
        "1",
        "--comparison-time",
        "1s",
        "--json",
    ]);
    assert_eq!(verdicts(&events(&output)), ["accepted", "accepted"]);
    assert!(stdout(&home.run(&["doctor"])).contains(shared.path().to_str().unwrap()));
    // What would show a home is refused by name, wherever it is asked for.
    config("/");
    for args in [
        &measure[..],
        &["run", "--", "true"],
        &[
            "optimize",
            "reads.py",
            "--cases",
            "cases",
            "--tape",
            "tape",
            "--headless",
        ],
    ] {
        let output = home.run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            stderr(&output).contains("the whole file system"),
            "{}",
            stderr(&output)
        );
    }
    assert!(stdout(&home.run(&["doctor"])).contains("the whole file system"));
}
