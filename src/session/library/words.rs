//! Sessions by the words in their code, prompts, replies, hints and notes.

use std::io::{self, Read};
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::parallel::in_parallel;
use super::{Library, Summary};
use crate::session::journal::{Line, Lines, open_to_read, text_path};

/// Bytes of a text beside a journal that are looked at at once.
const PIECE: usize = 1 << 20;

impl Library {
    /// Those of these sessions in which every one of the words is found somewhere, in upper or lower case. Journals are looked
    /// through line by line; what cannot be read has no words.
    pub(crate) fn with_words(&self, sessions: Vec<Summary>, words: &str) -> Vec<Summary> {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        let has = in_parallel(&sessions, |s| {
            let folder = self.folder(&s.id);
            let mut search = Search::new(&folder, &words);
            search.text(&s.marks.title);
            s.marks.tags.iter().for_each(|tag| search.text(tag));
            search.journal()
        });
        let both = sessions.into_iter().zip(has);
        both.filter_map(|(s, has)| has.then_some(s)).collect()
    }
}

/// What of an event is looked through. Everything else of it is passed over without being kept.
#[derive(Deserialize)]
struct Told {
    /// A version's code.
    source: Option<Code>,
    prompt: Option<Text>,
    /// A reply; a hint or a note of the developer; a note of the loop.
    text: Option<Text>,
    reasoning: Option<Text>,
    /// A hint, as a round had it.
    hint: Option<Text>,
    /// The developer's note on a version.
    note: Option<Text>,
}

#[derive(Deserialize)]
struct Code {
    text: Option<Text>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Here(String),
    Apart {
        #[serde(rename = "$text")]
        name: String,
    },
    /// What a newer program may mean by it.
    Other(IgnoredAny),
}

/// A search in one session, and which words are still to be found.
struct Search<'a> {
    folder: &'a Path,
    left: Vec<&'a str>,
}

impl<'a> Search<'a> {
    fn new(folder: &'a Path, words: &'a [String]) -> Self {
        let left = words.iter().map(String::as_str).collect();
        Self { folder, left }
    }

    /// Whether all that is left is found in the journal or in the texts beside it.
    fn journal(mut self) -> bool {
        let Ok(mut lines) = Lines::open(self.folder) else {
            return self.left.is_empty();
        };
        while !self.left.is_empty()
            && let Ok(Some(line)) = lines.next()
        {
            if let Line::Whole(line) = line
                && let Ok(told) = serde_json::from_slice(line)
            {
                self.event(told);
            }
        }
        self.left.is_empty()
    }

    fn event(&mut self, told: Told) {
        let code = told.source.and_then(|code| code.text);
        let rest = [told.prompt, told.text, told.reasoning, told.hint, told.note];
        for text in [code].into_iter().chain(rest).flatten() {
            match text {
                Text::Here(text) => self.text(&text),
                Text::Apart { name } => {
                    if let Some(path) = text_path(self.folder, &name) {
                        // One that cannot be read has no words.
                        let _ = self.file(&path);
                    }
                }
                Text::Other(_) => {}
            }
        }
    }

    fn text(&mut self, text: &str) {
        if !self.left.is_empty() {
            let text = text.to_lowercase();
            self.left.retain(|word| !text.contains(word));
        }
    }

    /// A text piece by piece, each with the end of the one before: a word may lie across.
    fn file(&mut self, path: &Path) -> io::Result<()> {
        let mut file = open_to_read(path)?;
        let longest = self.left.iter().map(|word| word.len()).max().unwrap_or(0);
        let mut piece = Vec::new();
        while !self.left.is_empty() {
            let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece)?;
            self.text(&String::from_utf8_lossy(&piece));
            if read == 0 {
                break;
            }
            // A letter may be longer in upper case than in lower case.
            let keep = piece.len().min(4 * longest);
            piece.drain(..piece.len() - keep);
        }
        Ok(())
    }
}
