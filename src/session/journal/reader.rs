//! Reads a journal line by line, however long it is or its lines are: what does not fit into bounds is said, never kept.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::{FILE, JournalError, MAJOR};
use crate::base::units::Bytes;
use crate::session::event::EventRecord;

/// Longest line that is read, in bytes. Large texts stand beside the journal, so that only the traces of a version on thousands of
/// cases come near it.
const LONGEST: usize = 64 << 20;
/// Most values that a line may hold: each takes many times its length in memory.
const MOST_VALUES: usize = 8_000_000;
/// Longest text beside the journal that is read, in bytes.
const LONGEST_TEXT: u64 = 256 << 20;
/// Largest journal that is read, and most that its texts may come to, in bytes.
const MOST: u64 = 512 << 20;

/// What a journal holds.
#[derive(Debug, Default)]
pub struct JournalContents {
    /// All events that this program knows.
    pub events: Vec<EventRecord>,
    /// How many events it skipped because it does not know them.
    pub skipped: usize,
    /// Bytes of a last line that a crash cut short.
    pub cut: u64,
    /// Lines (from 1) that were set aside because they cannot be read, and why.
    pub holes: Vec<(usize, String)>,
}

/// What the reader of a journal wants of the texts beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Texts {
    /// Every text in its place.
    Whole,
    /// Nothing in their places; but each is looked at, so that a damaged one is a hole.
    Checked,
}

/// Reads the journal in a session's folder.
///
/// # Errors
/// When it cannot be read, is no journal, is of a newer major version, holds an unknown event that says it is critical, or is so
/// large that memory would not hold it.
pub fn read(folder: &Path) -> Result<JournalContents, JournalError> {
    let mut events = Vec::new();
    let read = each(folder, Texts::Whole, |event| events.push(event))?;
    Ok(JournalContents { events, ..read })
}

/// As [`read`], but every event is handed over as soon as it is read, and none is kept.
///
/// # Errors
/// As [`read`]; what was handed over before is then all that there is.
pub(crate) fn each(
    folder: &Path,
    texts: Texts,
    mut take: impl FnMut(EventRecord),
) -> Result<JournalContents, JournalError> {
    let path = folder.join(FILE);
    let bad = |line: usize, why: String| JournalError::Bad {
        path: path.clone(),
        line,
        why,
    };
    let mut lines = Lines::open(folder).map_err(JournalError::io("read", &path))?;
    let mut texts = Fetched::new(folder, texts);
    let mut read = JournalContents::default();
    for number in 1.. {
        let line = lines.next().map_err(JournalError::io("read", &path))?;
        if number == 1 {
            let head = match line {
                Some(Line::Whole(line) | Line::Cut(line, _)) => line,
                Some(Line::TooLong) => &[],
                None => {
                    let why = "the file is empty; it is not a journal of reheat";
                    return Err(bad(1, why.into()));
                }
            };
            check_head(head).map_err(|why| bad(1, why))?;
            continue;
        }
        let parsed = match line {
            None => break,
            Some(Line::Cut(_, bytes)) => {
                read.cut = bytes;
                break;
            }
            Some(Line::TooLong) => Parsed::Hole(format!(
                "it is longer than {}, the most that is read of a line",
                Bytes(LONGEST as u64)
            )),
            Some(Line::Whole(line)) => parse(line, &mut texts),
        };
        match parsed {
            Parsed::Event(event) => take(*event),
            Parsed::Unknown => read.skipped += 1,
            Parsed::Hole(why) => read.holes.push((number, why)),
            Parsed::Critical(why) => {
                let why = format!("an event that this reheat does not know ({why}); update reheat");
                return Err(bad(number, why));
            }
        }
        if texts.bytes > MOST {
            let why = format!(
                "the texts up to here are more than {}, the most that is read",
                Bytes(MOST)
            );
            return Err(bad(number, why));
        }
    }
    Ok(read)
}

/// Whether the first line is one that this program can read on after.
///
/// # Errors
/// Why it is not.
pub(crate) fn check_head(line: &[u8]) -> Result<(), String> {
    let head: Value = serde_json::from_slice(line).map_err(|e| format!("not JSON ({e})"))?;
    match head.get("reheat_journal").and_then(Value::as_u64) {
        Some(v) if v <= MAJOR => Ok(()),
        Some(v) => Err(format!(
            "written by a newer reheat (format {v}, this one reads {MAJOR}); update reheat"
        )),
        None => Err("not a journal of reheat".into()),
    }
}

/// What a line turned out to be.
enum Parsed {
    Event(Box<EventRecord>),
    /// An event of a newer program, which may be skipped.
    Unknown,
    /// One that says that it must not be skipped.
    Critical(String),
    /// One that was written whole once, and cannot be read any more.
    Hole(String),
}

fn parse(line: &[u8], texts: &mut Fetched<'_>) -> Parsed {
    let marks = |b: &&u8| matches!(b, b',' | b':' | b'[' | b'{');
    if line.len() > MOST_VALUES && line.iter().filter(marks).count() > MOST_VALUES {
        return Parsed::Hole(format!("it holds more than {MOST_VALUES} values"));
    }
    // Most lines have no text beside the journal, and are read without a tree of their values in between.
    let parsed = if contains(line, b"\"$text\"") {
        let tree = serde_json::from_slice(line).map_err(|e| format!("not JSON ({e})"));
        let fetched = tree.and_then(|mut tree| texts.put_back(&mut tree).map(|()| tree));
        match fetched {
            Ok(tree) => serde_json::from_value(tree),
            Err(why) => return Parsed::Hole(why),
        }
    } else {
        serde_json::from_slice(line)
    };
    let error = match parsed {
        Ok(event) => return Parsed::Event(Box::new(event)),
        Err(error) => error,
    };
    if !error.is_data() {
        return Parsed::Hole(format!("not JSON ({error})"));
    }
    #[derive(Deserialize)]
    struct Weight {
        #[serde(default)]
        critical: bool,
    }
    let why = error.to_string();
    match serde_json::from_slice::<Weight>(line) {
        Ok(Weight { critical: true }) => Parsed::Critical(why),
        // A word that is not known yet; anything else was written whole once.
        _ if why.starts_with("unknown variant") => Parsed::Unknown,
        _ => Parsed::Hole(why),
    }
}

fn contains(line: &[u8], word: &[u8]) -> bool {
    let first = word.first().copied().unwrap_or_default();
    let mut rest = line;
    while let Some(at) = rest.iter().position(|b| *b == first) {
        rest = &rest[at..];
        if rest.starts_with(word) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// One line of a journal, without a copy of it.
pub(crate) enum Line<'a> {
    /// With its end.
    Whole(&'a [u8]),
    /// The last one where it has no end: a crash cut it short. The start of it, and how many bytes there are.
    Cut(&'a [u8], u64),
    /// One that is longer than what is read.
    TooLong,
}

/// The lines of a journal, one at a time.
pub(crate) struct Lines {
    reader: BufReader<File>,
    buffer: Vec<u8>,
}

impl Lines {
    /// The lines of the journal in this folder.
    ///
    /// # Errors
    /// What the system said; that it is no regular file; that it is too large.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let file = open_to_read(&folder.join(FILE))?;
        let length = file.metadata()?.len();
        if length > MOST {
            return Err(io::Error::other(format!(
                "it has {}, and of no journal more than {} are read",
                Bytes(length),
                Bytes(MOST)
            )));
        }
        Ok(Self {
            reader: BufReader::new(file),
            buffer: Vec::new(),
        })
    }

    /// The next line, if there is one.
    ///
    /// # Errors
    /// What the system said.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let mut start = (&mut self.reader).take(LONGEST as u64);
        if start.read_until(b'\n', &mut self.buffer)? == 0 {
            return Ok(None);
        }
        let line = &self.buffer;
        if line.last() == Some(&b'\n') {
            return Ok(Some(Line::Whole(line)));
        }
        let mut more = 0;
        if line.len() == LONGEST {
            loop {
                let part = self.reader.fill_buf()?;
                let end = part.iter().position(|b| *b == b'\n');
                let (length, over) = (end.map_or(part.len(), |at| at + 1), part.is_empty());
                self.reader.consume(length);
                if end.is_some() {
                    return Ok(Some(Line::TooLong));
                }
                if over {
                    break;
                }
                more += length as u64;
            }
        }
        Ok(Some(Line::Cut(line, line.len() as u64 + more)))
    }
}

/// The texts beside a journal, as its lines ask for them.
struct Fetched<'a> {
    folder: &'a Path,
    texts: Texts,
    /// Bytes that were put in the places of names.
    bytes: u64,
    /// Names of those that were looked at and found good.
    good: HashSet<String>,
}

impl<'a> Fetched<'a> {
    fn new(folder: &'a Path, texts: Texts) -> Self {
        Self {
            folder,
            texts,
            bytes: 0,
            good: HashSet::new(),
        }
    }

    /// Puts the texts back that were set apart.
    fn put_back(&mut self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::Object(fields) => {
                if fields.len() == 1
                    && let Some(Value::String(name)) = fields.get("$text")
                {
                    *value = Value::String(self.text(name)?);
                    return Ok(());
                }
                fields.values_mut().try_for_each(|v| self.put_back(v))
            }
            Value::Array(items) => items.iter_mut().try_for_each(|v| self.put_back(v)),
            _ => Ok(()),
        }
    }

    fn text(&mut self, name: &str) -> Result<String, String> {
        let path = text_path(self.folder, name)
            .ok_or_else(|| format!("`{name}` is not the name of a text"))?;
        let broken = |e: io::Error| format!("the text {name} beside it cannot be read: {e}");
        if self.texts == Texts::Checked {
            if !self.good.contains(name) {
                check(&path, name).map_err(broken)?;
                self.good.insert(name.to_owned());
            }
            return Ok(String::new());
        }
        let text = kept_text(&path, name).map_err(broken)?;
        self.bytes += text.len() as u64;
        Ok(text)
    }
}

/// Where the text of this name is kept in a session's folder; `None` where it is no name of a text.
pub(crate) fn text_path(folder: &Path, name: &str) -> Option<PathBuf> {
    is_text_name(name).then(|| folder.join(super::TEXTS).join(name))
}

/// Whether this is the name of a text: 64 hexadecimal digits.
pub(crate) fn is_text_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Opens a file that cannot keep its reader waiting: no pipe, no device.
pub(super) fn open_regular(options: &OpenOptions, path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() {
        options.open(path)
    } else {
        Err(io::Error::other("it is no regular file"))
    }
}

/// Opens a journal, or a text beside it, to be read.
///
/// # Errors
/// What the system said, or that it is no regular file.
pub(crate) fn open_to_read(path: &Path) -> io::Result<File> {
    open_regular(OpenOptions::new().read(true), path)
}

/// The text of this name, if it still is what its name says.
fn kept_text(path: &Path, name: &str) -> io::Result<String> {
    let mut text = String::new();
    open_to_read(path)?
        .take(LONGEST_TEXT)
        .read_to_string(&mut text)?;
    is_it(blake3::hash(text.as_bytes()), name).map(|()| text)
}

/// Whether the text of this name still is what its name says, without keeping it.
fn check(path: &Path, name: &str) -> io::Result<()> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(open_to_read(path)?.take(LONGEST_TEXT))?;
    is_it(hasher.finalize(), name)
}

fn is_it(hash: blake3::Hash, name: &str) -> io::Result<()> {
    if hash.to_hex().as_str() == name {
        Ok(())
    } else {
        Err(io::Error::other("it is not what it was when it was kept"))
    }
}
