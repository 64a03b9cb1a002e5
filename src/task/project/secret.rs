//! What is never shown to untrusted programs: keys, passwords, histories, and ways out of the sandbox.

use std::io::Read;
use std::path::Path;

/// Folders that are left out: histories with all that was ever committed, settings with keys, and caches that no run
/// needs.
const FOLDERS: [&str; 22] = [
    ".git",
    ".hg",
    ".svn",
    ".jj",
    ".bzr",
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".gcloud",
    ".kube",
    ".docker",
    ".terraform",
    ".direnv",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".idea",
    ".gradle",
];

/// Files that are left out by their whole name.
const FILES: [&str; 30] = [
    ".git",
    ".env",
    ".envrc",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".gitconfig",
    ".pgpass",
    ".my.cnf",
    ".htpasswd",
    ".vault-token",
    ".boto",
    ".s3cfg",
    ".dockercfg",
    ".bash_history",
    ".zsh_history",
    "credentials",
    "credentials.toml",
    "credentials.json",
    "secrets.toml",
    "secrets.yaml",
    "secrets.yml",
    "secrets.json",
    "terraform.tfstate",
    "id_rsa",
    "id_ed25519",
];

/// Endings of files that hold nothing but keys.
const ENDINGS: [&str; 6] = [".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk"];

/// Endings of files that may hold a key; they are looked into.
const PERHAPS: [&str; 3] = [".pem", ".key", ".asc"];

/// Whether a file or folder of a project must not be shown, by its name and, where the name is not enough, by what it
/// begins with. Folders of environments and of build products are not private, only useless.
pub(crate) fn is_private(path: &Path, folder: bool) -> bool {
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
        return false;
    };
    let lower = name.to_ascii_lowercase();
    if folder {
        return FOLDERS.contains(&lower.as_str());
    }
    let example = ["example", "sample", "template", "dist"]
        .iter()
        .any(|word| lower.ends_with(word));
    FILES.contains(&lower.as_str())
        || (lower.starts_with(".env.") && !example)
        || lower.starts_with("id_rsa")
        || lower.starts_with("id_ecdsa")
        || lower.starts_with("id_ed25519")
        || ENDINGS.iter().any(|e| lower.ends_with(e))
        || (PERHAPS.iter().any(|e| lower.ends_with(e)) && begins_with(path, "PRIVATE KEY"))
        || (lower == "config.toml" && is_of_cargo(path) && has_token(path))
}

fn is_of_cargo(path: &Path) -> bool {
    path.parent()
        .and_then(Path::file_name)
        .is_some_and(|n| n == ".cargo" || n == "cargo")
}

/// Whether some line of Cargo's settings sets a key to a registry.
fn has_token(path: &Path) -> bool {
    let text = super::files::text_of(path).unwrap_or_default();
    text.lines().any(|line| {
        let key = line.split('=').next().unwrap_or_default().trim();
        line.contains('=') && (key.ends_with("token") || key.ends_with("secret-key"))
    })
}

/// Whether the words stand among the first bytes of a regular file.
pub(super) fn begins_with(path: &Path, words: &str) -> bool {
    const MOST: u64 = 64 << 10;
    let mut bytes = Vec::new();
    let regular = std::fs::symlink_metadata(path).is_ok_and(|m| m.is_file());
    let read = regular
        && std::fs::File::open(path).is_ok_and(|f| f.take(MOST).read_to_end(&mut bytes).is_ok());
    read && bytes.windows(words.len()).any(|w| w == words.as_bytes())
}
