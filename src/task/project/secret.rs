//! What is never shown to a program that nobody has read: keys, passwords, histories, and ways out of the sandbox.
//!
//! This is the one list that every harness asks: private copies of a work tree (`--check`, `--bench`), the read-only view
//! of a project (`--calls`, `--cases`), the current folder of `reheat run`, and folders that the config file has programs
//! read. Version control makes no difference: a `.env` that was committed is a key all the same. Two things are shown in
//! spite of the list: the file that is being optimised, and a path that `[sandbox] read` names itself.
//!
//! A name decides where it can. Settings that may hold a key or may not (`.npmrc`, `*.pem`, `*.json`) are looked into. A link
//! counts by its own name and then hides what it leads to, so that `.env -> config/live` does not show `config/live`.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::files::text_of;

/// Folders with keys, and histories with all that was ever committed.
const FOLDERS: [&str; 21] = [
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
    ".gcp",
    ".oci",
    ".kube",
    ".docker",
    ".terraform",
    ".direnv",
    ".password-store",
    ".pki",
    ".secrets",
    ".credentials",
    ".vault",
];

/// Files that are left out by their whole name.
const FILES: [&str; 27] = [
    ".git",
    ".netrc",
    "_netrc",
    ".pypirc",
    ".git-credentials",
    ".gitconfig",
    ".pgpass",
    ".my.cnf",
    ".mylogin.cnf",
    ".htpasswd",
    ".vault-token",
    ".vault_pass",
    ".vault_pass.txt",
    ".boto",
    ".s3cfg",
    ".dockercfg",
    ".kubeconfig",
    "kubeconfig",
    "credentials",
    ".credentials",
    "secrets",
    ".secrets",
    "secring.gpg",
    "master.key",
    "adminsdk.json",
    "application_default_credentials.json",
    "auth.json",
];

/// Beginnings of names: keys of SSH with what people put behind them.
const BEGINNINGS: [&str; 5] = [
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "client_secret",
];

/// Endings of files that hold nothing but keys, states with keys in them, or what somebody typed.
const ENDINGS: [&str; 18] = [
    ".p12",
    ".pfx",
    ".p8",
    ".pk8",
    ".jks",
    ".keystore",
    ".bks",
    ".kdb",
    ".kdbx",
    ".ppk",
    ".ovpn",
    ".agekey",
    ".env",
    ".tfstate",
    ".tfstate.backup",
    ".tfvars",
    ".tfvars.json",
    "_history",
];

/// Endings of files that hold a key unless they say that it is a public one, or a certificate.
const KEYS: [&str; 3] = [".pem", ".key", ".priv"];

/// Endings of files that hold a key only if they say so.
const PERHAPS: [&str; 6] = [".asc", ".json", ".crt", ".cer", ".gpg", ".txt"];

/// Endings of files that are data: what is called a secret there is one, and in a program's text it is only a word.
const DATA: [&str; 12] = [
    "json",
    "yaml",
    "yml",
    "toml",
    "ini",
    "txt",
    "properties",
    "conf",
    "cfg",
    "xml",
    "enc",
    "bak",
];

/// Words by which data call themselves secret.
const WORDS: [&str; 8] = [
    "secret",
    "secrets",
    "credential",
    "credentials",
    "serviceaccount",
    "adminsdk",
    "passwd",
    "htpasswd",
];

/// Folders that no run needs to see: what editors and test tools keep for themselves.
const USELESS: [&str; 8] = [
    ".tox",
    ".nox",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".idea",
    ".gradle",
];

/// Settings of tools, by whole name, that are left out if they hold a key.
const SETTINGS: [&str; 17] = [
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".curlrc",
    ".wgetrc",
    ".condarc",
    "pip.conf",
    "pip.ini",
    "uv.toml",
    "poetry.toml",
    "bunfig.toml",
    "gradle.properties",
    "local.properties",
    "nuget.config",
    "settings.xml",
    "settings-security.xml",
    "config",
];

/// Whether a file or folder of a project must not be shown, by its name and, where the name is not enough, by what is in
/// it. Upper and lower case are the same. Folders of environments and of build products are not private, only of no use.
pub(crate) fn is_private(path: &Path, folder: bool) -> bool {
    let Some(name) = path.file_name() else {
        return false;
    };
    let lower = name.to_string_lossy().to_lowercase();
    let within = |folders: &[&str]| {
        let parent = path.parent().and_then(Path::file_name);
        parent.is_some_and(|p| folders.iter().any(|f| p.eq_ignore_ascii_case(f)))
    };
    if folder {
        return FOLDERS.contains(&lower.as_str()) || (lower == "gcloud" && within(&[".config"]));
    }
    if is_example(&lower) {
        return false;
    }
    let (stem, ending) = lower.rsplit_once('.').unwrap_or((&lower, ""));
    let is_data = DATA.contains(&ending) || !lower.contains('.');
    FILES.contains(&lower.as_str())
        || is_environment(&lower)
        || (BEGINNINGS.iter().any(|b| lower.starts_with(b)) && !lower.ends_with(".pub"))
        || ENDINGS.iter().any(|e| lower.ends_with(e))
        || (is_data && calls_itself_secret(stem))
        || (is_data && within(&["secrets"]))
        || (KEYS.iter().any(|e| lower.ends_with(e)) && !is_public(path))
        || ((PERHAPS.iter().any(|e| lower.ends_with(e)) || !has_ending(&lower))
            && says(path, &PRIVATE_KEY, TOP))
        || (SETTINGS.contains(&lower.as_str()) && has_key(path))
        || (matches!(lower.as_str(), "config.toml" | "config")
            && is_of_cargo(path)
            && has_key(path))
}

/// Whether a folder is left out of a view although nothing in it is secret.
pub(super) fn is_useless(name: &std::ffi::OsStr) -> bool {
    USELESS.iter().any(|n| name == *n)
}

/// Whether somewhere on the way from the root down to a path something is private; the path itself is no folder.
pub(crate) fn is_private_below(root: &Path, inside: &Path) -> bool {
    let above = inside.ancestors().skip(1);
    let mut above = above.filter(|f| !f.as_os_str().is_empty());
    above.any(|f| is_private(&root.join(f), true)) || is_private(&root.join(inside), false)
}

/// What a link hides that has a private name itself: the file or folder that it leads to, without links.
pub(crate) fn hidden_by_link(link: &Path) -> Option<PathBuf> {
    let target = std::fs::canonicalize(link).ok()?;
    is_private(link, target.is_dir()).then_some(target)
}

/// Everything private in a folder and below, host paths, sorted: what a program must not find where the whole folder is
/// shown to it. Links are not followed, and packages that anybody can fetch hold no key of anybody's.
pub(crate) fn below(folder: &Path) -> Vec<PathBuf> {
    let top = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let mut found = BTreeSet::new();
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, Ok(kind)) = (entry.path(), entry.file_type()) else {
                continue;
            };
            if kind.is_symlink() {
                found.extend(hidden_by_link(&path));
            } else if is_private(&path, kind.is_dir()) {
                found.insert(path);
            } else if kind.is_dir() && !folder.file_name().is_some_and(is_published) {
                folders.push(path);
            }
        }
    }
    // A link may lead anywhere, also above.
    found.retain(|p| p.starts_with(&top) && *p != top);
    let outer: Vec<PathBuf> = found.iter().cloned().collect();
    found.retain(|p| !outer.iter().any(|o| p != o && p.starts_with(o)));
    found.into_iter().collect()
}

/// What stays hidden in the folders that the config file has programs read: all that is private, but for paths that it
/// names themselves.
pub(crate) fn in_read(read: &[PathBuf]) -> Vec<PathBuf> {
    let real = |p: &PathBuf| std::fs::canonicalize(p).unwrap_or_else(|_| p.clone());
    let read: Vec<PathBuf> = read.iter().map(real).collect();
    let mut found: Vec<PathBuf> = read
        .iter()
        .filter(|r| !is_private(r, true))
        .flat_map(|r| below(r))
        .collect();
    found.retain(|hidden| !read.contains(hidden));
    found
}

/// What is private directly in a folder: for folders of tools, which are large and hold keys only where a project is one.
pub(crate) fn directly_in(folder: &Path) -> Vec<PathBuf> {
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let kind = |e: &std::fs::DirEntry| e.file_type().ok();
    entries
        .filter(|e| kind(e).is_some_and(|t| is_private(&e.path(), t.is_dir())))
        .map(|e| e.path())
        .collect()
}

/// Folders of packages that anybody can fetch: what lies in a folder of theirs is not private, whatever its name.
pub(super) fn is_published(name: &std::ffi::OsStr) -> bool {
    ["node_modules", "site-packages", "__pypackages__"]
        .iter()
        .any(|n| name == *n)
}

/// `.env.example` and its like show which variables there are, not what is in them.
fn is_example(name: &str) -> bool {
    ["example", "sample", "template", "dist", "defaults"]
        .iter()
        .any(|word| {
            name.ends_with(word)
                || name.contains(&format!(".{word}."))
                || name.contains(&format!("-{word}."))
        })
}

/// `.env`, `.env.production`, `.env-local`, `.envrc`, `.env~`; no `.environment`.
fn is_environment(name: &str) -> bool {
    let rest = name.strip_prefix(".env");
    rest.is_some_and(|r| r.starts_with("rc") || !r.starts_with(|c: char| c.is_alphanumeric()))
}

/// `app-secrets`, `service_account.prod`, `credentials`.
fn calls_itself_secret(stem: &str) -> bool {
    let words: Vec<&str> = stem.split(['-', '_', '.', ' ']).collect();
    words.iter().any(|w| WORDS.contains(w)) || words.windows(2).any(|w| w == ["service", "account"])
}

/// Whether a name has an ending; `.name` has none.
fn has_ending(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(stem, ending)| !stem.is_empty() && !ending.is_empty())
}

fn is_of_cargo(path: &Path) -> bool {
    path.parent()
        .and_then(Path::file_name)
        .is_some_and(|n| n == ".cargo" || n == "cargo")
}

/// Whether a file says of itself that what it holds is public.
fn is_public(path: &Path) -> bool {
    let public = ["BEGIN CERTIFICATE", "PUBLIC KEY-----", "PARAMETERS-----"];
    says(path, &public, WHOLE) && !says(path, &["PRIVATE KEY"], WHOLE)
}

/// Whether some line of a tool's settings sets a key or a password, or has one in an address. What is taken from the
/// environment (`${TOKEN}`) is no key.
fn has_key(path: &Path) -> bool {
    let text = text_of(path).unwrap_or_default();
    text.lines().any(|line| {
        let lower = line.to_lowercase();
        let value = |name: &&str| {
            let (_, after) = lower.split_once(*name)?;
            let at = after.find(['=', ':', '>', ' '])?;
            let value = after[at + 1..].trim_matches([' ', '"', '\'', '=', ':', '\t']);
            (!value.is_empty() && !value.starts_with(['$', '%', '<'])).then_some(())
        };
        let in_address = lower.split("://").skip(1).any(begins_with_password);
        let comment = lower.trim_start().starts_with(['#', ';']);
        !comment && (in_address || KEY_NAMES.iter().any(|n| value(n).is_some()))
    })
}

/// What a name holds by which a key or a password is set.
pub(crate) const KEY_NAMES: [&str; 8] = [
    "token",
    "passw",
    "secret",
    "_auth",
    "apikey",
    "api_key",
    "api-key",
    "cleartext",
];

/// Whether what stands behind the `://` of an address begins with a name and a password.
pub(crate) fn begins_with_password(rest: &str) -> bool {
    let host = rest.split(['/', ' ', '"']).next().unwrap_or_default();
    let user = host.split_once('@').map(|(user, _)| user);
    user.is_some_and(|u| u.contains(':') && !u.contains('$'))
}

/// The words of which one stands in every private key that is written as text.
pub(crate) const PRIVATE_KEY: [&str; 2] = ["PRIVATE KEY-----", "PRIVATE KEY BLOCK"];

/// Bytes at the beginning of a file that might hold a key, and of one that does unless it says otherwise: there a private
/// key may follow a chain of certificates.
const TOP: u64 = 16 << 10;
const WHOLE: u64 = 1 << 20;

/// Whether a private key stands in a file of any name.
pub(crate) fn holds_private_key(path: &Path) -> bool {
    says(path, &PRIVATE_KEY, WHOLE)
}

/// Whether one of the words stands among the first bytes of a regular file.
fn says(path: &Path, words: &[&str], most: u64) -> bool {
    let mut bytes = Vec::new();
    let regular = std::fs::metadata(path).is_ok_and(|m| m.is_file());
    let read = regular
        && std::fs::File::open(path).is_ok_and(|f| f.take(most).read_to_end(&mut bytes).is_ok());
    let text = String::from_utf8_lossy(&bytes);
    read && words.iter().any(|word| text.contains(word))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn private(name: &str, text: &str) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        is_private_below(folder.path(), Path::new(name))
    }

    #[test]
    fn what_holds_a_key_is_private_and_what_only_looks_like_it_is_not() {
        for (name, text) in [
            (".env", ""),
            (".ENV.Production", ""),
            (".env-local", ""),
            ("prod.env", ""),
            (".envrc", ""),
            ("credentials.json", ""),
            ("Secrets.YAML", ""),
            ("app-secrets.prod.yml", ""),
            ("service-account.json", ""),
            ("my-service_account-7.json", ""),
            (
                "gcp.json",
                "{\"private_key\": \"-----BEGIN PRIVATE KEY-----\"}",
            ),
            ("server.pem", "-----BEGIN RSA PRIVATE KEY-----"),
            ("server.pem", "whatever"),
            ("server.key", "whatever"),
            ("deploy_key", "-----BEGIN OPENSSH PRIVATE KEY-----"),
            ("id_rsa", ""),
            ("id_ed25519_work", ""),
            ("store.p12", ""),
            (".netrc", ""),
            (".npmrc", "//registry.example/:_authToken=abc"),
            (".npmrc", "registry=https://me:abc@registry.example/"),
            (".cargo/config.toml", "[registry]\ntoken = \"abc\"\n"),
            (
                ".bundle/config",
                "BUNDLE_GEMS__X: me\nBUNDLE_API_TOKEN: \"abc\"",
            ),
            ("settings.xml", "<password>abc</password>"),
            ("pip.conf", "index-url = https://me:abc@pypi.example/simple"),
            (".aws/credentials", ""),
            (".kube/config", ""),
            (".ssh/known_hosts", ""),
            (".SSH/x", ""),
            ("deep/.aws/sso/cache/x.json", ""),
            (".config/gcloud/x.db", ""),
            ("secrets/db_password.txt", ""),
            ("terraform.tfstate", ""),
            ("live.tfvars", ""),
            (".bash_history", ""),
            (".git/config", ""),
        ] {
            assert!(private(name, text), "{name}: {text}");
        }
        for (name, text) in [
            (".env.example", ""),
            ("secrets.example.yaml", ""),
            (".environment", ""),
            ("env/x.py", ""),
            ("secrets.py", ""),
            ("src/secrets/mod.rs", ""),
            ("credentials.rs", ""),
            ("package.json", "{}"),
            ("tokens.json", "{}"),
            ("ca.pem", "-----BEGIN CERTIFICATE-----"),
            ("id_rsa.pub", ""),
            ("public.key", "-----BEGIN PUBLIC KEY-----"),
            (".npmrc", "engine-strict=true\n# token=abc"),
            (".npmrc", "//registry.example/:_authToken=${NPM_TOKEN}"),
            (".cargo/config.toml", "[build]\njobs = 1\n"),
            (
                ".cargo/config.toml",
                "[registry]\nglobal-credential-providers = [\"cargo:token\"]\n",
            ),
            (".yarnrc.yml", "yarnPath: .yarn/releases/yarn.cjs"),
            ("Makefile", "all:"),
            ("keys.py", "-----BEGIN PRIVATE KEY-----"),
            (".github/workflows/ci.yml", ""),
        ] {
            assert!(!private(name, text), "{name}: {text}");
        }
    }

    #[test]
    fn what_is_private_in_a_folder_is_found_once_and_through_links_that_call_it_so() {
        let folder = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(folder.path()).unwrap();
        for name in [
            ".env",
            ".aws/sso/token.json",
            ".aws/credentials",
            "src/main.py",
            "config/live",
            "node_modules/.env",
            "node_modules/p/.env",
        ] {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        std::os::unix::fs::symlink("../config/live", root.join("src/.env")).unwrap();
        std::os::unix::fs::symlink(".env", root.join("innocent")).unwrap();
        std::os::unix::fs::symlink("/", root.join(".ssh")).unwrap();
        let found: Vec<PathBuf> = below(&root);
        let wanted = [".aws", ".env", "config/live", "node_modules/.env"];
        assert_eq!(found, wanted.map(|n| root.join(n)));
    }
}
