#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::ffi::OsString;
use std::os::unix::fs::symlink;

use super::guest::join;
use super::*;

/// A made-up home with projects in it.
pub(super) struct Fixture {
    folder: tempfile::TempDir,
    pub machine: HostEnvironment,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let real = std::fs::canonicalize(folder.path()).unwrap();
        let home = real.join("home/ada");
        std::fs::create_dir_all(&home).unwrap();
        let machine = HostEnvironment {
            common: vec![real.join("home"), real.clone()],
            home: Some(home),
            ..HostEnvironment::default()
        };
        Self { folder, machine }
    }

    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        let root = std::fs::canonicalize(self.folder.path()).unwrap();
        root.join("home/ada").join(inside)
    }

    pub(crate) fn write(&self, inside: &str, text: &str) -> PathBuf {
        let path = self.path(inside);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn set(&mut self, name: &str, value: &Path) {
        let value = OsString::from(value);
        self.machine.variables.insert(name.into(), value);
    }

    pub(crate) fn find(&self, inside: &str, language: &str) -> Project {
        let language = Language {
            id: language.to_owned(),
            ..Language::default()
        };
        Project::find_around(&self.path(inside), &language, &self.machine)
    }
}

fn guests(project: &Project) -> Vec<&str> {
    let mut all: Vec<&str> = project.shown.iter().map(|s| s.guest.as_str()).collect();
    all.sort_unstable();
    all
}

fn variable<'a>(project: &'a Project, name: &str) -> Option<&'a str> {
    let mut all = project.environment.iter();
    all.find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

#[test]
fn a_folder_without_secrets_is_shown_as_a_whole_and_one_with_them_by_its_parts() {
    let ground = Fixture::new();
    ground.write("app/pyproject.toml", "");
    ground.write("app/src/geo.py", "");
    let project = ground.find("app/src/geo.py", "python");
    assert_eq!(project.root, Some(ground.path("app")));
    assert_eq!(guests(&project), ["/project"]);

    ground.write("app/.git/config", "");
    ground.write("app/data/points.csv", "");
    ground.write("app/deep/.env", "KEY=1");
    ground.write("app/deep/.env.example", "KEY=");
    ground.write("app/deep/cert.pem", "-----BEGIN CERTIFICATE-----");
    ground.write("app/deep/own.pem", "-----BEGIN PRIVATE KEY-----");
    ground.write("app/deep/er/note.txt", "");
    let project = ground.find("app/src/geo.py", "python");
    assert_eq!(
        guests(&project),
        [
            "/project/data",
            "/project/deep/.env.example",
            "/project/deep/cert.pem",
            "/project/deep/er",
            "/project/pyproject.toml",
            "/project/src",
        ]
    );
    assert_eq!(
        project
            .guest_path(&ground.path("app/src/geo.py"))
            .as_deref(),
        Some("/project/src/geo.py")
    );
    assert_eq!(
        project.guest_path(&ground.path("app/deep")).as_deref(),
        Some("/project/deep")
    );
    assert_eq!(project.guest_path(&ground.path("app/.git")), None);
}

#[test]
fn a_root_is_a_repository_or_the_nearest_package_and_never_a_home() {
    let ground = Fixture::new();
    ground.write(".git/config", "");
    ground.write("package.json", "");
    ground.write("notes/geo.py", "");
    assert_eq!(ground.find("notes/geo.py", "python").root, None);
    ground.write("notes/sub/setup.py", "");
    ground.write("notes/sub/pkg/geo.py", "");
    let project = ground.find("notes/sub/pkg/geo.py", "python");
    assert_eq!(project.root, Some(ground.path("notes/sub")));

    ground.write("ws/Cargo.toml", "[workspace]\nmembers = [\"a\"]\n");
    ground.write("ws/a/Cargo.toml", "");
    ground.write("ws/a/src/lib.rs", "");
    let project = ground.find("ws/a/src/lib.rs", "rust");
    assert_eq!(project.root, Some(ground.path("ws")));
}

#[test]
fn a_file_in_a_home_is_shown_alone_and_one_in_a_folder_with_what_lies_beside_it() {
    let ground = Fixture::new();
    ground.write("geo.py", "");
    ground.write("diary.txt", "");
    let project = ground.find("geo.py", "python");
    assert_eq!(project.root, None);
    assert_eq!(guests(&project), ["/project/geo.py"]);
    assert!(project.notes[0].contains("alone"), "{:?}", project.notes);

    ground.write("play/geo.py", "");
    ground.write("play/other.py", "");
    let project = ground.find("play/geo.py", "python");
    assert_eq!(
        (project.root.clone(), guests(&project)),
        (None, vec!["/project"])
    );
    assert_eq!(project.notes, Vec::<String>::new());
}

#[test]
fn links_out_of_a_project_are_said_and_shown_once_they_may_be_read() {
    let ground = Fixture::new();
    ground.write("app/setup.py", "");
    ground.write("app/geo.py", "");
    let data = ground.write("store/big/points.csv", "");
    let data = data.parent().unwrap();
    symlink(data, ground.path("app/data")).unwrap();
    symlink("geo.py", ground.path("app/again.py")).unwrap();
    symlink("nowhere", ground.path("app/gone")).unwrap();
    let mut project = ground.find("app/geo.py", "python");
    let line = format!("[sandbox] read = [\"{}\"]", data.display());
    assert!(
        project.notes.iter().any(|n| n.contains(&line)),
        "{:?}",
        project.notes
    );
    assert_eq!(
        guests(&project),
        ["/project/again.py", "/project/geo.py", "/project/setup.py"]
    );
    project.also_read(&[ground.path("elsewhere")]);
    assert!(!guests(&project).contains(&"/project/data"));
    project.also_read(&[ground.path("store")]);
    assert!(guests(&project).contains(&"/project/data"));
}

#[test]
fn sockets_and_pipes_are_left_out() {
    let ground = Fixture::new();
    ground.write("app/setup.py", "");
    ground.write("app/geo.py", "");
    let _socket = std::os::unix::net::UnixListener::bind(ground.path("app/daemon")).unwrap();
    let project = ground.find("app/geo.py", "python");
    assert_eq!(guests(&project), ["/project/geo.py", "/project/setup.py"]);
}

/// Lays out what `python -m venv` makes, as far as it is looked at.
fn environment(ground: &Fixture, inside: &str) -> PathBuf {
    ground.write(&format!("{inside}/pyvenv.cfg"), "home = /usr/bin\n");
    ground.write(&format!("{inside}/lib/python3.12/site-packages/x.py"), "");
    ground.write(&format!("{inside}/bin/python"), "#!/bin/sh\n")
}

#[test]
fn the_project_s_own_environment_goes_before_the_active_one() {
    let mut ground = Fixture::new();
    ground.write("app/pyproject.toml", "");
    ground.write("app/geo.py", "");
    let active = environment(&ground, "envs/other");
    ground.set("VIRTUAL_ENV", &ground.path("envs/other"));
    let project = ground.find("app/geo.py", "python");
    assert_eq!(project.tool.as_deref(), active.to_str());
    let own = environment(&ground, "app/.venv");
    let project = ground.find("app/geo.py", "python");
    assert_eq!(project.tool.as_deref(), own.to_str());
    assert!(project.notes[0].contains("not used"), "{:?}", project.notes);
    // The environment itself is no part of what is shown of the project.
    assert_eq!(
        guests(&project),
        ["/project/geo.py", "/project/pyproject.toml"]
    );
}

#[test]
fn environments_that_tools_keep_elsewhere_are_found() {
    let ground = Fixture::new();
    ground.write("app/pyproject.toml", "[tool.poetry]\nname = \"My App\"\n");
    ground.write("app/geo.py", "");
    let kept = environment(
        &ground,
        ".cache/pypoetry/virtualenvs/my_app-Ab1-_x9z-py3.12",
    );
    environment(
        &ground,
        ".cache/pypoetry/virtualenvs/my_app-two-Ab1-_x9z-py3.12",
    );
    let project = ground.find("app/geo.py", "python");
    assert_eq!(project.tool.as_deref(), kept.to_str());

    ground.write("web/Pipfile", "");
    ground.write("web/geo.py", "");
    let kept = environment(&ground, ".local/share/virtualenvs/web-Ab1-_x9z");
    let project = ground.find("web/geo.py", "python");
    assert_eq!(project.tool.as_deref(), kept.to_str());

    ground.write("old/setup.py", "");
    ground.write("old/.python-version", "3.9\n");
    let kept = ground.write(".pyenv/versions/3.9.18/bin/python", "");
    ground.write(".pyenv/versions/3.9.2/bin/python", "");
    ground.write(".pyenv/versions/3.90.1/bin/python", "");
    ground.write("old/geo.py", "");
    let project = ground.find("old/geo.py", "python");
    assert_eq!(project.tool.as_deref(), kept.to_str());
    ground.write("old/.python-version", "3.8\n");
    let project = ground.find("old/geo.py", "python");
    assert!(project.tool.is_none() && project.notes[0].contains("Python 3.8"));
}

#[test]
fn packages_installed_for_editing_are_on_the_path_wherever_they_lie() {
    let ground = Fixture::new();
    ground.write("app/pyproject.toml", "");
    ground.write("app/src/pkg/__init__.py", "");
    ground.write("app/src/pkg/geo.py", "from . import other\n");
    environment(&ground, "app/.venv");
    ground.write("lib/one/tool.py", "");
    ground.write("lib/two/pack/__init__.py", "");
    ground.write("lib/two/diary.txt", "");
    let packages = "app/.venv/lib/python3.12/site-packages";
    let lines = format!(
        "{}\n{}\nimport x\n",
        ground.path("app/src").display(),
        ground.path("lib/one").display()
    );
    ground.write(&format!("{packages}/easy.pth"), &lines);
    let mapping = format!(
        "MAPPING: dict[str, str] = {{'pack': '{}'}}\n",
        ground.path("lib/two/pack").display()
    );
    ground.write(&format!("{packages}/__editable___two_finder.py"), &mapping);
    let project = ground.find("app/src/pkg/geo.py", "python");
    assert_eq!(
        variable(&project, "PYTHONPATH"),
        Some("/project/src:/deps/python/one:/deps/python/pack")
    );
    assert_eq!(
        guests(&project),
        [
            "/deps/python/one",
            "/deps/python/pack/pack",
            "/project/pyproject.toml",
            "/project/src"
        ]
    );
    let home = ground.path("");
    for (name, value) in &project.environment {
        assert!(!value.contains(home.to_str().unwrap()), "{name}={value}");
    }
}

#[test]
fn a_python_file_has_the_name_that_import_knows() {
    let ground = Fixture::new();
    let root = ground.path("app");
    let at = |inside: &str| {
        let (folder, mut names) = module::path_and_names(&root.join(inside), &root);
        names.retain(|n| n != "__init__");
        let below = join(GUEST_ROOT, folder.strip_prefix(&root).unwrap()).unwrap();
        (names.join("."), below)
    };
    let is = |name: &str, folder: &str| (name.to_owned(), folder.to_owned());
    ground.write("app/script.py", "import helper\n");
    assert_eq!(at("script.py"), is("script", "/project"));
    ground.write("app/tools/run-me.py", "");
    assert_eq!(at("tools/run-me.py"), is("run-me", "/project/tools"));
    ground.write("app/pkg/__init__.py", "");
    ground.write("app/pkg/sub/__init__.py", "");
    ground.write("app/pkg/sub/geo.py", "");
    assert_eq!(at("pkg/sub/geo.py"), is("pkg.sub.geo", "/project"));
    assert_eq!(at("pkg/sub/__init__.py"), is("pkg.sub", "/project"));
    ground.write("app/pkg/__main__.py", "");
    assert_eq!(at("pkg/__main__.py"), is("pkg.__main__", "/project"));
    // Without __init__.py: what the file imports tells a package from scripts beside each other.
    ground.write("app/space/deep/mod.py", "from .other import x\n");
    assert_eq!(at("space/deep/mod.py"), is("space.deep.mod", "/project"));
    ground.write("app/space/named.py", "import os, space.deep.mod as m\n");
    assert_eq!(at("space/named.py"), is("space.named", "/project"));
    ground.write("app/loose/mod.py", "import sibling\n");
    ground.write("app/loose/sibling.py", "");
    assert_eq!(at("loose/mod.py"), is("mod", "/project/loose"));
    // The usual src layout, with and without.
    ground.write("app/src/lib/__init__.py", "");
    ground.write("app/src/lib/geo.py", "");
    assert_eq!(at("src/lib/geo.py"), is("lib.geo", "/project/src"));
    ground.write("app/src/google/cloud/geo.py", "");
    assert_eq!(
        at("src/google/cloud/geo.py"),
        is("google.cloud.geo", "/project/src")
    );
    ground.write("app/src/single.py", "");
    assert_eq!(at("src/single.py"), is("single", "/project/src"));
}

#[test]
fn linked_node_packages_are_shown_where_node_looks_last() {
    let ground = Fixture::new();
    ground.write("web/package.json", "{\"dependencies\": {\"left\": \"1\"}}");
    ground.write("web/src/a.js", "");
    let project = ground.find("web/src/a.js", "javascript");
    assert!(
        project.notes[0].contains("npm install"),
        "{:?}",
        project.notes
    );
    ground.write("web/node_modules/left/index.js", "");
    ground.write(
        "web/node_modules/left/.env",
        "no secret: anybody can fetch it",
    );
    ground.write("elsewhere/right/index.js", "");
    ground.write("elsewhere/right/.npmrc", "_authToken=key");
    std::fs::create_dir_all(ground.path("web/node_modules/@us")).unwrap();
    symlink(
        ground.path("elsewhere/right"),
        ground.path("web/node_modules/@us/right"),
    )
    .unwrap();
    let project = ground.find("web/src/a.js", "javascript");
    assert_eq!(
        guests(&project),
        ["/node_modules/@us/right/index.js", "/project"]
    );
    assert_eq!(project.notes, Vec::<String>::new());
}

#[test]
fn the_node_that_a_project_asks_for_is_the_newest_that_fits() {
    let ground = Fixture::new();
    ground.write("web/package.json", "");
    ground.write("web/a.js", "");
    ground.write("web/.nvmrc", "v18\n");
    for version in ["v18.2.0", "v18.19.1", "v20.1.0", "v180.1.0"] {
        ground.write(&format!(".nvm/versions/node/{version}/bin/node"), "");
    }
    let project = ground.find("web/a.js", "javascript");
    let best = ground.path(".nvm/versions/node/v18.19.1/bin/node");
    assert_eq!(project.tool.as_deref(), best.to_str());
}

#[test]
fn crates_are_shown_without_the_keys_beside_them() {
    let ground = Fixture::new();
    ground.write(
        "ws/Cargo.toml",
        "[package]\nname = \"x\"\n[dependencies]\ny = { path = \"../y\" }\n",
    );
    ground.write("ws/src/lib.rs", "");
    ground.write("ws/target/.rustc_info.json", "{}");
    ground.write("y/Cargo.toml", "");
    ground.write(".cargo/registry/src/index/itoa-1.0.0/lib.rs", "");
    ground.write(".cargo/registry/CACHEDIR.TAG", "");
    ground.write(".cargo/credentials.toml", "token");
    ground.write(".cargo/config.toml", "[build]\njobs = 1\n");
    let project = ground.find("ws/src/lib.rs", "rust");
    assert_eq!(
        guests(&project),
        [
            "/deps/cargo/config.toml",
            "/deps/cargo/registry/src",
            "/project/Cargo.toml",
            "/project/src",
            "/y",
        ]
    );
    assert_eq!(variable(&project, "CARGO_HOME"), Some("/deps/cargo"));
    ground.write(
        ".cargo/config.toml",
        "[registries.own]\ntoken = \"s3cret\"\n",
    );
    let project = ground.find("ws/src/lib.rs", "rust");
    assert!(!guests(&project).contains(&"/deps/cargo/config.toml"));
    assert!(project.notes[0].contains("key"), "{:?}", project.notes);
    // A file without a package needs nothing of it.
    ground.write("play/a.rs", "");
    assert_eq!(guests(&ground.find("play/a.rs", "rust")), ["/project"]);
}

#[test]
fn modules_of_go_and_classes_of_java_are_found() {
    let ground = Fixture::new();
    ground.write(
        "g/go.mod",
        "module x\nrequire y v1.0.0\nreplace z => ../z\n",
    );
    ground.write("g/main.go", "");
    ground.write("z/go.mod", "");
    let project = ground.find("g/main.go", "go");
    assert!(
        project.notes[0].contains("go mod download"),
        "{:?}",
        project.notes
    );
    ground.write("go/pkg/mod/y@v1.0.0/y.go", "");
    let project = ground.find("g/main.go", "go");
    assert_eq!(guests(&project), ["/deps/go/mod", "/project", "/z"]);
    assert_eq!(variable(&project, "GOPROXY"), Some("off"));

    let pom = "<project><properties><v>1.2</v></properties><dependency><groupId>org.a</groupId>\
               <artifactId>b</artifactId><version>${v}</version></dependency></project>";
    ground.write("j/pom.xml", pom);
    ground.write("j/src/main/java/A.java", "");
    ground.write("j/target/classes/B.class", "");
    ground.write("j/lib/c.jar", "");
    ground.write(".m2/repository/org/a/b/1.2/b-1.2.jar", "");
    ground.write(".m2/settings.xml", "password");
    let project = ground.find("j/src/main/java/A.java", "java");
    assert_eq!(guests(&project), ["/deps/maven", "/project"]);
    assert_eq!(
        variable(&project, "CLASSPATH"),
        Some("/project/target/classes:/project/lib/c.jar:/deps/maven/org/a/b/1.2/b-1.2.jar")
    );
}

#[test]
fn headers_are_found_in_the_usual_places_and_where_a_build_says() {
    let ground = Fixture::new();
    ground.write("c/Makefile", "");
    ground.write("c/src/a.c", "");
    ground.write("c/include/a.h", "");
    ground.write("c/other/b.h", "");
    let commands = format!(
        "[{{\"directory\": \"{}\", \"file\": \"src/a.c\", \"command\": \"cc -Iother -DFAST=1 -c src/a.c\"}}]",
        ground.path("c").display()
    );
    ground.write("c/compile_commands.json", &commands);
    let project = ground.find("c/src/a.c", "c");
    assert_eq!(
        variable(&project, "CPATH"),
        Some("/project/src:/project/other:/project/include:/project")
    );
    assert!(project.notes[0].contains("-DFAST=1"), "{:?}", project.notes);
}

#[test]
fn what_is_missing_is_said_with_what_to_do() {
    let ground = Fixture::new();
    ground.write("app/setup.py", "");
    ground.write("app/geo.py", "");
    ground.write("app/scripts/helper.py", "");
    ground.write("app/points.csv", "");
    let data = ground.write("store/points.csv", "");
    let project = ground.find("app/geo.py", "python");
    let hint = |said: &str| hint_for(said, &project).unwrap_or_default();
    let missing = format!(
        "FileNotFoundError: [Errno 2] No such file or directory: '{}'",
        data.display()
    );
    let read = format!(
        "[sandbox] read = [\"{}\"]",
        data.parent().unwrap().display()
    );
    for (said, expected) in [
        (
            "ModuleNotFoundError: No module named 'numpy.linalg'\n",
            "`numpy.linalg`",
        ),
        (
            "ModuleNotFoundError: No module named 'helper'",
            "env = [\"PYTHONPATH=/project/scripts\"]",
        ),
        (
            "Error: Cannot find module '@us/left/pad'\nRequire stack:",
            "`@us/left`",
        ),
        (
            "error: no matching package named `itoa` found\nas a reminder, you're using offline mode",
            "cargo fetch",
        ),
        (
            "main.go:4:2: cannot find module providing package a.b/c: module lookup disabled by GOPROXY=off",
            "go mod download",
        ),
        ("A.java:3: error: package org.a does not exist", "`org.a`"),
        (
            "a.c:1:10: fatal error: zed.h: No such file or directory",
            "CPATH=",
        ),
        (
            "ImportError: libzed.so.1: cannot open shared object file: No such file or directory",
            "`libzed.so.1`",
        ),
        ("sh: 1: hyper: not found", "`hyper`"),
        ("make: hyper: No such file or directory", "`hyper`"),
        ("npm error code ENOTCACHED", "npm ci"),
        (
            "error: failed to get `itoa` as a dependency\nyou may want to retry without the offline flag",
            "cargo fetch",
        ),
        ("bash: line 1: hyper: command not found", "`hyper`"),
        (
            "  File \"<frozen os>\", line 679, in __getitem__\nKeyError: 'DATABASE_URL'",
            "env = [\"DATABASE_URL\"]",
        ),
        (&missing, &read),
        (
            "FileNotFoundError: [Errno 2] No such file or directory: 'points.csv'",
            "/project/points.csv",
        ),
        (
            "socket.gaierror: [Errno -3] Temporary failure in name resolution",
            "no network",
        ),
    ] {
        assert!(hint(said).contains(expected), "{said}: {}", hint(said));
    }
    for said in [
        "",
        "KeyError: 'x'",
        "Segmentation fault",
        "No module named '",
        "\u{fffd}: not found",
        "key x: not found",
        "x.py: No such file or directory",
    ] {
        assert_eq!(hint_for(said, &project), None, "{said}");
    }
}

#[test]
fn the_root_is_the_repository_or_the_nearest_project_for_copies_as_for_the_view() {
    let folder = tempfile::tempdir().unwrap();
    let top = std::fs::canonicalize(folder.path()).unwrap();
    let file = top.join("deep/down/file.py");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "x").unwrap();
    assert_eq!(root_of(&file), top.join("deep/down"));
    for marker in ["deno.json", "requirements.txt", "pyproject.toml"] {
        std::fs::write(top.join("deep").join(marker), "").unwrap();
        assert_eq!(root_of(&file), top.join("deep"));
        let language = crate::task::Languages::load(None)
            .unwrap()
            .get("python")
            .unwrap();
        assert_eq!(Project::find(&file, &language).root, Some(top.join("deep")));
        std::fs::remove_file(top.join("deep").join(marker)).unwrap();
    }
    std::fs::create_dir(top.join(".git")).unwrap();
    assert_eq!(root_of(&file), top);
    assert!(is_everybodys(Path::new("/")) && is_everybodys(&std::env::temp_dir()));
    assert!(!is_everybodys(&top));
}
