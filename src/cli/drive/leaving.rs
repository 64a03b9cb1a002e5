//! The end of a run: the best version goes into the user's file, a patch or a branch, where a flag asks for it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::{Ground, Wish, better, writable};
use crate::cli::flags::LoopFlags;
use crate::cli::write::{Book, Order};
use crate::cli::{NOTHING, Refusal, USAGE, fail};
use crate::session::Session;
use crate::write_back::usual_check;

/// How long the loop may take to let go of its journal.
const PATIENCE: Duration = Duration::from_secs(5);

/// The user's own file, if there is one.
fn file(wish: &Wish) -> Option<PathBuf> {
    let program = || {
        wish.program
            .as_ref()
            .and_then(|p| std::path::absolute(p).ok())
    };
    wish.task.path.clone().or_else(program)
}

/// Whether what the flags ask for can be done at all, told before the run and not after it.
///
/// # Errors
/// There is no file to write to, or no folder for the patch.
pub(super) fn possible(flags: &LoopFlags, wish: &Wish) -> Result<(), Refusal> {
    let flag = match (flags.write, &flags.branch) {
        (true, _) => Some("--write"),
        (_, Some(_)) => Some("--branch"),
        _ => None,
    };
    if let Some(flag) = flag.filter(|_| file(wish).is_none()) {
        return Err(Refusal::new(
            USAGE,
            format_args!(
                "{flag} needs a file of yours to write to, and this task has none; --out FILE writes a new one"
            ),
        ));
    }
    match flags.patch.as_deref() {
        Some(patch) if patch.as_os_str() == "-" => Err(Refusal::new(
            USAGE,
            "standard output tells of the run, so --patch must name a file here; `reheat write --patch -` prints one later",
        )),
        Some(patch) => writable(patch).map_err(|why| {
            Refusal::new(
                USAGE,
                format_args!("cannot write --patch {}: {why}", patch.display()),
            )
        }),
        None => Ok(()),
    }
}

/// Does it; `Some` is a failure that goes before every other status.
pub(super) fn leave(
    ground: &Ground,
    session: &Session,
    flags: &LoopFlags,
    wish: &Wish,
) -> Option<ExitCode> {
    if !flags.write && flags.patch.is_none() && flags.branch.is_none() {
        return None;
    }
    if !better(session) {
        let _ = fail(0, "no better version; nothing was written");
        return None;
    }
    let order = Order {
        patch: flags.patch.clone(),
        branch: flags.branch.clone(),
        file: file(wish),
        check: usual_check(&wish.task),
        // Of JSON lines standard output holds nothing else.
        show: !flags.json,
        ..Order::default()
    };
    let done = open(ground, session)
        .and_then(|mut book| order.carry_out(session, Some(&wish.task), &mut book));
    match done {
        Ok(()) => None,
        Err(refusal) => {
            let why = format!("{refusal} (`reheat write {}` tries again)", session.id);
            Some(fail(refusal.status.max(NOTHING), why))
        }
    }
}

/// The journal, as soon as the loop has let go of it.
fn open(ground: &Ground, session: &Session) -> Result<Book, Refusal> {
    let began = Instant::now();
    loop {
        match Book::open(&ground.library(), &session.id) {
            Err(_) if began.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
            other => return other,
        }
    }
}
