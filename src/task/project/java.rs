//! A Maven or Gradle project: the archives they have fetched, and the class path of what is built already.

use std::path::{Path, PathBuf};

use super::additions::LanguageAdditions;
use super::files::text_of;
use super::guest::GUEST_DEPS;
use super::host_environment::HostEnvironment;
use super::root::ProjectLocation;
use super::view::ProjectView;

/// Folders of classes and resources, as Maven, Gradle and people lay them out.
const CLASSES: [&str; 8] = [
    "target/classes",
    "build/classes/java/main",
    "build/classes/kotlin/main",
    "build/resources/main",
    "out/production",
    "bin",
    "classes",
    "src/main/resources",
];

/// Folders of archives.
const ARCHIVES: [&str; 3] = ["lib", "libs", "target/dependency"];

/// Most archives of a class path.
const MOST_ARCHIVES: usize = 500;

pub(super) fn inspect(
    place: &ProjectLocation,
    machine: &HostEnvironment,
    view: &mut ProjectView,
    found: &mut LanguageAdditions,
) {
    if place.root.is_none() {
        return;
    }
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in place.upward() {
        paths.extend(
            CLASSES
                .iter()
                .map(|c| folder.join(c))
                .filter(|p| p.is_dir()),
        );
        for archives in ARCHIVES {
            paths.extend(archives_in(&folder.join(archives)));
        }
    }
    maven(place, machine, view, found, &mut paths);
    gradle(place, machine, view, found);
    let built = paths.iter().any(|p| p.is_dir());
    let guests: Vec<String> = paths.iter().filter_map(|p| view.guest(p)).collect();
    if guests.is_empty() || !built {
        view.note("no compiled classes of the project were found (target/classes, build/classes): build it once, so that the file finds the project's other classes");
    }
    if !guests.is_empty() {
        found.set("CLASSPATH", guests.join(":"));
    }
}

fn archives_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut archives: Vec<PathBuf> = entries
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "jar"))
        .take(MOST_ARCHIVES)
        .collect();
    archives.sort();
    archives
}

fn maven(
    place: &ProjectLocation,
    machine: &HostEnvironment,
    view: &mut ProjectView,
    found: &mut LanguageAdditions,
    paths: &mut Vec<PathBuf>,
) {
    let Some(pom) = place.upward().find_map(|f| text_of(&f.join("pom.xml"))) else {
        return;
    };
    let Some(store) = machine.in_home(".m2/repository") else {
        view.note("Maven has nothing on this machine yet: builds have no network, so run `mvn dependency:go-offline` first (--prepare \"mvn dependency:go-offline\")");
        return;
    };
    let guest = format!("{GUEST_DEPS}/maven");
    view.show(&store, &guest);
    found.set("MAVEN_OPTS", format!("-Dmaven.repo.local={guest}"));
    found.set("MAVEN_ARGS", "--offline");
    for [group, artifact, version] in dependencies(&pom) {
        let folder = store
            .join(group.replace('.', "/"))
            .join(&artifact)
            .join(&version);
        let archive = folder.join(format!("{artifact}-{version}.jar"));
        if archive.is_file() {
            paths.push(archive);
        } else {
            view.note(format!(
                "{group}:{artifact}:{version} is not in Maven's folder: run `mvn dependency:go-offline` first"
            ));
        }
    }
}

/// Group, artifact and version of what a `pom.xml` names itself; what these need in turn is not known here.
fn dependencies(pom: &str) -> Vec<[String; 3]> {
    let inner = |text: &str, tag: &str| {
        let (_, rest) = text.split_once(&format!("<{tag}>"))?;
        let (value, _) = rest.split_once(&format!("</{tag}>"))?;
        Some(value.trim().to_owned())
    };
    let mut found = Vec::new();
    for block in pom.split("<dependency>").skip(1) {
        let block = block.split("</dependency>").next().unwrap_or_default();
        let parts = ["groupId", "artifactId", "version"].map(|tag| {
            let value = inner(block, tag)?;
            match value.strip_prefix("${").and_then(|v| v.strip_suffix('}')) {
                Some(name) => inner(pom, name),
                None => Some(value),
            }
        });
        if let [Some(group), Some(artifact), Some(version)] = parts {
            let plain = |t: &String| !t.contains(['/', '$', '<']) && !t.contains("..");
            if [&group, &artifact, &version].iter().all(|t| plain(t)) {
                found.push([group, artifact, version]);
            }
        }
    }
    found
}

fn gradle(
    place: &ProjectLocation,
    machine: &HostEnvironment,
    view: &mut ProjectView,
    found: &mut LanguageAdditions,
) {
    let built = |f: &Path| f.join("build.gradle").is_file() || f.join("build.gradle.kts").is_file();
    if !place.upward().any(built) {
        return;
    }
    let home = machine
        .folder("GRADLE_USER_HOME")
        .or_else(|| machine.in_home(".gradle"));
    let modules = home.map(|h| h.join("caches/modules-2"));
    match modules.filter(|m| m.is_dir()) {
        Some(modules) => {
            // Gradle's own variable for a cache that is read-only.
            let guest = format!("{GUEST_DEPS}/gradle");
            view.show(&modules, &format!("{guest}/modules-2"));
            found.set("GRADLE_RO_DEP_CACHE", guest);
            view.note("builds have no network: call Gradle with --offline");
        }
        None => view.note("Gradle has nothing on this machine yet: builds have no network, so run `gradle build` once first (--prepare \"gradle dependencies\")"),
    }
}
