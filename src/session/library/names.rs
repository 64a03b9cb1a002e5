//! How a person names a session: by its id, by a beginning or a part of it, or as the last one.

use std::path::Path;

use super::Library;
use super::summary::has_begun;
use crate::base::words::count;

/// The name of the newest session.
const LAST: &str = "last";
/// Ids that are named in an error.
const NAMED: usize = 5;

impl Library {
    /// The id that a person means: a whole id, an unambiguous beginning of one, else an unambiguous part of one; `last`, or
    /// nothing, for the latest that has begun.
    ///
    /// # Errors
    /// A sentence that lists what there is.
    pub fn find(&self, wanted: Option<&str>) -> Result<String, String> {
        let wanted = wanted.filter(|w| *w != LAST);
        let Some(wanted) = wanted else {
            return self.latest();
        };
        let ids = self.names().map_err(|e| self.unreadable(&e))?;
        if ids.iter().any(|id| id == wanted) {
            return Ok(wanted.to_owned());
        }
        let begins: Vec<&String> = ids.iter().filter(|id| id.starts_with(wanted)).collect();
        let hits: Vec<&String> = if wanted.is_empty() {
            // It would be the beginning of all.
            Vec::new()
        } else if begins.is_empty() {
            ids.iter().filter(|id| id.contains(wanted)).collect()
        } else {
            begins
        };
        match hits.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(self.absent(wanted)),
            many => Err(format!(
                "`{wanted}` fits {}: {}; name one by more of its id",
                count(many.len(), "session"),
                listed(many)
            )),
        }
    }

    fn latest(&self) -> Result<String, String> {
        let found = self.found().map_err(|e| self.unreadable(&e))?;
        let begun = found.iter().find(|f| has_begun(&self.folder(&f.id)));
        let latest = begun.or(found.first()).map(|f| f.id.clone());
        latest.ok_or_else(|| {
            format!(
                "there is no session yet in {}; start one with `reheat demo`",
                self.root().display()
            )
        })
    }

    fn absent(&self, wanted: &str) -> String {
        let ids: Vec<String> = self.ids().into_iter().map(|(id, _)| id).collect();
        let there = match ids.len() {
            0 => "there is none".to_owned(),
            _ => format!("the latest are: {}", listed(&ids)),
        };
        format!(
            "no session `{wanted}` in {}; {there}",
            self.root().display()
        )
    }

    /// That the folder of sessions cannot be looked into.
    pub(crate) fn unreadable(&self, why: &std::io::Error) -> String {
        let root: &Path = self.root();
        format!("cannot read the sessions in {}: {why}", root.display())
    }
}

/// The first of several ids.
fn listed(ids: &[impl AsRef<str>]) -> String {
    let some: Vec<&str> = ids.iter().take(NAMED).map(AsRef::as_ref).collect();
    let more = if ids.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", some.join(", "))
}
