//! A three-way merge: the file as it was, as it is now, and with the version.

use similar::{MergeRegion, MergeResolution, TextMerge};

/// A place where file and version changed the same lines, each in its own way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// First line of it in the file as it is now, from 1.
    pub line: usize,
    /// What was there when the session began.
    pub base: String,
    /// What the file has there now.
    pub file: String,
    /// What the version has there.
    pub version: String,
}

/// The merged text, or all conflicts. No text ever contains conflict markers.
pub(super) fn three_way(base: &str, file: &str, version: &str) -> Result<String, Vec<Conflict>> {
    let merge = TextMerge::from_lines(base, file, version);
    let mut text = String::new();
    let mut conflicts = Vec::new();
    let base_of =
        |r: &MergeRegion| -> String { r.base_range().filter_map(|i| merge.base_line(i)).collect() };
    let file_of =
        |r: &MergeRegion| -> String { r.ours_range().filter_map(|i| merge.ours_line(i)).collect() };
    let version_of = |r: &MergeRegion| -> String {
        r.theirs_range()
            .filter_map(|i| merge.theirs_line(i))
            .collect()
    };
    let mut before = MergeResolution::Unchanged;
    for region in merge.regions() {
        let now = region.resolution();
        // Adjacent changes are a conflict as well: they may belong together.
        let touch = matches!(
            (before, now),
            (MergeResolution::Ours, MergeResolution::Theirs)
                | (MergeResolution::Theirs, MergeResolution::Ours)
        );
        match now {
            _ if touch || region.is_conflict() => conflicts.push(Conflict {
                line: region.ours_range().start + 1,
                base: base_of(region),
                file: file_of(region),
                version: version_of(region),
            }),
            MergeResolution::Theirs => text.push_str(&version_of(region)),
            _ => text.push_str(&file_of(region)),
        }
        before = now;
    }
    if conflicts.is_empty() {
        Ok(text)
    } else {
        Err(conflicts)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn apart_they_merge_on_one_line_or_side_by_side_they_do_not() {
        let base = "a\nb\nc\nd\ne\n";
        let ours = "A\nb\nc\nd\ne\n";
        assert_eq!(
            three_way(base, ours, "a\nb\nc\nD\ne\n").unwrap(),
            "A\nb\nc\nD\ne\n"
        );
        let [one] = &three_way(base, ours, "other\nb\nc\nd\ne\n").unwrap_err()[..] else {
            unreachable!()
        };
        assert_eq!(
            (one.line, &*one.base, &*one.file, &*one.version),
            (1, "a\n", "A\n", "other\n")
        );
        assert!(three_way(base, ours, "a\nB\nc\nd\ne\n").is_err());
        // The same change on both sides is no conflict.
        assert_eq!(three_way(base, ours, ours).unwrap(), ours);
    }
}
