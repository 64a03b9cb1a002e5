//! What was worked out for drawing and is kept while it is looked at.

use std::sync::Arc;

use crate::tui::core::diff::Diff;
use crate::tui::core::highlight::Syntaxes;
use crate::tui::core::highlighted::HighlightedText;
use crate::tui::core::reply::Reply;
use crate::tui::core::tab::Tab;
use crate::tui::core::text;
use crate::tui::core::text_id::{TextId, TextPair};
use crate::tui::core::workers::{Job, LruCache};

/// Bytes of coloured and of compared texts that are kept; what was not looked at for longest goes first.
const SHELF_BYTES: usize = 8 << 20;

/// A long text wrapped for the width it is shown in.
#[derive(Default)]
pub struct Page {
    /// Which text of which pane, its bytes, and the width.
    key: Option<((Tab, u32), usize, u16)>,
    /// Its rows.
    pub rows: Vec<String>,
}

impl Page {
    /// Wraps a text for so many cells, unless it is wrapped already.
    pub fn wrap(&mut self, which: (Tab, u32), text: &str, width: u16) {
        let key = Some((which, text.len(), width));
        if self.key != key {
            self.key = key;
            self.rows = text::wrap_all(text, width.into());
        }
    }
}

/// What was worked out for drawing, and what is still to be asked for.
pub struct Caches {
    /// Colours of texts.
    pub painted: LruCache<TextId, HighlightedText>,
    /// Differences between texts.
    pub diffs: LruCache<TextPair, Diff>,
    /// The reply, laid out.
    pub reply: Reply,
    /// The long text on the screen.
    pub page: Page,
    /// Grammars, once loaded.
    pub syntaxes: Option<Arc<Syntaxes>>,
    /// What the workers are to be asked before the next drawing.
    pub jobs: Vec<Job>,
    /// Whether the grammars were asked for.
    pub warming: bool,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            painted: LruCache::new(SHELF_BYTES),
            diffs: LruCache::new(SHELF_BYTES),
            reply: Reply::default(),
            page: Page::default(),
            syntaxes: None,
            jobs: Vec::new(),
            warming: false,
        }
    }
}

impl Caches {
    /// Has a text coloured, unless it is or will be.
    pub fn want_colours(
        &mut self,
        of: TextId,
        text: Arc<str>,
        language: &str,
        ask: &mut dyn FnMut(Job),
    ) {
        if self.painted.want(&of) {
            let language = language.to_owned();
            ask(Job::Paint { of, text, language });
        }
    }

    /// Has two texts compared, unless they are or will be.
    pub fn want_diff(
        &mut self,
        old: (TextId, Arc<str>),
        new: (TextId, Arc<str>),
        ask: &mut dyn FnMut(Job),
    ) {
        if self.diffs.want(&(old.0, new.0)) {
            ask(Job::Compare { old, new });
        }
    }
}
