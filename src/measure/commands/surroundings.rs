//! What a shell command finds around it: the tools that the user's own shell would find, caches that stay, no network.

use std::path::{Path, PathBuf};

use super::tree_copy::{GUEST_HOME, TreeCopy};
use crate::sandbox::Mount;
use crate::sandbox::toolchain;
use crate::task::Task;
use crate::task::project::{GUEST_ROOT, secret};
use crate::task::tree::WorkTree;

/// Tools that a project's commands call, by themselves or through others. Those that a system installs for all are there
/// anyway; the others are looked for on the user's path and shown at neutral places.
const TOOLS: [&str; 16] = [
    "cargo", "rustc", "go", "node", "python3", "python", "ruby", "java", "javac", "mvn", "gradle",
    "cmake", "ninja", "make", "deno", "bun",
];

/// The search path behind everything that is found.
const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What keeps build tools from asking the network and from drawing, and where they may keep things.
const ALWAYS: [(&str, &str); 13] = [
    ("HOME", GUEST_HOME),
    ("CARGO_NET_OFFLINE", "true"),
    ("CARGO_TERM_COLOR", "never"),
    ("GOCACHE", "/cache/go-build"),
    ("GOPATH", "/cache/go"),
    ("GOPROXY", "off"),
    ("GOTOOLCHAIN", "local"),
    ("npm_config_offline", "true"),
    ("npm_config_update_notifier", "false"),
    ("PIP_NO_INDEX", "1"),
    ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
    ("NO_COLOR", "1"),
    ("TERM", "dumb"),
];

/// Names by which small scripts of ours find the project's interpreter, and the project.
const TOOL: &str = "REHEAT_TOOL";
const PROJECT: &str = "REHEAT_PROJECT";

/// The surroundings of all commands of a task.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    /// What is shown, read-only.
    pub mounts: Vec<Mount>,
    /// What of it is private, and not shown.
    pub hidden: Vec<PathBuf>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// Links and small files of the home: path, and what a link says or a file holds.
    home: Vec<(PathBuf, HomeEntry)>,
    /// Guest paths are real: there are mounts. Elsewhere they are rewritten in arguments and in the environment only.
    mounted: bool,
}

#[derive(Clone, Debug)]
enum HomeEntry {
    Link(String),
    Script(String),
}

impl Surroundings {
    /// Looks for everything that the commands of a task may call.
    pub(super) fn find(task: &Task, tree: &WorkTree, mounted: bool) -> Self {
        let mut found = Self {
            mounted,
            ..Self::default()
        };
        let mut path = vec![format!("{GUEST_HOME}/bin")];
        let mut rest: Vec<(String, String)> = Vec::new();
        let own = task
            .project
            .tool
            .as_deref()
            .and_then(|t| toolchain::find(t).ok());
        if let (Some(tool), Some(asked)) = (&own, &task.project.tool) {
            let asked = Path::new(asked);
            found.name_tool(asked);
            found.scripts_of(asked, &tree.root);
            rest.push((TOOL.to_owned(), tool.program.clone()));
            rest.push((PROJECT.to_owned(), GUEST_ROOT.to_owned()));
        }
        let chosen = task.tool.as_deref().and_then(|t| toolchain::find(t).ok());
        let others = TOOLS.iter().filter_map(|name| toolchain::find(name).ok());
        for tool in own.into_iter().chain(chosen).chain(others) {
            for mount in tool.mounts {
                if !found.mounts.iter().any(|m| m.guest == mount.guest) {
                    found.mounts.push(mount);
                }
            }
            for (name, value) in tool.environment {
                if name == "PATH" {
                    path.extend(value.split(':').map(str::to_owned));
                } else if !rest.iter().any(|(n, _)| *n == name) {
                    rest.push((name, value));
                }
            }
        }
        for mount in &found.mounts {
            found.hidden.extend(secret::directly_in(&mount.host));
        }
        found.project(task, tree, &mut path, &mut rest);
        path.extend(SYSTEM_PATH.split(':').map(str::to_owned));
        // What every path has comes last, wherever it was first.
        let system: Vec<&str> = SYSTEM_PATH.split(':').collect();
        let mut whole: Vec<String> = Vec::new();
        for part in path
            .iter()
            .filter(|p| !system.contains(&p.as_str()))
            .cloned()
        {
            if !whole.contains(&part) {
                whole.push(part);
            }
        }
        whole.push(SYSTEM_PATH.to_owned());
        found.environment = ALWAYS
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .chain(rest)
            .chain([("PATH".to_owned(), whole.join(":"))])
            .collect();
        found
    }

    /// What the project brings along, what it has installed, and what the user has shown.
    fn project(
        &mut self,
        task: &Task,
        tree: &WorkTree,
        path: &mut Vec<String>,
        rest: &mut Vec<(String, String)>,
    ) {
        let mut show = |host: PathBuf, guest: String| {
            let host = std::fs::canonicalize(&host).unwrap_or(host);
            if host.exists() && !self.mounts.iter().any(|m| m.guest == guest) {
                self.mounts.push(Mount { host, guest });
            }
        };
        let inside = |relative: &Path| format!("{GUEST_ROOT}/{}", relative.display());
        for folder in &tree.installed {
            show(tree.root.join(folder), inside(folder));
            self.hidden.extend(secret::below(&tree.root.join(folder)));
        }
        self.hidden.extend(secret::in_read(&task.read));
        // What the user names is shown, wherever it lies.
        let named = |hidden: &PathBuf| task.read.iter().any(|r| r == hidden);
        self.hidden.retain(|hidden| !named(hidden));
        for host in &task.read {
            let real = std::fs::canonicalize(host).unwrap_or_else(|_| host.clone());
            match real.strip_prefix(&tree.root) {
                Ok(relative) if relative.as_os_str().is_empty() => {}
                Ok(relative) => show(real.clone(), inside(relative)),
                Err(_) => show(host.clone(), host.to_string_lossy().into_owned()),
            }
        }
        for shown in &task.project.shown {
            // The project's own files are in the copy.
            let own = shown.host.starts_with(&tree.root);
            if !own && shown.guest != GUEST_ROOT {
                show(shown.host.clone(), shown.guest.clone());
            }
        }
        for (name, value) in &task.project.environment {
            match name.as_str() {
                "PATH" => path.extend(value.split(':').map(str::to_owned)),
                // Cargo locks and writes there; what was fetched is linked to.
                "CARGO_HOME" => {
                    let place = PathBuf::from("cargo");
                    for part in ["registry", "git", "config.toml"] {
                        let guest = Path::new(value).join(part);
                        let inside = |m: &&Mount| Path::new(&m.guest).starts_with(&guest);
                        let Some(mount) = self.mounts.iter().find(inside) else {
                            continue;
                        };
                        // As many names up from the mounted folder as the part is above it.
                        let deeper = Path::new(&mount.guest).components().count()
                            - guest.components().count();
                        let host = mount.host.ancestors().nth(deeper);
                        let target = match host {
                            Some(host) if !self.mounted => host.to_path_buf(),
                            _ => guest,
                        };
                        let link = HomeEntry::Link(target.to_string_lossy().into_owned());
                        self.home.push((place.join(part), link));
                    }
                    rest.push((name.clone(), format!("{GUEST_HOME}/cargo")));
                }
                // These must be written to.
                "HOME" | "GOCACHE" => {}
                _ => rest.push((name.clone(), value.clone())),
            }
        }
    }

    /// A tool that the project brings along is found under its usual names.
    fn name_tool(&mut self, asked: &Path) {
        let name = asked.file_name().map(|n| n.to_string_lossy().into_owned());
        let mut names: Vec<String> = name.into_iter().collect();
        if names.iter().any(|n| n.starts_with("python")) {
            names.extend(["python".into(), "python3".into()]);
        }
        names.dedup();
        for name in names {
            // Not a link: an interpreter looks for its libraries beside the name that it was called by.
            let script = format!("#!/bin/sh\nexec \"${TOOL}\" \"$@\"\n");
            self.home
                .push((Path::new("bin").join(name), HomeEntry::Script(script)));
        }
    }

    /// Commands that were installed beside an interpreter name it by its path on this machine; they are found under their
    /// names all the same.
    fn scripts_of(&mut self, asked: &Path, root: &Path) {
        const MOST: usize = 200;
        let Some(folder) = asked.parent().filter(|f| f.starts_with(root)) else {
            return;
        };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries.take(MOST) {
            let path = entry.path();
            let small = std::fs::metadata(&path).is_ok_and(|f| f.is_file() && f.len() < 64 << 10);
            let Some(text) = small.then(|| std::fs::read_to_string(&path).ok()).flatten() else {
                continue;
            };
            let mine = text.lines().next().is_some_and(|first| {
                first.starts_with("#!") && first.contains(&*folder.to_string_lossy())
            });
            let Some((inside, name)) = path
                .strip_prefix(root)
                .ok()
                .zip(path.file_name())
                .filter(|_| mine)
            else {
                continue;
            };
            let script = format!(
                "#!/bin/sh\nexec \"${TOOL}\" \"${PROJECT}\"/{} \"$@\"\n",
                quoted(&inside.display().to_string())
            );
            self.home
                .push((Path::new("bin").join(name), HomeEntry::Script(script)));
        }
    }

    /// Lays the home of a copy out.
    pub(super) fn furnish(&self, copy: &TreeCopy) -> std::io::Result<()> {
        for (path, what) in &self.home {
            match what {
                HomeEntry::Link(target) => copy.link_home(path, target)?,
                HomeEntry::Script(text) => copy.put_home(path, text.as_bytes(), 0o755)?,
            }
        }
        Ok(())
    }
}

/// A text as one word of a shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
