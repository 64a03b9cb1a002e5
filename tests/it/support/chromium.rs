//! A real browser without a window, and what it makes of a page.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The browser, if there is one; else the test says so, or fails where nothing may be skipped.
pub(crate) fn chromium() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find_map(|name| {
            let mut places = std::env::split_paths(&folders).map(|folder| folder.join(name));
            places.find(|place| place.is_file())
        });
    if found.is_none() {
        let skip = std::env::var_os("REHEAT_TESTS_NO_SKIP");
        assert!(skip.is_none(), "chromium is missing");
        println!("skipped: needs chromium");
    }
    found
}

/// What a page has become once it is loaded, and what was said on the console.
pub(crate) struct Seen {
    pub(crate) dom: String,
    pub(crate) console: Vec<String>,
}

/// Opens a page. `folder` is for the browser itself.
pub(crate) fn open(chromium: &Path, folder: &Path, page: &Path, more: &[&str]) -> Seen {
    let mut profile = std::ffi::OsString::from("--user-data-dir=");
    profile.push(folder.join("profile"));
    let mut url = std::ffi::OsString::from("file://");
    url.push(page);
    let output = Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .args(["--disable-dev-shm-usage", "--allow-file-access-from-files"])
        .args(["--enable-logging=stderr", "--dump-dom"])
        .args(more)
        .arg(profile)
        .arg(url)
        .env("HOME", folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    Seen {
        dom: String::from_utf8_lossy(&output.stdout).into_owned(),
        console: said
            .lines()
            .filter(|l| l.contains("CONSOLE"))
            .map(str::to_owned)
            .collect(),
    }
}
