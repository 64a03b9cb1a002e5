//! Names of impure functions, by language. A name that ends in a dot is a prefix.

use serde::{Deserialize, Serialize};

use crate::task::region::grammar::Grammar;
use Reads::{Clock, Environment, Files, Input, Network, Prints, Programs, Random};

/// What a region uses besides its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    /// The time, or it waits.
    Clock,
    /// Random numbers.
    Random,
    /// The network.
    Network,
    /// Files or folders.
    Files,
    /// Variables of the environment, arguments of the program.
    Environment,
    /// Standard input.
    Input,
    /// Other programs.
    Programs,
    /// Names of the module or of the whole program, which it writes.
    Global,
    /// Standard output or a log, which it writes.
    Prints,
}

impl Reads {
    /// `reads the clock`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Clock => "reads the clock",
            Self::Random => "draws random numbers",
            Self::Network => "reaches for the network",
            Self::Files => "reads or writes files",
            Self::Environment => "reads the environment",
            Self::Input => "reads standard input",
            Self::Programs => "starts other programs",
            Self::Global => "writes a global",
            Self::Prints => "prints",
        }
    }

    /// The consequence for comparing results: `results may differ from run to run`.
    pub(crate) fn therefore(self) -> &'static str {
        match self {
            Self::Clock | Self::Random => "results may differ from run to run",
            Self::Network => "there is no network where it is run",
            Self::Files => "only the project's files are there where it is run",
            Self::Environment => "the environment is almost empty where it is run",
            Self::Input => "a call has no standard input",
            Self::Programs => "other programs may not be there where it is run",
            Self::Global => "a call may change what the next one gives",
            Self::Prints => "what it prints is not part of its result",
        }
    }

    /// `line 43 reads the clock (time.time): results may differ from run to run`.
    pub(crate) fn sentence(self, line: usize, what: &str) -> String {
        format!(
            "line {line} {} ({what}): {}",
            self.words(),
            self.therefore()
        )
    }
}

type Table = &'static [(Reads, &'static [&'static str])];

/// What a call of this name uses.
pub(super) fn call(grammar: Grammar, name: &str) -> Option<Reads> {
    look_up(calls(grammar), name)
}

/// What the mere mention of this name uses.
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
    match grammar.family() {
        Grammar::Python => PYTHON,
        Grammar::JavaScript => JAVASCRIPT,
        _ => &[],
    }
}

fn mentions(grammar: Grammar) -> Table {
    match grammar.family() {
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
