//! The names that reach outside, by language. A name that ends in a dot stands for all that begins so.

mod typed;

use super::Reads::{self, Clock, Environment, Files, Input, Network, Prints, Programs, Random};
use crate::task::target::grammar::Grammar;

type Table = &'static [(Reads, &'static [&'static str])];

/// What a call of something reaches for.
pub(super) fn call(grammar: Grammar, name: &str) -> Option<Reads> {
    look_up(calls(grammar), name)
}

/// What the mere mention of something reaches for.
pub(super) fn mention(grammar: Grammar, name: &str) -> Option<(Reads, String)> {
    look_up(mentions(grammar), name).map(|r| (r, name.to_owned()))
}

fn look_up(table: Table, name: &str) -> Option<Reads> {
    let fits = |pattern: &&str| {
        if let Some(method) = pattern.strip_prefix('*') {
            name.ends_with(method) && name.len() > method.len()
        } else {
            name == *pattern || pattern.ends_with(['.', ':']) && name.starts_with(pattern)
        }
    };
    table
        .iter()
        .find(|(_, names)| names.iter().any(fits))
        .map(|(reads, _)| *reads)
}

fn calls(grammar: Grammar) -> Table {
    match grammar {
        Grammar::Python => PYTHON,
        Grammar::JavaScript => JAVASCRIPT,
        Grammar::Rust => typed::RUST,
        Grammar::Go => typed::GO,
        Grammar::Java => typed::JAVA,
        Grammar::C | Grammar::Cpp => typed::C,
        Grammar::Ruby => typed::RUBY,
    }
}

fn mentions(grammar: Grammar) -> Table {
    match grammar {
        Grammar::Python => &[
            (Environment, &["os.environ", "sys.argv"]),
            (Input, &["sys.stdin"]),
        ],
        Grammar::JavaScript => &[
            (Environment, &["process.env", "process.argv"]),
            (Input, &["process.stdin"]),
        ],
        Grammar::Cpp => &[
            (Prints, &["std::cout", "std::cerr"]),
            (Input, &["std::cin"]),
        ],
        Grammar::Go => &[(Environment, &["os.Args"])],
        _ => &[],
    }
}

const PYTHON: Table = &[
    (
        Clock,
        &[
            "time.time",
            "time.time_ns",
            "time.perf_counter",
            "time.perf_counter_ns",
            "time.monotonic",
            "time.monotonic_ns",
            "time.process_time",
            "time.process_time_ns",
            "time.thread_time",
            "time.localtime",
            "time.gmtime",
            "time.ctime",
            "time.strftime",
            "time.sleep",
            "asyncio.sleep",
            "datetime.now",
            "datetime.utcnow",
            "datetime.today",
            "date.today",
            "datetime.datetime.now",
            "datetime.datetime.utcnow",
            "datetime.datetime.today",
            "datetime.date.today",
            "uuid.uuid1",
            "timeit.default_timer",
        ],
    ),
    (
        Random,
        &[
            "random.",
            "numpy.random.",
            "secrets.",
            "os.urandom",
            "uuid.uuid4",
            "torch.rand",
            "torch.randn",
            "torch.randint",
            "torch.randperm",
        ],
    ),
    (
        Network,
        &[
            "requests.",
            "urllib.request.",
            "urllib3.",
            "socket.",
            "http.client.",
            "httpx.",
            "aiohttp.",
            "ftplib.",
            "smtplib.",
            "urlopen",
        ],
    ),
    (
        Files,
        &[
            "open",
            "io.open",
            "os.open",
            "os.listdir",
            "os.scandir",
            "os.stat",
            "os.walk",
            "os.remove",
            "os.rename",
            "os.makedirs",
            "os.mkdir",
            "os.unlink",
            "os.getcwd",
            "os.path.exists",
            "os.path.isfile",
            "os.path.isdir",
            "os.path.getsize",
            "os.path.getmtime",
            "os.path.realpath",
            "os.path.abspath",
            "shutil.",
            "tempfile.",
            "glob.",
            "sqlite3.connect",
            "*.read_text",
            "*.read_bytes",
            "*.write_text",
            "*.write_bytes",
            "*.iterdir",
            "pathlib.Path.cwd",
            "Path.cwd",
            "Path.home",
            "pathlib.Path.home",
        ],
    ),
    (
        Environment,
        &[
            "os.getenv",
            "os.getpid",
            "platform.",
            "socket.gethostname",
            "getpass.getuser",
        ],
    ),
    (Input, &["input", "sys.stdin.read", "sys.stdin.readline"]),
    (
        Programs,
        &[
            "subprocess.",
            "os.system",
            "os.popen",
            "os.fork",
            "multiprocessing.",
        ],
    ),
    (
        Prints,
        &[
            "print",
            "sys.stdout.write",
            "sys.stderr.write",
            "logging.",
            "logger.",
            "log.",
            "pprint.pprint",
            "warnings.warn",
        ],
    ),
];

const JAVASCRIPT: Table = &[
    (
        Clock,
        &[
            "Date.now",
            "Date",
            "performance.now",
            "process.hrtime",
            "process.hrtime.bigint",
            "process.uptime",
            "setTimeout",
            "setInterval",
            "setImmediate",
            "requestAnimationFrame",
        ],
    ),
    (
        Random,
        &[
            "Math.random",
            "crypto.randomUUID",
            "crypto.randomBytes",
            "crypto.randomInt",
            "crypto.getRandomValues",
        ],
    ),
    (
        Network,
        &[
            "fetch",
            "http.",
            "https.",
            "net.",
            "axios",
            "axios.",
            "XMLHttpRequest",
            "dns.",
            "navigator.sendBeacon",
        ],
    ),
    (
        Files,
        &["fs.", "fs/promises.", "process.cwd", "process.chdir"],
    ),
    (Environment, &["os."]),
    (
        Programs,
        &["child_process.", "worker_threads.", "process.exit"],
    ),
    (
        Prints,
        &[
            "console.",
            "process.stdout.write",
            "process.stderr.write",
            "alert",
        ],
    ),
];
