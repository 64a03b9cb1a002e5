//! Programs that go for the judge itself: what it expects, what it measures, the turn of the next one.

use std::path::Path;

use reheat::measure::{Evaluation, Judge, Verdict};
use reheat::sandbox::CancelToken;
use reheat::task::load::TaskFlags;
use reheat::task::{Languages, Source, Task};

use super::{settings, skipped};

/// A task in Python with one case, laid out as a user's folder, and its judge.
struct Court {
    judge: Judge,
    task: Task,
    _folder: tempfile::TempDir,
}

impl Court {
    fn open(input: &str, expected: &str) -> Option<Self> {
        if !Path::new("/usr/bin/python3").exists() {
            skipped("/usr/bin/python3");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a.py"), "print(input())\n").unwrap();
        std::fs::create_dir(path("cases")).unwrap();
        std::fs::write(path("cases/1.in"), input).unwrap();
        std::fs::write(path("cases/1.out"), expected).unwrap();
        let flags = TaskFlags {
            file: Some(path("a.py")),
            cases: Some(path("cases")),
            ..TaskFlags::default()
        };
        let mut task = flags.load(&Languages::load(None).unwrap()).unwrap();
        task.tool = Some("/usr/bin/python3".into());
        Some(Self {
            judge: Judge::open(settings(), Some(&path("builds"))).unwrap(),
            task,
            _folder: folder,
        })
    }

    fn evaluate(&mut self, text: &str) -> Evaluation {
        let source = Source {
            file_name: "a.py".into(),
            text: text.into(),
        };
        let (cancel, tool) = (CancelToken::new(), self.task.tool.clone());
        let built = self
            .judge
            .build(
                &source,
                &self.task.language,
                tool.as_deref(),
                &cancel,
                &mut |_| {},
            )
            .unwrap();
        self.judge
            .evaluate(&built, &self.task, &cancel, &mut |_| {})
            .unwrap()
    }
}

/// Looks through every file it can reach, and through all memory it can read, for the rest of a text of which it knows
/// the start; prints what it finds.
const SEEKER: &str = r#"
import os, re, sys
start = input().encode()
wanted = re.compile(re.escape(start) + rb":(\w+)")
def look(data):
    hit = wanted.search(data)
    if hit:
        print((start + b":" + hit[1]).decode())
        sys.exit()
def read(path):
    try:
        # As an ordinary user it may open its own pipes, in which nothing ever comes.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as f:
            look(f.read(4_000_000) or b"")
    except OSError:
        pass
for fd in range(64):
    read(f"/proc/self/fd/{fd}")
for pid in [p for p in (os.listdir("/proc") if os.access("/proc", os.R_OK) else ["self"]) if p.isdigit() or p == "self"]:
    for name in ("environ", "cmdline", "maps", "stat", "status", "mountinfo"):
        read(f"/proc/{pid}/{name}")
    try:
        regions = [l.split()[0].split("-") for l in open(f"/proc/{pid}/maps") if " r" in l and "[v" not in l]
        # What this program has read itself is no find: the start alone stands there, without the rest.
        with open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for low, high in regions:
                try:
                    memory.seek(int(low, 16))
                    look(memory.read(int(high, 16) - int(low, 16)))
                except (OSError, ValueError, OverflowError):
                    pass
        for fd in os.listdir(f"/proc/{pid}/fd"):
            read(f"/proc/{pid}/fd/{fd}")
    except OSError:
        pass
for top, folders, files in os.walk("/"):
    folders[:] = [f for f in folders if os.path.join(top, f) not in ("/proc", "/sys", "/usr", "/opt", "/nix", "/lib", "/bin")]
    for name in files:
        read(os.path.join(top, name))
for folder in (".", os.environ["HOME"], os.environ["TMPDIR"], "/prog", "/data", os.path.dirname(os.path.abspath(__file__))):
    for top, folders, files in os.walk(folder):
        for name in files:
            read(os.path.join(top, name))
print("nothing found")
"#;

#[test]
fn no_19_expected_outputs_are_nowhere_to_be_found() {
    let word = format!("expected{}", std::process::id());
    let Some(mut court) = Court::open(&format!("{word}\n"), &format!("{word}:5ecret\n")) else {
        return;
    };
    let evaluation = court.evaluate(SEEKER);
    assert_eq!(evaluation.verdict, Verdict::WrongAnswer, "{evaluation:?}");
    let told = format!("{:?}", evaluation.failure);
    assert!(told.contains("nothing found"), "{told}");
    // The seeker can find: what is there to be found, it prints, and passes.
    let planted = SEEKER.replace("\"\"\"", "");
    let planted = format!("planted = b\"{word}\" + b\":\" + b\"5ecret\"\n{planted}");
    let evaluation = court.evaluate(&planted);
    assert_eq!(evaluation.verdict, Verdict::Accepted, "{evaluation:?}");
}

#[test]
fn no_43_an_early_end_is_judged_on_its_output() {
    let Some(mut court) = Court::open("7\n", "7\n49\n343\n") else {
        return;
    };
    for early in [
        "import os\nprint(7, flush=True)\nos._exit(0)\n",
        "import atexit, os\natexit.register(lambda: os._exit(0))\nprint(7)\nprint(49, flush=True)\nraise ValueError\n",
        "import sys\nprint('7\\n49', flush=True)\nsys.exit(0)\n",
        "import os, sys\nprint(7, flush=True)\nif os.fork() == 0:\n    import time\n    time.sleep(9)\n    print('49\\n343', flush=True)\nos._exit(0)\n",
        "import os\nos.close(1)\n",
    ] {
        let evaluation = court.evaluate(early);
        assert_eq!(
            evaluation.verdict,
            Verdict::WrongAnswer,
            "{early}: {evaluation:?}"
        );
    }
    let right = court.evaluate("n = int(input())\nprint(n, n ** 2, n ** 3, sep='\\n')\n");
    assert_eq!(right.verdict, Verdict::Accepted, "{right:?}");
}

#[test]
fn a_candidate_cannot_spoil_the_next_ones_clock_or_turn() {
    let Some(mut court) = Court::open("1\n", "1\n") else {
        return;
    };
    court.task.limits.time = std::time::Duration::from_secs(5);
    // It takes a true quarter of a second; it leaves whatever it can behind for those that come after it.
    let honest = "import time\nend = time.monotonic() + 0.25\nwhile time.monotonic() < end: pass\nprint(1)\n";
    let replaces = format!(
        "import os, sys, time\n{}\n{}",
        r#"
for folder in (os.environ["HOME"], os.environ["TMPDIR"], "/dev/shm", "/usr/lib/python3/dist-packages", os.path.dirname(os.path.abspath(__file__)), "."):
    for name in ("sitecustomize.py", "usercustomize.py", "time.py"):
        try:
            open(os.path.join(folder, name), "w").write("import time\ntime.monotonic = time.perf_counter = lambda: 1e9\n")
        except OSError:
            pass
for clock in (0, 1):
    try:
        time.clock_settime(clock, 1.0)
    except OSError:
        pass
true = time.monotonic
time.time = time.perf_counter = time.process_time = lambda: 0.0
"#,
        honest
    );
    for (text, verdict) in [
        (replaces.as_str(), Verdict::Accepted),
        (honest, Verdict::Accepted),
        ("while True: pass\n", Verdict::TimeLimit),
        (honest, Verdict::Accepted),
    ] {
        let evaluation = court.evaluate(text);
        assert_eq!(evaluation.verdict, verdict, "{evaluation:?}");
        assert!(
            evaluation.figures.wall_ns.0 >= 250_000_000,
            "{evaluation:?}"
        );
    }
}
