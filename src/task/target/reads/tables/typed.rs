//! The tables of the languages whose functions are not called by a driver: for notes alone.

use super::Table;
use crate::task::target::Reads::{
    Clock, Environment, Files, Input, Network, Prints, Programs, Random,
};

pub(super) const RUST: Table = &[
    (
        Clock,
        &[
            "Instant::now",
            "SystemTime::now",
            "std::time::Instant::now",
            "std::time::SystemTime::now",
            "Utc::now",
            "Local::now",
            "thread::sleep",
            "std::thread::sleep",
            "*.elapsed",
        ],
    ),
    (
        Random,
        &[
            "rand::",
            "thread_rng",
            "fastrand::",
            "OsRng",
            "Uuid::new_v4",
            "RandomState::new",
        ],
    ),
    (
        Network,
        &[
            "TcpStream::",
            "UdpSocket::",
            "TcpListener::",
            "reqwest::",
            "std::net::",
        ],
    ),
    (Files, &["File::", "fs::", "std::fs::", "OpenOptions::"]),
    (Environment, &["env::", "std::env::"]),
    (Input, &["stdin", "io::stdin", "std::io::stdin"]),
    (Programs, &["Command::", "std::process::"]),
    (
        Prints,
        &[
            "println", "print", "eprintln", "eprint", "dbg", "log::", "info", "warn", "debug",
            "trace", "error",
        ],
    ),
];

pub(super) const GO: Table = &[
    (
        Clock,
        &[
            "time.Now",
            "time.Since",
            "time.Sleep",
            "time.After",
            "time.Tick",
            "time.Until",
        ],
    ),
    (Random, &["rand.", "uuid.New"]),
    (Network, &["http.", "net."]),
    (
        Environment,
        &[
            "os.Getenv",
            "os.LookupEnv",
            "os.Environ",
            "os.Hostname",
            "os.Getpid",
        ],
    ),
    (Files, &["os.", "ioutil.", "filepath.Walk", "filepath.Glob"]),
    (Programs, &["exec."]),
    (
        Prints,
        &[
            "fmt.Print",
            "fmt.Println",
            "fmt.Printf",
            "log.",
            "println",
            "print",
        ],
    ),
];

pub(super) const JAVA: Table = &[
    (
        Clock,
        &[
            "System.currentTimeMillis",
            "System.nanoTime",
            "Instant.now",
            "LocalDate.now",
            "LocalDateTime.now",
            "Thread.sleep",
            "Clock.",
        ],
    ),
    (
        Random,
        &[
            "Math.random",
            "Random",
            "ThreadLocalRandom.current",
            "UUID.randomUUID",
            "SecureRandom",
        ],
    ),
    (Network, &["URL", "Socket", "HttpClient."]),
    (
        Files,
        &[
            "Files.",
            "FileReader",
            "FileWriter",
            "File",
            "FileInputStream",
            "FileOutputStream",
        ],
    ),
    (Environment, &["System.getenv", "System.getProperty"]),
    (Programs, &["Runtime.getRuntime", "ProcessBuilder"]),
    (
        Prints,
        &["System.out.", "System.err.", "log.", "logger.", "LOGGER."],
    ),
];

pub(super) const C: Table = &[
    (
        Clock,
        &[
            "time",
            "clock",
            "clock_gettime",
            "gettimeofday",
            "std::time",
            "sleep",
            "usleep",
            "nanosleep",
            "std::chrono::steady_clock::now",
            "std::chrono::system_clock::now",
            "std::chrono::high_resolution_clock::now",
            "std::this_thread::sleep_for",
        ],
    ),
    (
        Random,
        &[
            "rand",
            "srand",
            "random",
            "std::rand",
            "drand48",
            "std::random_device",
            "arc4random",
        ],
    ),
    (Network, &["socket", "connect", "send", "recv"]),
    (
        Files,
        &[
            "fopen",
            "open",
            "fread",
            "fwrite",
            "fclose",
            "std::ifstream",
            "std::ofstream",
            "remove",
            "rename",
        ],
    ),
    (Environment, &["getenv", "std::getenv"]),
    (Input, &["scanf", "getchar", "gets", "fgets", "getline"]),
    (Programs, &["system", "fork", "execve", "popen"]),
    (
        Prints,
        &[
            "printf",
            "puts",
            "putchar",
            "fprintf",
            "std::printf",
            "std::puts",
        ],
    ),
];

pub(super) const RUBY: Table = &[
    (
        Clock,
        &[
            "Time.now",
            "Date.today",
            "DateTime.now",
            "Process.clock_gettime",
            "sleep",
        ],
    ),
    (
        Random,
        &[
            "rand",
            "Random.rand",
            "Random.new",
            "SecureRandom.",
            "Kernel.rand",
        ],
    ),
    (
        Network,
        &["Net::HTTP.", "TCPSocket.", "URI.open", "HTTParty."],
    ),
    (Files, &["File.", "Dir.", "IO.", "FileUtils."]),
    (Input, &["gets", "STDIN.read", "$stdin.read", "ARGF.read"]),
    (Programs, &["system", "exec", "spawn", "fork"]),
    (Prints, &["puts", "print", "p", "pp", "printf", "warn"]),
];
