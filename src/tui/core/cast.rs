//! A recording of the screen: asked for by `--record FILE`, in the form that asciinema plays (asciicast v2:
//! <https://docs.asciinema.org/manual/asciicast/v2/>). What is written to the terminal is written to the file too, with its time, and
//! nothing else: no keys that were pressed, and nothing of before or after.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use serde_json::json;

/// A recording: where it goes, and the file once something was shown.
struct Cast {
    path: PathBuf,
    open: Option<(File, Instant)>,
    size: (u16, u16),
    trouble: Option<String>,
}

static CAST: OnceLock<Mutex<Cast>> = OnceLock::new();

/// Records the screen from its first frame on.
///
/// # Errors
/// A sentence: there is something at this place already, or there can be nothing.
pub fn open(file: &Path) -> Result<(), String> {
    let refused = |why: &str| Err(format!("cannot record to {}: {why}", file.display()));
    if file.symlink_metadata().is_ok() {
        return refused("there is something of that name; name another file");
    }
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty());
    if !folder.unwrap_or(Path::new(".")).is_dir() {
        return refused("there is no such folder");
    }
    let cast = Cast {
        path: file.to_owned(),
        open: None,
        size: (0, 0),
        trouble: None,
    };
    let _ = CAST.set(Mutex::new(cast));
    Ok(())
}

/// Takes down what was written to a terminal of this size.
pub(super) fn output(bytes: &[u8], size: (u16, u16)) {
    let Some(cast) = CAST.get() else { return };
    let mut cast = cast.lock().unwrap_or_else(PoisonError::into_inner);
    if cast.trouble.is_none()
        && let Err(why) = cast.take_down(bytes, size)
    {
        cast.trouble = Some(format!(
            "the recording {} ends here: {why}",
            cast.path.display()
        ));
        cast.open = None;
    }
}

/// Why the recording has ended before its time, if it has; said once.
pub(crate) fn trouble() -> Option<String> {
    let mut cast = CAST.get()?.lock().unwrap_or_else(PoisonError::into_inner);
    // An empty word stays: nothing is recorded any more.
    let told = cast.trouble.as_mut().filter(|words| !words.is_empty())?;
    Some(std::mem::take(told))
}

impl Cast {
    fn take_down(&mut self, bytes: &[u8], size: (u16, u16)) -> io::Result<()> {
        let (mut file, began) = match self.open.take() {
            Some(open) => open,
            None => {
                let mut file =
                    (OpenOptions::new().write(true).create_new(true)).open(&self.path)?;
                let header = json!({
                    "version": 2,
                    "width": size.0,
                    "height": size.1,
                    "timestamp": jiff::Timestamp::now().as_second(),
                    "title": "reheat",
                });
                writeln!(file, "{header}")?;
                self.size = size;
                (file, Instant::now())
            }
        };
        let at = began.elapsed().as_micros() as f64 / 1e6;
        if self.size != size {
            self.size = size;
            writeln!(
                file,
                "{}",
                json!([at, "r", format!("{}x{}", size.0, size.1)])
            )?;
        }
        // A line is written in one piece, so that a recording that is cut off can be played up to there.
        let line = json!([at, "o", String::from_utf8_lossy(bytes)]);
        file.write_all(format!("{line}\n").as_bytes())?;
        self.open = Some((file, began));
        Ok(())
    }
}
