#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

#[test]
fn a_tool_never_drags_a_home_along() {
    let home = std::env::var("HOME").unwrap_or_else(|_| "/root".into());
    let at = |p: &str| prefix_of(&Path::new(&home).join(p));
    assert_eq!(at("bin/tool").1, None);
    assert_eq!(at(".local/bin/tool").1, None);
    assert_eq!(at("x/tool").1, None);
    let (prefix, inside) = at(".nvm/versions/node/v20/bin/node");
    assert_eq!(prefix, Path::new(&home).join(".nvm/versions/node/v20"));
    assert_eq!(inside, Some("bin/node".into()));
}

#[test]
fn neutral_places_say_what_they_are() {
    assert_eq!(
        neutral(
            Path::new("/home/ada/.pyenv/versions/3.11.7"),
            Path::new("/home/ada/.pyenv/versions/3.11.7/bin/python3.11")
        ),
        "/opt/python3.11-3.11.7"
    );
    assert_eq!(
        neutral(
            Path::new("/h/toolchains/stable-x"),
            Path::new("/h/toolchains/stable-x/bin/rustc")
        ),
        "/opt/stable-x"
    );
}

/// A file that can be run.
fn script(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    // Written by another process: a file that any thread of this one still has open for writing cannot be run.
    let written = Command::new("sh")
        .args([
            "-c",
            "printf '%s\\n' '#!/bin/sh' \"$1\" > \"$0\" && chmod 755 \"$0\"",
        ])
        .arg(path)
        .arg(text)
        .status();
    assert!(written.unwrap().success());
}

#[test]
fn shims_of_version_managers_lead_to_the_tool_itself() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().canonicalize().unwrap();
    let at = |p: &str| home.join(p);
    script(&at("sdk/go1.22.1/bin/go"), "exit 0");
    script(&at("java/21.0.1-tem/bin/java"), "exit 0");
    script(&at("java/21.0.1-tem/bin/javac"), "exit 0");
    script(&at("toolchains/stable-x/bin/rustc"), "exit 0");
    script(&at("rubies/3.3.1/bin/ruby"), "exit 0");
    for folder in ["3.3.0/x86_64-linux", "site_ruby/3.3.0/x86_64-linux"] {
        std::fs::create_dir_all(at("rubies/3.3.1/lib/ruby").join(folder)).unwrap();
    }
    std::fs::write(at("rubies/3.3.1/lib/libruby.so.3.3"), "").unwrap();
    let go = format!("echo {}", at("sdk/go1.22.1").display());
    let java = format!(
        "echo 'Property settings:' >&2; echo '    java.home = {}' >&2; echo 'javac 21'",
        at("java/21.0.1-tem").display()
    );
    let r = at("rubies/3.3.1");
    let r = r.display();
    let ruby = format!(
        "printf '%s\\n' {r}/bin/ruby {r} {r}/lib/ruby/3.3.0 {r}/lib/ruby/3.3.0/x86_64-linux {r}/lib/ruby/site_ruby/3.3.0 {r}/lib/ruby/site_ruby/3.3.0/x86_64-linux"
    );
    let rust = format!("echo {}", at("toolchains/stable-x").display());
    for (name, text, program) in [
        ("go", &go, "/opt/go1.22.1/bin/go"),
        ("go1.22", &go, "/opt/go1.22.1/bin/go"),
        ("javac", &java, "/opt/javac-21.0.1-tem/bin/javac"),
        ("java", &java, "/opt/java-21.0.1-tem/bin/java"),
        ("rustc", &rust, "/opt/stable-x/bin/rustc"),
        ("ruby", &ruby, "/opt/ruby-3.3.1/bin/ruby"),
    ] {
        let shim = at("shims").join(name);
        script(&shim, text);
        let tool = resolve(shim.to_str().unwrap()).unwrap();
        assert_eq!(tool.program, program);
        assert_eq!(tool.mounts.len(), 1);
        assert!(!tool.mounts[0].guest.contains(home.to_str().unwrap()));
        let told: Vec<&str> = tool.environment.iter().map(|(k, _)| k.as_str()).collect();
        if name == "ruby" {
            assert_eq!(told, ["PATH", "RUBYLIB", "LD_LIBRARY_PATH"]);
            assert_eq!(
                tool.environment[1].1,
                "/opt/ruby-3.3.1/lib/ruby/site_ruby/3.3.0:/opt/ruby-3.3.1/lib/ruby/site_ruby/3.3.0/x86_64-linux:/opt/ruby-3.3.1/lib/ruby/3.3.0:/opt/ruby-3.3.1/lib/ruby/3.3.0/x86_64-linux"
            );
        } else {
            assert_eq!(told, ["PATH"]);
        }
    }
    script(&at("shims/javac"), "exit 1");
    let said = resolve(at("shims/javac").to_str().unwrap()).unwrap_err();
    assert!(said.0.contains("does not run"), "{said}");
}

#[test]
fn what_is_missing_is_said() {
    assert!(
        find("no-such-tool-anywhere")
            .unwrap_err()
            .0
            .contains("was not found")
    );
    assert!(find("/etc").is_err());
    assert!(find("").is_err());
}
