//! What a run leaves in the copy of a version meets no other run: neither the bench after the check, nor the next run of the bench.

use std::time::Duration;

use reheat::measure::{
    Answer, Built, ComparisonPlan, Contender, Contest, ContestOutcome, Evaluation, Verdict,
};
use reheat::task::Objective;

use super::project::{Bench, Project};
use super::tools::missing;

/// A module that counts its steps, a check, and a bench that says how many there were.
fn python_project() -> Project {
    Project::new(&[
        ("work.py", "def f():\n    return 100\n"),
        ("helper.py", "def name():\n    return 'steps'\n"),
        ("lib/words.txt", "steps\n"),
        ("check.py", "import work\nassert work.f() == 100\n"),
        (
            "bench.py",
            "import helper, statistics, work\nopen('lib/words.txt').read()\nprint(f'METRIC {helper.name()}={statistics.mean([work.f()])}')\n",
        ),
    ])
}

/// The same work as the original's, and something that is to be found by a later run.
fn leaving(what: &str) -> String {
    format!("import os, sys\n\ndef f():\n    return 100\n\n{what}\n")
}

#[test]
fn what_a_version_lays_out_is_found_by_no_later_run() {
    let project = python_project();
    let task = project.task(
        "work.py",
        Some("python3 check.py"),
        Some("python3 bench.py"),
    );
    let mut bench = Bench::open(&project, task);
    assert_eq!(bench.original().1.figures.reported, Some(100.0));
    let says = "\"print('METRIC steps=1')\\n\"";
    let in_home = "home = os.path.expanduser('~/.local/lib/python%d.%d/site-packages' % sys.version_info[:2])\nos.makedirs(home, exist_ok=True)\n";
    let other = "\"import sys, types\\nm = types.ModuleType('work'); m.f = lambda: 1; sys.modules['work'] = m\\n\"";
    let cheats = [
        format!("open('bench.py', 'w').write({says})"),
        format!("os.remove('bench.py'); open('bench.py', 'w').write({says})"),
        "open('helper.py', 'a').write('import work; work.f = lambda: 1\\n')".to_owned(),
        "open('statistics.py', 'w').write('def mean(x): return 1\\n')".to_owned(),
        "os.makedirs('statistics', exist_ok=True); open('statistics/__init__.py', 'w').write('def mean(x): return 1\\n')".to_owned(),
        format!("{in_home}open(home + '/usercustomize.py', 'w').write({other})"),
        format!("{in_home}open(home + '/x.pth', 'w').write(\"import sys, types; m = types.ModuleType('work'); m.f = lambda: 1; sys.modules['work'] = m\\n\")"),
        // Its own file, with the time that it had.
        "t = os.stat(__file__)\nopen(__file__, 'w').write('def f():\\n    return 1\\n')\nos.utime(__file__, ns=(t.st_atime_ns, t.st_mtime_ns))".to_owned(),
        // What Python has compiled of it, made of something else.
        "import importlib.util, marshal\nt = os.stat('work.py')\nat = importlib.util.cache_from_source(os.path.abspath('work.py'))\nos.makedirs(os.path.dirname(at), exist_ok=True)\nsys.dont_write_bytecode = True\nif os.path.exists(at): os.remove(at)\nopen(at, 'wb').write(importlib.util.MAGIC_NUMBER + bytes(4) + int(t.st_mtime).to_bytes(4, 'little') + t.st_size.to_bytes(4, 'little') + marshal.dumps(compile('def f():\\n    return 1\\n', 'work.py', 'exec')))".to_owned(),
        // Folders that lead elsewhere, or are not to be entered.
        "os.makedirs('other', exist_ok=True)\nif not os.path.islink('lib'): os.rename('lib', 'lib2'); os.symlink('other', 'lib')\nopen('lib/words.txt', 'w').write('x')".to_owned(),
        "os.makedirs('deep/er', exist_ok=True); open('deep/er/x', 'w').close(); os.chmod('deep/er', 0); os.chmod('deep', 0)".to_owned(),
    ];
    for cheat in cheats {
        let (built, found) = bench.version(&leaving(&cheat));
        assert_eq!(found.verdict, Verdict::Accepted, "{cheat}: {found:?}");
        assert_eq!(found.figures.reported, Some(100.0), "{cheat}");
        drop(built);
    }
}

fn contest(
    bench: &mut Bench,
    old: &(Built, Evaluation),
    new: &(Built, Evaluation),
) -> ContestOutcome {
    let plan = ComparisonPlan::new(Objective::Time, Duration::from_secs(20));
    let [old, new] = [("v0", old), ("v1", new)].map(|(name, (built, evaluation))| Contender {
        name,
        built,
        evaluation,
    });
    let contest = Contest {
        original: Some(old),
        ..Contest::new(old, new, &bench.task, &plan)
    };
    bench
        .judge
        .contest(&contest, &bench.cancel, &mut |_| {})
        .unwrap()
}

#[test]
fn what_is_kept_on_the_disk_between_the_runs_of_a_bench_wins_nothing() {
    let project = python_project();
    let task = project.task("work.py", None, Some("python3 bench.py"));
    let mut bench = Bench::open(&project, task);
    let old = bench.original();
    for place in [
        "kept",
        "~/kept",
        "~/.cache",
        "/tmp/kept",
        "__pycache__/kept",
        "lib/.kept",
    ] {
        let keeping = format!(
            "import os\nPLACE = os.path.expanduser('{place}')\n\ndef f():\n    if os.path.exists(PLACE):\n        return 1\n    try:\n        open(PLACE, 'w').close()\n    except OSError:\n        pass\n    return 100\n"
        );
        let new = bench.version(&keeping);
        assert_eq!(new.1.figures.reported, Some(100.0), "{place}");
        let ContestOutcome::Done { comparison, .. } = contest(&mut bench, &old, &new) else {
            panic!("{place}")
        };
        assert_ne!(comparison.answer, Answer::Better, "{place}: {comparison:?}");
        assert_eq!(
            comparison.candidate_figures.reported,
            Some(100.0),
            "{place}"
        );
    }
    let honest = bench.version("def f():\n    return 50\n");
    let ContestOutcome::Done { comparison, .. } = contest(&mut bench, &old, &honest) else {
        panic!()
    };
    assert_eq!(comparison.answer, Answer::Better, "{comparison:?}");
}

#[test]
fn what_python_has_compiled_of_a_version_is_there_for_its_timed_runs_as_it_is_for_the_original() {
    let project = python_project();
    let task = project.task("work.py", None, Some("python3 bench.py"));
    let mut bench = Bench::open(&project, task);
    bench.original();
    let (built, _) = bench.version("def f():\n    return 90\n");
    let case = &bench.task.workload.cases[0];
    let tree = built.program(&bench.task, case).trees[0].host.clone();
    let compiled = std::fs::read_dir(tree.join("__pycache__")).unwrap();
    let mut of_it = compiled.filter_map(Result::ok).filter(|e| {
        let name = e.file_name();
        name.to_string_lossy().starts_with("work.")
    });
    let kept = std::fs::read(of_it.next().unwrap().path()).unwrap();
    let source = std::fs::metadata(tree.join("work.py")).unwrap();
    let seconds = source
        .modified()
        .unwrap()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    assert_eq!(kept[8..12], (seconds.as_secs() as u32).to_le_bytes());
    assert_eq!(kept[12..16], (source.len() as u32).to_le_bytes());
}

#[test]
fn a_program_that_takes_the_place_of_what_was_built_is_built_again() {
    if missing("make") || missing("cc") {
        return;
    }
    let project = Project::new(&[
        (
            "Makefile",
            "prog: prog.c work.c\n\tcc -o prog prog.c work.c && echo built >> log\n",
        ),
        (
            "prog.c",
            "#include <stdio.h>\nint work(void);\nint main(void) { printf(\"METRIC steps=%d\\n\", work()); return 0; }\n",
        ),
        ("work.c", "int work(void) { return 100; }\n"),
    ]);
    let task = project.task("work.c", None, Some("make -s prog && ./prog"));
    let mut bench = Bench::open(&project, task);
    assert_eq!(bench.original().1.figures.reported, Some(100.0));
    let (_, replaced) = bench.version(
        "#include <stdio.h>\n#include <sys/stat.h>\nint work(void) {\n    rename(\"prog\", \"old\");\n    FILE *f = fopen(\"prog\", \"w\");\n    fputs(\"#!/bin/sh\\necho METRIC steps=1\\n\", f);\n    fclose(f);\n    chmod(\"prog\", 0755);\n    return 100;\n}\n",
    );
    assert_eq!(replaced.figures.reported, Some(100.0), "{replaced:?}");
    let (_, changed) = bench.version(
        "#include <stdio.h>\nint work(void) {\n    FILE *f = fopen(\"Makefile\", \"w\");\n    fputs(\"prog:\\n\\techo 'echo METRIC steps=1' > prog; chmod +x prog\\n.PHONY: prog\\n\", f);\n    fclose(f);\n    return 100;\n}\n",
    );
    assert_eq!(changed.figures.reported, Some(100.0), "{changed:?}");
    // An honest version is built once.
    let (built, honest) = bench.version("int work(void) { return 50; }\n");
    assert_eq!(honest.figures.reported, Some(50.0));
    let case = &bench.task.workload.cases[0];
    let tree = built.program(&bench.task, case).trees[0].host.clone();
    let log = std::fs::read_to_string(tree.join("log")).unwrap();
    assert_eq!(log, "built\nbuilt\n");
}

#[test]
fn settings_and_products_of_cargo_are_those_of_a_build_alone() {
    let project = Project::new(&[
        (
            "Cargo.toml",
            "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        ),
        ("src/lib.rs", "pub fn steps() -> u64 {\n    100\n}\n"),
        (
            "src/bin/bench.rs",
            "fn main() {\n    println!(\"METRIC steps={}\", tiny::steps() + if cfg!(debug_assertions) { 0 } else { 1 });\n}\n",
        ),
    ]);
    let task = project.task(
        "src/lib.rs",
        None,
        Some("cargo run --offline -q --bin bench"),
    );
    let mut bench = Bench::open(&project, task);
    assert_eq!(bench.original().1.figures.reported, Some(100.0));
    let script = "#!/bin/sh\\necho METRIC steps=1\\n";
    for cheat in [
        format!(
            "let at = std::env::current_exe().unwrap(); let _ = std::fs::remove_file(&at); std::fs::write(&at, \"{script}\").unwrap(); std::fs::set_permissions(&at, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();"
        ),
        "std::fs::create_dir_all(\".cargo\").unwrap(); std::fs::write(\".cargo/config.toml\", \"[profile.dev]\\ndebug-assertions = false\\n\").unwrap();".to_owned(),
        "let mut all = std::fs::read_to_string(\"Cargo.toml\").unwrap(); all += \"[profile.dev]\\ndebug-assertions = false\\n\"; std::fs::write(\"Cargo.toml\", all).unwrap();".to_owned(),
    ] {
        let code = format!("pub fn steps() -> u64 {{\n    {cheat}\n    100\n}}\n");
        let (_, found) = bench.version(&code);
        assert_eq!(found.verdict, Verdict::Accepted, "{cheat}: {found:?}");
        assert_eq!(found.figures.reported, Some(100.0), "{cheat}");
    }
    let (_, honest) = bench.version("pub fn steps() -> u64 {\n    50\n}\n");
    assert_eq!(honest.figures.reported, Some(50.0));
}

#[test]
fn a_bench_may_run_what_the_check_has_built() {
    if !missing("make") && !missing("cc") {
        let project = Project::new(&[
            (
                "Makefile",
                "prog: prog.c work.c\n\tcc -o prog prog.c work.c\n",
            ),
            (
                "prog.c",
                "#include <stdio.h>\nint work(void);\nint main(void) { printf(\"METRIC steps=%d\\n\", work()); return 0; }\n",
            ),
            ("work.c", "int work(void) { return 100; }\n"),
            ("check.sh", "make -s prog && ./prog\n"),
        ]);
        for check in ["make -s prog && ./prog", "sh check.sh"] {
            let task = project.task("work.c", Some(check), Some("./prog"));
            let mut bench = Bench::open(&project, task);
            let old = bench.original();
            assert_eq!(old.1.figures.reported, Some(100.0));
            let new = bench.version("int work(void) { return 50; }\n");
            assert_eq!(new.1.figures.reported, Some(50.0), "{check}");
            let ContestOutcome::Done { comparison, .. } = contest(&mut bench, &old, &new) else {
                panic!("{check}")
            };
            assert_eq!(comparison.answer, Answer::Better, "{check}: {comparison:?}");
        }
    }
    if missing("node") {
        return;
    }
    let project = Project::new(&[
        (".gitignore", "dist/\n"),
        ("work.js", "exports.f = () => 100;\n"),
        (
            "build.js",
            "const fs = require('fs');\nfs.mkdirSync('dist', { recursive: true });\nfs.copyFileSync('work.js', 'dist/work.js');\nfs.copyFileSync('main.js', 'dist/main.js');\n",
        ),
        (
            "main.js",
            "console.log(`METRIC steps=${require('./work').f()}`);\n",
        ),
    ]);
    let task = project.task(
        "work.js",
        Some("node build.js && node dist/main.js"),
        Some("node dist/main.js"),
    );
    let mut bench = Bench::open(&project, task);
    assert_eq!(bench.original().1.figures.reported, Some(100.0));
    let new = bench.version("exports.f = () => 50;\n");
    assert_eq!(new.1.figures.reported, Some(50.0));
}

/// A tool that is built with `make` before the project is opened, and lies in the work tree.
fn built_before() -> Project {
    let project = Project::new(&[
        (
            "Makefile",
            "prog: prog.c work.c\n\tcc -o prog prog.c work.c\n",
        ),
        (
            "prog.c",
            "#include <stdio.h>\nint work(void);\nint main(void) { printf(\"METRIC steps=%d\\n\", work()); return 0; }\n",
        ),
        ("work.c", "int work(void) { return 100; }\n"),
        ("check.sh", "make -s prog && ./prog\n"),
    ]);
    let made = std::process::Command::new("make")
        .args(["-s", "prog"])
        .current_dir(project.path(""))
        .status();
    assert!(made.unwrap().success());
    project
}

#[test]
fn what_was_built_before_the_session_is_built_anew_for_a_version() {
    if missing("make") || missing("cc") {
        return;
    }
    for check in ["make -s prog && ./prog", "sh check.sh"] {
        let project = built_before();
        let task = project.task("work.c", Some(check), Some("./prog"));
        let mut bench = Bench::open(&project, task);
        assert_eq!(bench.original().1.figures.reported, Some(100.0));
        let (_, new) = bench.version("int work(void) { return 50; }\n");
        assert_eq!(new.figures.reported, Some(50.0), "{check}");
    }
}

#[test]
fn a_product_that_lay_in_the_work_tree_is_built_once_for_all_timed_runs() {
    if missing("make") || missing("cc") {
        return;
    }
    let project = built_before();
    let task = project.task("work.c", None, Some("make -s prog && ./prog"));
    let mut bench = Bench::open(&project, task);
    bench.original();
    let (built, new) = bench.version("int work(void) { return 50; }\n");
    assert_eq!(new.figures.reported, Some(50.0));
    let case = bench.task.workload.cases[0].clone();
    let tree = built.program(&bench.task, &case).trees[0].host.clone();
    let made = || {
        let facts = std::fs::metadata(tree.join("prog")).unwrap();
        facts.modified().unwrap()
    };
    let before = made();
    let again = bench
        .judge
        .check_one(&built, &bench.task, &case, &bench.cancel);
    assert_eq!(again.unwrap().0.verdict, Verdict::Accepted);
    assert_eq!(made(), before);
}

#[test]
fn a_bench_may_run_the_scripts_that_the_check_has_made() {
    for builder in [
        "python3 build.py && cd out && ",
        "sh build.sh && cd out && ",
    ] {
        let project = Project::new(&[
            ("work.py", "def f():\n    return 100\n"),
            (
                "build.py",
                "import os, shutil\nos.makedirs('out', exist_ok=True)\nfor name in ['work.py', 'main.py']:\n    shutil.copy(name, 'out')\n",
            ),
            ("build.sh", "mkdir -p out && cp work.py main.py out\n"),
            (
                "main.py",
                "import work\nprint(f'METRIC steps={work.f()}')\n",
            ),
        ]);
        let task = project.task(
            "work.py",
            Some(&format!("{builder}python3 main.py")),
            Some("python3 out/main.py"),
        );
        let mut bench = Bench::open(&project, task);
        assert_eq!(bench.original().1.figures.reported, Some(100.0));
        let (built, new) = bench.version("def f():\n    return 50\n");
        assert_eq!(new.figures.reported, Some(50.0), "{builder}");
        drop(built);
    }
}

#[test]
fn a_library_that_is_made_of_a_script_is_that_of_the_version() {
    let project = Project::new(&[
        ("work.py", "STEPS = 100\n"),
        // It stands for a compiler of Python.
        (
            "build.py",
            "text = open('work.py').read()\nopen('made.so', 'w').write(text.split()[-1])\n",
        ),
        (
            "main.py",
            "print('METRIC steps=' + open('made.so').read())\n",
        ),
    ]);
    // One lies there from an earlier day.
    project.put("made.so", "7");
    let task = project.task("work.py", Some("python3 build.py"), Some("python3 main.py"));
    let mut bench = Bench::open(&project, task);
    assert_eq!(bench.original().1.figures.reported, Some(100.0));
    let (_, new) = bench.version("STEPS = 50\n");
    assert_eq!(new.figures.reported, Some(50.0));
}

#[test]
fn folders_that_a_version_closes_end_nothing() {
    let project = python_project();
    let task = project.task(
        "work.py",
        Some("python3 check.py"),
        Some("python3 bench.py"),
    );
    let mut bench = Bench::open(&project, task);
    bench.original();
    for cheat in [
        "import atexit; atexit.register(os.chmod, os.getcwd(), 0)",
        "import atexit; atexit.register(os.chmod, os.path.expanduser('~'), 0)",
        "import atexit; atexit.register(os.chmod, os.path.abspath('lib'), 0)",
        "import atexit; atexit.register(os.chmod, os.path.abspath('lib'), 0o555)",
    ] {
        let (_, found) = bench.version(&leaving(cheat));
        assert_eq!(found.verdict, Verdict::Accepted, "{cheat}: {found:?}");
        assert_eq!(found.figures.reported, Some(100.0), "{cheat}");
    }
}

#[test]
fn products_in_folders_that_nobody_may_write_to_are_put_back_as_well() {
    if missing("make") || missing("cc") {
        return;
    }
    let project = Project::new(&[
        (
            "Makefile",
            "out/prog: prog.c work.c\n\tmkdir -p out && chmod 755 out && cc -o out/prog prog.c work.c && chmod 555 out\n",
        ),
        (
            "prog.c",
            "#include <stdio.h>\nint work(void);\nint main(void) { printf(\"METRIC steps=%d\\n\", work()); return 0; }\n",
        ),
        ("work.c", "int work(void) { return 100; }\n"),
    ]);
    let task = project.task("work.c", Some("make -s && out/prog"), Some("out/prog"));
    let mut bench = Bench::open(&project, task);
    assert_eq!(bench.original().1.figures.reported, Some(100.0));
    let code = "#include <stdio.h>\n#include <sys/stat.h>\nint work(void) { chmod(\"out\", 0755); fclose(fopen(\"out/left\", \"w\")); chmod(\"out\", 0555); return 50; }\n";
    let (_, new) = bench.version(code);
    assert_eq!(new.figures.reported, Some(50.0));
}

#[test]
fn an_output_of_an_earlier_run_is_not_taken_for_that_of_a_version() {
    let work = "def f():\n    open('out.txt', 'w').write('right')\n";
    let idle = "def f():\n    pass\n";
    let other = "def f():\n    with open('out.txt', 'w') as out:\n        out.write('right')\n";
    for before in [&[][..], &[("out.txt", "old")]] {
        let project = Project::new(&[
            ("work.py", work),
            ("run.py", "import work\nwork.f()\n"),
            (
                "says.py",
                "import work\nwork.f()\nprint('METRIC steps=' + str(len(open('out.txt').read())))\n",
            ),
        ]);
        for (name, text) in before {
            project.put(name, text);
        }
        let check = "python3 run.py && grep -q right out.txt && echo fine";
        let task = project.task("work.py", Some(check), None);
        let mut bench = Bench::open(&project, task);
        bench.original();
        assert_eq!(bench.version(idle).1.verdict, Verdict::WrongAnswer);
        assert_eq!(bench.version(other).1.verdict, Verdict::Accepted);
        let task = project.task("work.py", None, Some("python3 says.py"));
        let mut bench = Bench::open(&project, task);
        bench.original();
        let found = bench.version(idle).1;
        assert!(found.figures.reported != Some(5.0), "{found:?}");
        assert_eq!(bench.version(other).1.figures.reported, Some(5.0));
    }
}

#[test]
fn what_a_check_writes_for_the_bench_is_there() {
    let project = Project::new(&[
        ("work.py", "def f():\n    return 100\n"),
        (
            "check.py",
            "import os, work\nassert work.f()\nos.makedirs('data', exist_ok=True)\nopen('data/words', 'w').write('1')\nopen('log', 'a').write('x')\n",
        ),
        (
            "bench.py",
            "import work\nopen('data/words').read()\nopen('log', 'a').write('y')\nprint(f'METRIC steps={work.f()}')\n",
        ),
    ]);
    let task = project.task(
        "work.py",
        Some("python3 check.py"),
        Some("python3 bench.py"),
    );
    let mut bench = Bench::open(&project, task);
    assert_eq!(bench.original().1.figures.reported, Some(100.0));
    let (_, new) = bench.version("def f():\n    return 50\n");
    assert_eq!(new.figures.reported, Some(50.0), "{new:?}");
}

#[test]
fn what_a_bench_leaves_where_the_check_has_built_is_not_kept() {
    if missing("cc") {
        return;
    }
    let project = Project::new(&[
        (
            "build.sh",
            "mkdir -p out && cc -o out/prog prog.c work.c && out/prog > /dev/null\n",
        ),
        (
            "prog.c",
            "#include <stdio.h>\nint work(int);\nint main(int args, char **arg) { printf(\"METRIC steps=%d\\n\", work(args)); return 0; }\n",
        ),
        ("work.c", "int work(int bench) { return 100; }\n"),
    ]);
    let task = project.task(
        "work.c",
        Some("sh build.sh && echo built"),
        Some("out/prog bench"),
    );
    let mut bench = Bench::open(&project, task);
    assert_eq!(bench.original().1.figures.reported, Some(100.0));
    let keeping = "#include <stdio.h>\nint work(int args) {\n    if (args < 2) return 100;\n    FILE *f = fopen(\"out/kept\", \"r\");\n    if (f) return 1;\n    fclose(fopen(\"out/kept\", \"w\"));\n    return 100;\n}\n";
    assert_eq!(bench.version(keeping).1.figures.reported, Some(100.0));
    let (_, new) = bench.version("int work(int bench) { return 50; }\n");
    assert_eq!(new.figures.reported, Some(50.0));
}
