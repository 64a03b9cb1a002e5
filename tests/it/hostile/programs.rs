//! The programs in `tests/hostile/`: what each is, how it is started, and what its first lines say must come of it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use reheat::sandbox::{Mount, toolchain};

/// One program with what must come of it.
pub(crate) struct Hostile {
    /// The name of its file, which starts with its number in the list.
    pub name: String,
    /// How it is started inside.
    pub argv: Vec<String>,
    /// Itself, and what it needs besides.
    pub mounts: Vec<Mount>,
    /// What its compiler needs in the environment, if it is one that is under test.
    pub environment: Vec<(String, String)>,
    /// Where the file that goes with it is inside; empty without one.
    pub with: String,
    /// What its first lines say.
    pub wants: HashMap<String, String>,
    /// Why it cannot be started here.
    pub lacks: Option<String>,
}

impl Hostile {
    /// What the first lines say about `key`.
    pub(crate) fn want(&self, key: &str) -> Option<&str> {
        self.wants.get(key).map(String::as_str)
    }
}

/// Reads the programs of the folder and compiles those that need it.
pub(crate) fn collect(folder: &Path, built: &Path, only: &str) -> Vec<Hostile> {
    let mut programs: Vec<Hostile> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_file())
        .filter(|entry| entry.file_name().to_string_lossy().contains(only))
        .filter_map(|entry| read(&entry.path(), built))
        .collect();
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!programs.is_empty() || !only.is_empty());
    programs
}

fn read(path: &Path, built: &Path) -> Option<Hostile> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).unwrap();
    let wants: HashMap<String, String> = text
        .lines()
        .filter_map(|l| l.strip_prefix("#: ").or_else(|| l.strip_prefix("//: ")))
        .map(|l| l.split_once(' ').unwrap_or((l, "")))
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .collect();
    if wants
        .get("machine")
        .is_some_and(|m| m != std::env::consts::ARCH)
    {
        println!("{name} is for {} only", wants["machine"]);
        return None;
    }
    let mut hostile = Hostile {
        name: name.trim_end_matches(".py").to_owned(),
        argv: Vec::new(),
        mounts: Vec::new(),
        environment: Vec::new(),
        with: String::new(),
        lacks: None,
        wants,
    };
    if let Err(why) = make_ready(&mut hostile, path, &name, built) {
        hostile.lacks = Some(why);
    }
    Some(hostile)
}

/// Finds or makes everything that the program consists of. The error says what is not to be had here.
fn make_ready(hostile: &mut Hostile, path: &Path, name: &str, built: &Path) -> Result<(), String> {
    let compiled = path.extension().is_some_and(|e| e == "c") && hostile.want("argv").is_none();
    let host = if compiled {
        compile(path, &built.join(&hostile.name), &["-pthread"])?
    } else {
        path.to_owned()
    };
    let guest = format!("/prog/{}", if compiled { &hostile.name } else { name });
    hostile.mounts.push(Mount {
        host,
        guest: guest.clone(),
    });
    if let Some(with) = hostile.want("with").map(str::to_owned) {
        let file = path.parent().unwrap().join("with").join(&with);
        let host = if with.ends_with(".c") {
            compile(&file, &built.join(&with), &["-shared", "-fPIC"])?
        } else {
            file
        };
        hostile.with = format!("/prog/with-{with}");
        hostile.mounts.push(Mount {
            host,
            guest: hostile.with.clone(),
        });
    }
    hostile.argv = match hostile.want("argv").map(str::to_owned) {
        Some(argv) => {
            let mut words = argv.split(' ');
            let tool = toolchain::find(words.next().unwrap()).map_err(|e| e.to_string())?;
            hostile.mounts.extend(tool.mounts);
            hostile.environment = tool.environment;
            let rest = words.map(|w| w.replace("{file}", &guest).replace("{with}", &hostile.with));
            std::iter::once(tool.program).chain(rest).collect()
        }
        None if compiled => vec![guest],
        None => vec!["/usr/bin/python3".to_owned(), guest],
    };
    Ok(())
}

fn compile(source: &Path, to: &Path, flags: &[&str]) -> Result<PathBuf, String> {
    let compiled = Command::new("gcc")
        .args(["-O0", "-w"])
        .args(flags)
        .arg("-o")
        .args([to, source])
        .status();
    if compiled.is_ok_and(|s| s.success()) {
        Ok(to.to_owned())
    } else {
        Err("gcc is not there, or does not compile it".to_owned())
    }
}
