//! One program in one tier: run it, compare what came of it with what must.

use std::collections::HashMap;
use std::sync::Arc;

use reheat::base::units::{parse_bytes, parse_duration};
use reheat::sandbox::{
    Attempt, AttemptKind, CancelToken, Limits, MemorySource, Outcome, Program, RunVerdict, Sandbox,
    SandboxError, Tier,
};

use super::programs::Hostile;

/// Names that are asked for after every run: products that must not be, links, and ways out of the folder.
const PRODUCTS: [&str; 8] = [
    "result",
    "fifo",
    "folder/etc/passwd",
    "dir",
    "../result",
    "/etc/passwd",
    "core",
    "core.1",
];

/// Runs the program as often as it says. Gives the telling figure, or what was wrong.
pub(crate) fn attack(
    sandbox: &mut Sandbox,
    hostile: &Hostile,
    tier: &str,
) -> Result<String, String> {
    let guards = sandbox.guards().clone();
    let says = |guard: &str| guards.missing.iter().any(|(g, _)| g == guard);
    let weak = guards.tier < Tier::Namespaces;
    if weak && hostile.want("not") == Some("weak") {
        // What this tier cannot keep out it must not claim to.
        return if says("namespaces") {
            Ok("cannot be kept out; the tier says so".to_owned())
        } else {
            Err("the tier hides that it has no namespaces".to_owned())
        };
    }
    if hostile.want("needs").is_some_and(says) {
        return Ok("cannot be kept out; the guards say so".to_owned());
    }
    let marker = format!(
        "hostile-{}-{}-{}",
        std::process::id(),
        hostile.name,
        tier.replace([' ', ','], "-")
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    use std::os::linux::net::SocketAddrExt;
    let address = std::os::unix::net::SocketAddr::from_abstract_name(&marker).unwrap();
    let _abstract = std::os::unix::net::UnixListener::bind_addr(&address).unwrap();

    // Not below /tmp, which every run has for itself, and in the weak tier elsewhere.
    let path = std::path::PathBuf::from(format!("/var/tmp/{marker}"));
    let _services = hostile.want("path_socket").map(|_| Services::open(&path));

    let limits = limits(hostile);
    let mut argv = hostile.argv.clone();
    if hostile.want("argv").is_none() {
        argv.extend([
            marker.clone(),
            listener.local_addr().unwrap().port().to_string(),
            tier.to_owned(),
            hostile.with.clone(),
            path.to_string_lossy().into_owned(),
        ]);
    }
    let program = Program {
        argv,
        environment: hostile.environment.clone(),
        mounts: hostile.mounts.clone(),
        collect: PRODUCTS.map(String::from).to_vec(),
        stdin: input(hostile),
        watched: true,
        ..Program::default()
    };
    let rounds = match hostile.want("rounds") {
        Some(n) => n.parse().unwrap(),
        None => 1 + usize::from(hostile.want("twice").is_some()),
    };
    let mut last = None;
    for _ in 0..rounds {
        let outcome = match sandbox.run(&program, &limits, &mut |_| {}, &CancelToken::new()) {
            Ok(outcome) => outcome,
            // A compiler below root's home is out of reach for whoever the guest becomes.
            Err(SandboxError::CannotStart { why, .. })
                if weak && hostile.want("argv").is_some() && why.contains("every user") =>
            {
                return Ok("not for this user".to_owned());
            }
            Err(e) => return Err(e.to_string()),
        };
        let left = processes_with(&marker);
        if !left.is_empty() {
            return Err(format!("processes are left: {left:?}"));
        }
        let allowed = hostile.want("collects").unwrap_or_default().as_bytes();
        if let Some(foreign) = outcome.collected.iter().find(|(name, bytes)| {
            bytes != allowed && hostile.want("argv").is_none() || name != "result"
        }) {
            return Err(format!("collected {foreign:?}"));
        }
        if weak && hostile.want("weak") == Some("disk") && stopped_for_its_disk(&outcome) {
            // Without a file system of its own the disk is kept by watching it.
            last = Some(outcome);
            continue;
        }
        judge(&outcome, hostile, &limits, guards.memory_source)?;
        if !says("attempts") {
            noted(&outcome, hostile, weak)?;
        }
        last = Some(outcome);
    }
    Ok(telling(&last.unwrap()))
}

/// A listening socket and one for datagrams at names in a folder, which anybody may use.
struct Services {
    paths: [std::path::PathBuf; 2],
    _stream: std::os::unix::net::UnixListener,
    _datagrams: std::os::unix::net::UnixDatagram,
}

impl Services {
    fn open(path: &std::path::Path) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let paths = [path.to_owned(), path.with_added_extension("d")];
        let services = Self {
            _stream: std::os::unix::net::UnixListener::bind(&paths[0]).unwrap(),
            _datagrams: std::os::unix::net::UnixDatagram::bind(&paths[1]).unwrap(),
            paths,
        };
        for path in &services.paths {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
        }
        services
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        for path in &self.paths {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn stopped_for_its_disk(outcome: &Outcome) -> bool {
    let reason = outcome.reason.as_deref().unwrap_or_default();
    outcome.verdict == RunVerdict::RuntimeError && reason.contains("--disk")
}

fn limits(hostile: &Hostile) -> Limits {
    let bytes = |key: &str| hostile.want(key).map(|v| parse_bytes(v).unwrap());
    let normal = Limits::default();
    Limits {
        time: hostile
            .want("time")
            .map_or(std::time::Duration::from_secs(60), |t| {
                parse_duration(t).unwrap()
            }),
        memory: bytes("memory").unwrap_or(normal.memory),
        output: bytes("output").unwrap_or(normal.output),
        disk: bytes("disk").unwrap_or(normal.disk),
        ..normal
    }
}

/// What the program gets as its standard input; a large one is laid out once for all tiers.
fn input(hostile: &Hostile) -> Arc<[u8]> {
    static LARGE: std::sync::OnceLock<Arc<[u8]>> = std::sync::OnceLock::new();
    match (hostile.want("stdin"), hostile.want("input")) {
        (Some(text), _) => text.as_bytes().into(),
        (None, Some(size)) => LARGE
            .get_or_init(|| vec![0; parse_bytes(size).unwrap().0 as usize].into())
            .clone(),
        (None, None) => Arc::default(),
    }
}

/// The figure that says most about how it ended.
fn telling(outcome: &Outcome) -> String {
    let figure = match outcome.verdict {
        RunVerdict::TimeLimit => format!("{} (CPU {})", outcome.wall, outcome.cpu),
        RunVerdict::MemoryLimit => outcome.peak.bytes.to_string(),
        RunVerdict::OutputLimit => format!(
            "{} bytes kept",
            outcome.stdout.bytes.len() + outcome.stderr.bytes.len()
        ),
        RunVerdict::RuntimeError | RunVerdict::Forbidden => {
            outcome.reason.clone().unwrap_or_default()
        }
        _ => {
            let text = String::from_utf8_lossy(&outcome.stdout.bytes);
            text.lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(40)
                .collect()
        }
    };
    let tried = match outcome.attempts.as_slice() {
        [] => String::new(),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { "" } else { ", …" };
            format!("; noted: {} ×{}{more}", first.what, first.times)
        }
    };
    format!("{}: {figure}{tried}", outcome.verdict.in_words())
}

/// Whether the attempts that the program is known for were noted, and nothing else of weight.
fn noted(outcome: &Outcome, hostile: &Hostile, weak: bool) -> Result<(), String> {
    let Some(wanted) = hostile.want("noted") else {
        return Ok(());
    };
    let (kind, least) = wanted.split_once(' ').unwrap_or((wanted, "1"));
    let least: u32 = least.parse().unwrap();
    let kind: AttemptKind = serde_json::from_value(kind.into()).unwrap();
    let times: u32 = outcome
        .attempts
        .iter()
        .filter(|a: &&Attempt| a.kind == kind)
        .map(|a| a.times)
        .sum();
    if times < least {
        return Err(format!(
            "wanted {wanted} to be noted{}, got {:?}",
            if weak { " in the weak tier" } else { "" },
            outcome.attempts
        ));
    }
    Ok(())
}

fn judge(
    outcome: &Outcome,
    hostile: &Hostile,
    limits: &Limits,
    source: MemorySource,
) -> Result<(), String> {
    let wants: &HashMap<String, String> = &hostile.wants;
    let want = |key: &str| wants.get(key).map(String::as_str);
    let start = |bytes: &[u8], most: usize| {
        String::from_utf8_lossy(&bytes[..bytes.len().min(most)]).into_owned()
    };
    let told = || {
        format!(
            "{:?} {:?} exit {:?} signal {:?} wall {} cpu {} peak {} stdout {:?} stderr {:?}",
            outcome.verdict,
            outcome.reason,
            outcome.exit_code,
            outcome.signal,
            outcome.wall,
            outcome.cpu,
            outcome.peak.bytes,
            start(&outcome.stdout.bytes, 400),
            start(&outcome.stderr.bytes, 1200)
        )
    };
    let verdict = serde_json::to_value(outcome.verdict).unwrap();
    let allowed = want("verdict").unwrap_or("ok");
    if allowed != "any" && !allowed.split('|').any(|v| verdict == v) {
        return Err(format!("wanted {allowed}, got {}", told()));
    }
    let stdout = String::from_utf8_lossy(&outcome.stdout.bytes);
    if let Some(prints) = want("prints")
        && outcome.verdict == RunVerdict::Ok
        && stdout.trim() != prints
    {
        return Err(format!("wanted it to print {prints:?}, got {}", told()));
    }
    if let Some(bytes) = want("prints_bytes")
        && outcome.stdout.bytes.len().to_string() != bytes
    {
        return Err(format!("wanted {bytes} bytes, got {}", told()));
    }
    for key in ["lacks", "lacks_too"] {
        let said = format!("{stdout}{}", String::from_utf8_lossy(&outcome.stderr.bytes));
        if let Some(secret) = want(key)
            && said.contains(secret)
        {
            return Err(format!("it shows {secret:?}: {}", told()));
        }
    }
    let number = |key: &str| want(key).map(|v| v.parse::<i32>().unwrap());
    if (number("signal").is_some() && outcome.signal != number("signal"))
        || (number("exit").is_some() && outcome.exit_code != number("exit"))
    {
        return Err(told());
    }
    let least = |key: &str| want(key).map_or(0, |v| parse_duration(v).unwrap().as_nanos() as u64);
    if outcome.wall.0 < least("wall")
        || (source == MemorySource::Cgroup && outcome.cpu.0 < least("cpu"))
    {
        return Err(format!("times too small: {}", told()));
    }
    // Where no cgroup holds it, the memory is read again and again, and on a busy machine later than one would like.
    let beyond = limits.memory.0
        / match source {
            MemorySource::Cgroup => 10,
            _ => 2,
        };
    if want("overshoot").is_some() && outcome.peak.bytes.0 > limits.memory.0 + beyond {
        return Err(format!(
            "went more than {beyond} bytes beyond its limit: {}",
            told()
        ));
    }
    Ok(())
}

/// Processes of this machine that carry the marker in their arguments, apart from this one.
pub(crate) fn processes_with(marker: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let arguments = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if arguments.split(|b| *b == 0).any(|a| a == marker.as_bytes()) {
            found.push(format!(
                "{} {}",
                entry.file_name().to_string_lossy(),
                String::from_utf8_lossy(&arguments)
            ));
        }
    }
    found
}
