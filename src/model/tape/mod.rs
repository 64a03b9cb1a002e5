//! A tape: the replies of a session, played back as if they were the model.
//!
//! Only replies are played; playing a tape measures everything anew. Reads four forms: JSON lines,
//! a folder of replies (`01.md`, `02.md` …), a session's journal, and a whole session in one file ([`mod@file`]).

pub mod file;
mod order;
mod recorded;
mod reply;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};

use self::order::{ReplayOrder, ReplayTurn};
use self::recorded::NumberedReplies;
pub use self::reply::Recorded;
use super::split::Splitter;
use super::{Delta, End, Provider, Question};
use crate::base::words::estimate_tokens;
use crate::session::event::{Finish, Usage};
use crate::session::journal;
use crate::task::PathOrText;

/// Tokens a second where a tape has no times of its own.
const NATURAL_PACE: f64 = 45.0;
/// How often a waiting tape checks whether it is paused or its speed has changed.
const SLICE: Duration = Duration::from_millis(20);

/// A tape cannot be read: which, where, why.
#[derive(Debug, thiserror::Error)]
#[error("cannot play {tape}: {why}")]
pub struct TapeError {
    tape: String,
    why: String,
}

impl TapeError {
    fn new(tape: &str, why: String) -> Self {
        Self {
            tape: tape.to_owned(),
            why,
        }
    }
}

/// Controls a tape: its speed, and pausing. Clones control the same tape, also while it plays.
#[derive(Clone, Debug)]
pub struct PlaybackControl {
    speed: Arc<AtomicU64>,
    held: Arc<AtomicBool>,
}

impl Default for PlaybackControl {
    fn default() -> Self {
        Self {
            speed: Arc::new(AtomicU64::new(1f64.to_bits())),
            held: Arc::default(),
        }
    }
}

impl PlaybackControl {
    /// Sets the speed as a multiple of the natural one; zero, negative, infinite or NaN plays everything at once.
    pub(crate) fn set_speed(&self, speed: f64) {
        self.speed.store(speed.to_bits(), Ordering::Relaxed);
    }

    /// The speed as a multiple of the natural one; `None` plays everything at once.
    #[must_use]
    pub fn speed(&self) -> Option<f64> {
        let speed = f64::from_bits(self.speed.load(Ordering::Relaxed));
        (speed.is_finite() && speed > 0.0).then_some(speed)
    }

    /// Pauses or resumes the tape.
    pub fn hold(&self, held: bool) {
        self.held.store(held, Ordering::Relaxed);
    }

    /// Whether it is paused.
    #[must_use]
    pub fn held(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }
}

/// A provider that plays recorded replies in order, one for each question.
#[derive(Debug)]
pub struct Tape {
    name: String,
    replies: Vec<Arc<Recorded>>,
    order: ReplayOrder,
    pace: PlaybackControl,
}

impl Tape {
    /// A tape of these replies.
    #[must_use]
    pub fn new(name: impl Into<String>, replies: Vec<Recorded>) -> Self {
        Self {
            name: name.into(),
            replies: replies.into_iter().map(Arc::new).collect(),
            order: ReplayOrder::default(),
            pace: PlaybackControl::default(),
        }
    }

    /// Reads JSON lines: `{"model", "text", "reasoning"?, "chunks"?}` each, or the lines of a journal.
    ///
    /// # Errors
    /// The line that cannot be read, or that there is no reply at all.
    pub fn from_text(name: &str, text: &str) -> Result<Self, TapeError> {
        let fault = |why: String| TapeError {
            tape: name.to_owned(),
            why,
        };
        let mut replies = Vec::new();
        let mut journal = false;
        let mut told = NumberedReplies::default();
        for (i, line) in text.trim_start_matches('\u{feff}').split('\n').enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            match read_line(line) {
                Ok(TapeLine::Reply(reply)) => replies.push(reply),
                Ok(TapeLine::Event(reply)) => {
                    journal = true;
                    if let Some((place, reply)) = reply {
                        told.insert(place, reply);
                    }
                }
                // A journal that was cut off by a crash ends in half a line.
                Err(_)
                    if journal
                        && !text[text.len() - line.len()..].contains('\n')
                        && text.ends_with(line) => {}
                Err(why) => return Err(fault(format!("line {}: {why}", i + 1))),
            }
        }
        replies.extend(told.into_replies());
        Self::of(name, replies)
    }

    fn of(name: &str, replies: Vec<Recorded>) -> Result<Self, TapeError> {
        if replies.is_empty() {
            return Err(TapeError {
                tape: name.to_owned(),
                why: "there is no reply on it".into(),
            });
        }
        Ok(Self::new(name, replies))
    }

    /// Reads a file of JSON lines, a session's journal or its folder, or a folder of replies (`01.md`, `02.md` …).
    ///
    /// # Errors
    /// What could not be read and why.
    pub(crate) fn from_path(path: &Path) -> Result<Self, TapeError> {
        let name = path.display().to_string();
        let fault = |why: String| TapeError {
            tape: name.clone(),
            why,
        };
        let folder = if path.is_dir() {
            path
        } else {
            match path.parent() {
                // Its large texts are kept beside it.
                Some(folder) if path.ends_with(journal::FILE) => folder,
                _ => {
                    let text = std::fs::read_to_string(path).map_err(|e| fault(e.to_string()))?;
                    if file::is_session_tape(text.as_bytes()) {
                        return Ok(file::read_text(&name, text.as_bytes())?.provider());
                    }
                    return Self::from_text(&name, &text);
                }
            }
        };
        if folder.join(journal::FILE).is_file() {
            let replies = recorded::replies(folder).map_err(|e| fault(e.to_string()))?;
            return Self::of(&name, replies);
        }
        let mut files: Vec<_> = std::fs::read_dir(path)
            .map_err(|e| fault(e.to_string()))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|file| {
                file.extension().is_some_and(|e| e == "md") && reply_number(file).is_some()
            })
            .collect();
        files.sort_by_key(|file| reply_number(file));
        if files.is_empty() {
            return Err(fault(
                "the folder holds neither journal.jsonl nor replies named 01.md, 02.md …".into(),
            ));
        }
        let mut replies = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(&file)
                .map_err(|e| fault(format!("{}: {e}", file.display())))?;
            replies.push(Recorded {
                model: "recorded".into(),
                text,
                reasoning: String::new(),
                chunks: Vec::new(),
                finish: Finish::Stop,
            });
        }
        Ok(Self::new(name, replies))
    }

    /// Reads a tape that is a file or compiled in.
    ///
    /// # Errors
    /// What could not be read and why.
    pub fn open(name: &str, source: &PathOrText) -> Result<Self, TapeError> {
        match source {
            PathOrText::Path(path) => Self::from_path(path),
            PathOrText::Text(text) => Self::from_text(name, text),
        }
    }

    /// Skips the first replies, for a session that is resumed.
    #[must_use]
    pub fn skip(self, replies: usize) -> Self {
        self.order.start_at(replies);
        self
    }

    /// Plays faster by a factor; zero or infinite plays everything at once.
    #[must_use]
    pub fn with_speed(self, speed: f64) -> Self {
        self.pace.set_speed(speed);
        self
    }

    /// A control for this tape.
    #[must_use]
    pub fn pace(&self) -> PlaybackControl {
        self.pace.clone()
    }

    /// How many replies there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.replies.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.replies.is_empty()
    }
}

impl Provider for Tape {
    fn name(&self) -> String {
        match self.replies.first().map(|r| r.model.as_str()) {
            Some(model) if !model.is_empty() && model != "recorded" => format!("tape of {model}"),
            _ => "tape".to_owned(),
        }
    }

    fn recorded(&self) -> bool {
        true
    }

    fn hold(&self, held: bool) {
        self.pace.hold(held);
    }

    fn ask(&self, question: Question) -> BoxStream<'static, Delta> {
        let turn = self.order.take();
        let Some(reply) = self.replies.get(turn.index) else {
            let end = End::failed("the tape has ended");
            return stream::iter([Delta::End(end)]).boxed();
        };
        let playing = ReplyPlayback {
            steps: steps(reply, &question.prompt),
            pace: self.pace.clone(),
            owed: 0.0,
            turn,
        };
        stream::unfold(playing, |mut playing| async move {
            Some((playing.next_part().await?, playing))
        })
        .boxed()
    }
}

/// What is left of a reply.
struct ReplyPlayback {
    /// Milliseconds to wait at speed 1, and what comes then.
    steps: VecDeque<(f64, Delta)>,
    pace: PlaybackControl,
    /// Milliseconds that earlier waits were too long (negative) or too short.
    owed: f64,
    turn: ReplayTurn,
}

impl ReplyPlayback {
    async fn next_part(&mut self) -> Option<Delta> {
        let (gap, part) = self.steps.pop_front()?;
        self.owed += gap;
        loop {
            if self.pace.held() {
                tokio::time::sleep(SLICE).await;
                continue;
            }
            let Some(speed) = self.pace.speed() else {
                self.owed = 0.0;
                break;
            };
            if self.owed < 1.0 * speed {
                break;
            }
            let started = tokio::time::Instant::now();
            tokio::time::sleep(Duration::from_secs_f64(
                (self.owed / speed / 1e3).min(SLICE.as_secs_f64()),
            ))
            .await;
            self.owed -= started.elapsed().as_secs_f64() * 1e3 * speed;
        }
        self.turn.played |= matches!(part, Delta::End(_));
        Some(part)
    }
}

fn steps(reply: &Recorded, prompt: &str) -> VecDeque<(f64, Delta)> {
    let mut steps = VecDeque::new();
    let timed = usable_chunks(reply);
    let first = timed
        .as_ref()
        .and_then(|c| c.first())
        .map_or(350.0, |c| c.0 as f64);
    if reply.reasoning.is_empty() {
        steps.push_back((
            if timed.is_some() { 0.0 } else { first },
            Delta::Reasoning(String::new()),
        ));
    } else {
        let words: Vec<_> = words(&reply.reasoning).collect();
        // Reasoning has no recorded times: it came before the first word of the answer.
        let scale = timed
            .is_some()
            .then(|| first / words.iter().map(|w| w.1).sum::<f64>().max(1.0));
        steps.extend(words.into_iter().map(|(word, gap)| {
            (
                gap * scale.unwrap_or(1.0),
                Delta::Reasoning(word.to_owned()),
            )
        }));
    }
    let mut splitter = Splitter::default();
    let pieces: Vec<(f64, &str)> = match timed {
        Some(chunks) => {
            let (mut at, mut from) = (
                if reply.reasoning.is_empty() {
                    0
                } else {
                    first as u64
                },
                0,
            );
            chunks
                .into_iter()
                .map(|(ms, to)| {
                    let piece = (ms.saturating_sub(at) as f64, &reply.text[from..to]);
                    (at, from) = (ms.max(at), to);
                    piece
                })
                .collect()
        }
        None => words(&reply.text).map(|(word, gap)| (gap, word)).collect(),
    };
    for (gap, piece) in pieces {
        let mut gap = gap;
        for part in splitter.push(piece) {
            steps.push_back((std::mem::take(&mut gap), part));
        }
        if gap > 0.0 {
            steps.push_back((gap, Delta::Text(String::new())));
        }
    }
    steps.extend(splitter.finish().into_iter().map(|part| (0.0, part)));
    let usage = Usage {
        prompt_tokens: estimate_tokens(prompt.len()),
        reply_tokens: estimate_tokens(reply.text.len() + reply.reasoning.len()),
        counted: false,
        cost: None,
    };
    steps.push_back((0.0, Delta::End(End::done(reply.finish, usage))));
    merge_silence(steps)
}

/// Waits without text are added to the next step, so that there are no empty deltas.
fn merge_silence(steps: VecDeque<(f64, Delta)>) -> VecDeque<(f64, Delta)> {
    let mut silence = 0.0;
    let mut merged = VecDeque::with_capacity(steps.len());
    for (gap, part) in steps {
        match &part {
            Delta::Text(t) | Delta::Reasoning(t) if t.is_empty() => silence += gap,
            _ => merged.push_back((gap + std::mem::take(&mut silence), part)),
        }
    }
    merged
}

/// The recorded times, if they fit the text: the file may have been edited.
fn usable_chunks(reply: &Recorded) -> Option<Vec<(u64, usize)>> {
    let mut chunks = reply.chunks.clone();
    let last = chunks.last()?;
    if last.1 < reply.text.len() {
        chunks.push((last.0, reply.text.len()));
    }
    let rising = chunks.windows(2).all(|w| w[0].1 <= w[1].1);
    let fitting = chunks.iter().all(|c| reply.text.is_char_boundary(c.1));
    (rising && fitting).then_some(chunks)
}

/// Words with the white space before them, and how long each takes at the natural pace, in milliseconds.
fn words(text: &str) -> impl Iterator<Item = (&str, f64)> {
    let mut rest = text;
    let mut count = 0u64;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let blank = rest.len() - rest.trim_start().len();
        let end = rest[blank..]
            .find(char::is_whitespace)
            .map_or(rest.len(), |i| blank + i);
        let (word, after) = rest.split_at(end);
        rest = after;
        count += 1;
        // A slight, repeatable variation, so that it does not look mechanical.
        let uneven = 0.7 + 0.6 * ((count.wrapping_mul(2_654_435_761) >> 7) % 1000) as f64 / 1000.0;
        Some((
            word,
            (word.trim().len() as f64 / 4.0).ceil().max(1.0) / NATURAL_PACE * 1e3 * uneven,
        ))
    })
}

enum TapeLine {
    Reply(Recorded),
    /// A reply with its round and its number in it, if the event is one.
    Event(Option<((u64, u64), Recorded)>),
}

fn read_line(line: &str) -> Result<TapeLine, String> {
    let value: serde_json::Value =
        serde_json::from_str(line).map_err(|e| format!("not JSON: {e}"))?;
    match value.get("event").and_then(|e| e.as_str()) {
        Some("reply_ended") => {
            let number = |name: &str| value.get(name).and_then(serde_json::Value::as_u64);
            let place = (
                number("round").unwrap_or_default(),
                number("candidate").unwrap_or_default(),
            );
            let reply: Recorded = serde_json::from_value(value).map_err(|e| e.to_string())?;
            // A failed or cancelled reply does not count.
            let whole = !matches!(reply.finish, Finish::Failed | Finish::Stopped);
            Ok(TapeLine::Event(whole.then_some((place, reply))))
        }
        Some(_) => Ok(TapeLine::Event(None)),
        // The first line of a journal.
        None if value.get("reheat_journal").is_some() => Ok(TapeLine::Event(None)),
        None => Ok(TapeLine::Reply(
            serde_json::from_value(value).map_err(|e| format!("not a reply: {e}"))?,
        )),
    }
}

fn reply_number(file: &Path) -> Option<u64> {
    file.file_stem()?.to_str()?.parse().ok()
}

impl std::fmt::Display for Tape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} replies)", self.name, self.replies.len())
    }
}

#[cfg(test)]
mod tests;
