//! Held-out cases: a share of the workload that the model is never shown.
//!
//! They are drawn once, when a session begins, from a seed that the session keeps; a resumed session holds out
//! the same ones by name. The draw follows these rules:
//!
//! - At least one case is held out as soon as there are [`FEWEST`], and at least one always stays shown.
//! - Cases that the statement quotes, or that the task marks as `shown`, stay shown.
//! - The first one drawn is heavy: its input has at least a quarter of the size of the largest. Inputs that the model
//!   never saw are thereby among those that take the time. (Where a sweep is too long, the timing cases are the heaviest
//!   ones that cover 90 % of the time; held-out cases that make up more than a tenth of it are thus always among them.)
//!   Where there are several heavy cases one of them stays shown, so that a failure on it can be described to the model.
//! - The others are drawn evenly from the rest.
//!
//! Held-out cases come last in the workload, so that shown ones are run first.

use rand::SeedableRng;
use rand::seq::{IteratorRandom, SliceRandom};
use rand_pcg::Pcg64Mcg;

use super::definition::Task;
use super::error::TaskError;
use super::reading::invalid;
use super::workload::{Case, HoldOut, Workload};

/// With fewer cases than this none is held out by default: nearly all would be hidden.
pub(crate) const FEWEST: usize = 3;

/// Larger inputs are not searched for in the statement.
const QUOTED: usize = 4_096;

/// Checks that marked cases exist, that none is marked both ways, and that at least one stays shown.
///
/// # Errors
/// A sentence that names the case.
pub(super) fn check(workload: &Workload) -> Result<(), TaskError> {
    let HoldOut::Named(held) = &workload.hold_out else {
        return known(workload, &workload.shown, "shown");
    };
    known(workload, held, "held_out")?;
    known(workload, &workload.shown, "shown")?;
    if let Some(both) = held.iter().find(|n| workload.shown.contains(n)) {
        return Err(invalid(format!(
            "case {both} is marked as `shown` and as `held_out`; decide for one"
        )));
    }
    let all = workload.cases.iter().all(|c| held.contains(&c.name));
    if all && !workload.cases.is_empty() {
        return Err(invalid(
            "every case is marked as `held_out`; the model must be shown at least one",
        ));
    }
    Ok(())
}

fn known(workload: &Workload, names: &[String], key: &str) -> Result<(), TaskError> {
    let there = |name: &String| workload.cases.iter().any(|c| c.name == *name);
    match names.iter().find(|n| !there(n)) {
        Some(name) => Err(invalid(format!(
            "`{key}` names the case `{name}`, but there is no such case"
        ))),
        None => Ok(()),
    }
}

/// Draws the held-out cases of a new session and marks them; the same seed draws the same ones.
pub fn choose(task: &mut Task, seed: u32) {
    let names = draw(task, seed);
    recall(task, &names);
}

/// Marks these cases as held out and no others; they go to the end of the workload.
pub(crate) fn recall(task: &mut Task, names: &[String]) {
    for case in &mut task.workload.cases {
        case.held_out = names.contains(&case.name);
    }
    task.workload.cases.sort_by_key(|c| c.held_out);
}

/// Names of the held-out cases.
pub fn names(task: &Task) -> Vec<String> {
    let held = task.workload.cases.iter().filter(|c| c.held_out);
    held.map(|c| c.name.clone()).collect()
}

fn draw(task: &Task, seed: u32) -> Vec<String> {
    let cases = &task.workload.cases;
    let wanted = match &task.workload.hold_out {
        HoldOut::Named(names) => return names.clone(),
        HoldOut::Count(n) => *n,
        HoldOut::Percent(0) => 0,
        HoldOut::Percent(_) if cases.len() < FEWEST => 0,
        HoldOut::Percent(share) => ((cases.len() * usize::from(*share) + 50) / 100).max(1),
    };
    let wanted = wanted.min(cases.len().saturating_sub(1));
    let statement = words(task.statement.as_bytes());
    let mut pool: Vec<&Case> = cases
        .iter()
        .filter(|c| !task.workload.shown.contains(&c.name) && !quoted(c, &statement))
        .collect();
    let mut chance = Pcg64Mcg::seed_from_u64(u64::from(seed));
    let largest = cases.iter().map(|c| c.input.len()).max().unwrap_or(0);
    let heavy = |c: &Case| c.input.len() >= largest.div_ceil(4);
    let mut drawn = Vec::new();
    if wanted > 0
        && let Some(first) = (0..pool.len())
            .filter(|i| heavy(pool[*i]))
            .choose(&mut chance)
    {
        drawn.push(pool.swap_remove(first));
        let mut left = cases.iter().filter(|c| heavy(c) && c.name != drawn[0].name);
        if let (Some(last), None) = (left.next(), left.next()) {
            pool.retain(|c| c.name != last.name);
        }
    }
    pool.shuffle(&mut chance);
    drawn.extend(pool.into_iter().take(wanted.saturating_sub(drawn.len())));
    drawn.into_iter().map(|c| c.name.clone()).collect()
}

/// The words of a text with one space before and after each, so that whole words are found.
fn words(text: &[u8]) -> Vec<u8> {
    let mut out = vec![b' '];
    for word in text
        .split(u8::is_ascii_whitespace)
        .filter(|w| !w.is_empty())
    {
        out.extend_from_slice(word);
        out.push(b' ');
    }
    out
}

/// Whether a statement (as [`words`]) shows a case's input and its expected output.
fn quoted(case: &Case, statement: &[u8]) -> bool {
    let stands = |text: &[u8]| {
        text.len() <= QUOTED && {
            let text = words(text);
            text.len() > 1 && statement.windows(text.len()).any(|w| w == text)
        }
    };
    stands(&case.input) && case.expected.as_deref().is_some_and(stands)
}

/// The first held-out case that a text gives away: it quotes a line or a word of at least eight bytes that
/// stands in its input or its expected output and in no shown case's.
pub(crate) fn quoted_by<'a>(task: &'a Task, text: &str) -> Option<&'a str> {
    let pieces: Vec<&[u8]> = text
        .lines()
        .chain(text.split_whitespace())
        .map(|p| p.trim().as_bytes())
        .filter(|p| p.len() >= 8)
        .take(100)
        .collect();
    let texts = |c: &'a Case| [Some(&c.input), c.expected.as_ref()].into_iter().flatten();
    // The beginnings are enough: a hint can only quote what the screen shows, and it shows no more.
    let start = |t: &'a [u8]| &t[..t.len().min(16 * 1024)];
    let holds = |c: &'a Case, piece: &[u8]| {
        texts(c).any(|t| start(t).windows(piece.len()).any(|window| window == piece))
    };
    let cases = &task.workload.cases;
    let telling: Vec<&[u8]> = pieces
        .into_iter()
        .filter(|p| !cases.iter().any(|c| !c.held_out && holds(c, p)))
        .collect();
    let found = cases
        .iter()
        .find(|c| c.held_out && telling.iter().any(|p| holds(c, p)));
    found.map(|c| c.name.as_str())
}

#[cfg(test)]
#[path = "held_out_tests.rs"]
mod tests;
