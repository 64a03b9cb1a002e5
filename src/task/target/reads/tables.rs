//! The names that reach outside, by language. A name that ends in a dot stands for all that begins so.

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
        Grammar::Rust => RUST,
        Grammar::Go => GO,
        Grammar::Java => JAVA,
        Grammar::C | Grammar::Cpp => C,
        Grammar::Ruby => RUBY,
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
        Grammar::Cpp => &[(Prints, &["std::cout", "std::cerr"]), (Input, &["std::cin"])],
        Grammar::Go => &[(Environment, &["os.Args"])],
        _ => &[],
    }
}

const PYTHON: Table = &[
    (
        Clock,
        &[
            "time.time", "time.time_ns", "time.perf_counter", "time.perf_counter_ns", "time.monotonic",
            "time.monotonic_ns", "time.process_time", "time.process_time_ns", "time.thread_time", "time.localtime",
            "time.gmtime", "time.ctime", "time.strftime", "time.sleep", "asyncio.sleep", "datetime.now",
            "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "datetime.datetime.utcnow",
            "datetime.datetime.today", "datetime.date.today", "uuid.uuid1", "timeit.default_timer",
        ],
    ),
    (
        Random,
        &[
            "random.", "numpy.random.", "secrets.", "os.urandom", "uuid.uuid4", "torch.rand", "torch.randn",
            "torch.randint", "torch.randperm",
        ],
    ),
    (
        Network,
        &[
            "requests.", "urllib.request.", "urllib3.", "socket.", "http.client.", "httpx.", "aiohttp.", "ftplib.",
            "smtplib.", "urlopen",
        ],
    ),
    (
        Files,
        &[
            "open", "io.open", "os.open", "os.listdir", "os.scandir", "os.stat", "os.walk", "os.remove", "os.rename",
            "os.makedirs", "os.mkdir", "os.unlink", "os.getcwd", "os.path.exists", "os.path.isfile", "os.path.isdir",
            "os.path.getsize", "os.path.getmtime", "os.path.realpath", "os.path.abspath", "shutil.", "tempfile.",
            "glob.", "sqlite3.connect", "*.read_text", "*.read_bytes", "*.write_text", "*.write_bytes", "*.iterdir",
            "pathlib.Path.cwd", "Path.cwd", "Path.home", "pathlib.Path.home",
        ],
    ),
    (Environment, &["os.getenv", "os.getpid", "platform.", "socket.gethostname", "getpass.getuser"]),
    (Input, &["input", "sys.stdin.read", "sys.stdin.readline"]),
    (Programs, &["subprocess.", "os.system", "os.popen", "os.fork", "multiprocessing."]),
    (
        Prints,
        &["print", "sys.stdout.write", "sys.stderr.write", "logging.", "logger.", "log.", "pprint.pprint", "warnings.warn"],
    ),
];

const JAVASCRIPT: Table = &[
    (
        Clock,
        &[
            "Date.now", "Date", "performance.now", "process.hrtime", "process.hrtime.bigint", "process.uptime",
            "setTimeout", "setInterval", "setImmediate", "requestAnimationFrame",
        ],
    ),
    (
        Random,
        &["Math.random", "crypto.randomUUID", "crypto.randomBytes", "crypto.randomInt", "crypto.getRandomValues"],
    ),
    (
        Network,
        &["fetch", "http.", "https.", "net.", "axios", "axios.", "XMLHttpRequest", "dns.", "navigator.sendBeacon"],
    ),
    (Files, &["fs.", "fs/promises.", "process.cwd", "process.chdir"]),
    (Environment, &["os."]),
    (Programs, &["child_process.", "worker_threads.", "process.exit"]),
    (Prints, &["console.", "process.stdout.write", "process.stderr.write", "alert"]),
];

const RUST: Table = &[
    (
        Clock,
        &[
            "Instant::now", "SystemTime::now", "std::time::Instant::now", "std::time::SystemTime::now", "Utc::now",
            "Local::now", "thread::sleep", "std::thread::sleep", "*.elapsed",
        ],
    ),
    (Random, &["rand::", "thread_rng", "fastrand::", "OsRng", "Uuid::new_v4", "RandomState::new"]),
    (Network, &["TcpStream::", "UdpSocket::", "TcpListener::", "reqwest::", "std::net::"]),
    (Files, &["File::", "fs::", "std::fs::", "OpenOptions::"]),
    (Environment, &["env::", "std::env::"]),
    (Input, &["stdin", "io::stdin", "std::io::stdin"]),
    (Programs, &["Command::", "std::process::"]),
    (Prints, &["println", "print", "eprintln", "eprint", "dbg", "log::", "info", "warn", "debug", "trace", "error"]),
];

const GO: Table = &[
    (Clock, &["time.Now", "time.Since", "time.Sleep", "time.After", "time.Tick", "time.Until"]),
    (Random, &["rand.", "uuid.New"]),
    (Network, &["http.", "net."]),
    (Environment, &["os.Getenv", "os.LookupEnv", "os.Environ", "os.Hostname", "os.Getpid"]),
    (Files, &["os.", "ioutil.", "filepath.Walk", "filepath.Glob"]),
    (Programs, &["exec."]),
    (Prints, &["fmt.Print", "fmt.Println", "fmt.Printf", "log.", "println", "print"]),
];

const JAVA: Table = &[
    (
        Clock,
        &[
            "System.currentTimeMillis", "System.nanoTime", "Instant.now", "LocalDate.now", "LocalDateTime.now",
            "Thread.sleep", "Clock.",
        ],
    ),
    (Random, &["Math.random", "Random", "ThreadLocalRandom.current", "UUID.randomUUID", "SecureRandom"]),
    (Network, &["URL", "Socket", "HttpClient."]),
    (Files, &["Files.", "FileReader", "FileWriter", "File", "FileInputStream", "FileOutputStream"]),
    (Environment, &["System.getenv", "System.getProperty"]),
    (Programs, &["Runtime.getRuntime", "ProcessBuilder"]),
    (Prints, &["System.out.", "System.err.", "log.", "logger.", "LOGGER."]),
];

const C: Table = &[
    (
        Clock,
        &[
            "time", "clock", "clock_gettime", "gettimeofday", "std::time", "sleep", "usleep", "nanosleep",
            "std::chrono::steady_clock::now", "std::chrono::system_clock::now",
            "std::chrono::high_resolution_clock::now", "std::this_thread::sleep_for",
        ],
    ),
    (Random, &["rand", "srand", "random", "std::rand", "drand48", "std::random_device", "arc4random"]),
    (Network, &["socket", "connect", "send", "recv"]),
    (Files, &["fopen", "open", "fread", "fwrite", "fclose", "std::ifstream", "std::ofstream", "remove", "rename"]),
    (Environment, &["getenv", "std::getenv"]),
    (Input, &["scanf", "getchar", "gets", "fgets", "getline"]),
    (Programs, &["system", "fork", "execve", "popen"]),
    (Prints, &["printf", "puts", "putchar", "fprintf", "std::printf", "std::puts"]),
];

const RUBY: Table = &[
    (Clock, &["Time.now", "Date.today", "DateTime.now", "Process.clock_gettime", "sleep"]),
    (Random, &["rand", "Random.rand", "Random.new", "SecureRandom.", "Kernel.rand"]),
    (Network, &["Net::HTTP.", "TCPSocket.", "URI.open", "HTTParty."]),
    (Files, &["File.", "Dir.", "IO.", "FileUtils."]),
    (Input, &["gets", "STDIN.read", "$stdin.read", "ARGF.read"]),
    (Programs, &["system", "exec", "spawn", "fork"]),
    (Prints, &["puts", "print", "p", "pp", "printf", "warn"]),
];
