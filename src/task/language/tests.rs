#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

#[test]
fn ten_languages_are_compiled_in() {
    let all = Languages::load(None).unwrap();
    assert_eq!(
        all.known(),
        "c, cpp, go, java, javascript, python, ruby, rust, tsx, typescript"
    );
    assert_eq!(all.for_extension("py").unwrap().id, "python");
    assert_eq!(all.for_extension("C").unwrap().id, "c");
    assert_eq!(all.get("C++").unwrap().id, "cpp");
    assert_eq!(all.get("golang").unwrap().id, "go");
    assert_eq!(all.get("ts").unwrap().id, "typescript");
    assert_eq!(all.for_extension("tsx").unwrap().id, "tsx");
    assert!(all.get("cobol").is_none() && all.for_extension("cob").is_none());
}

#[test]
fn a_versions_file_is_called_as_its_language_wants_it() {
    let all = Languages::load(None).unwrap();
    let layout = |id: &str, file: &str, text: &str| {
        let source = Source {
            file_name: file.into(),
            text: text.into(),
        };
        let layout = all.get(id).unwrap().layout(&source);
        (layout.file, layout.main)
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(layout("javascript", "tool.mjs", "").0, "main.mjs");
    assert_eq!(layout("typescript", "tool.cts", "").0, "main.cts");
    assert_eq!(layout("python", "odd.txt", ""), pair("main.py", "main"));
    let solver = "package p;\npublic class Solver { public static void main(String[] a) {} }";
    assert_eq!(
        layout("java", "old.java", solver),
        pair("Solver.java", "p.Solver")
    );
    assert_eq!(
        layout("java", "Old.java", "class A {}"),
        pair("Old.java", "A")
    );
    assert_eq!(
        layout("java", "two words.txt", "void main() {}"),
        pair("Main.java", "Main")
    );
    let long = format!("public class {} {{}}", "A".repeat(300));
    assert_eq!(layout("java", "A.java", &long).0, "Main.java");
}

#[test]
fn a_tool_takes_the_place_of_compiler_or_interpreter() {
    let all = Languages::load(None).unwrap();
    let py = all.get("python").unwrap();
    let places = Placeholders {
        source: "/prog/main.py",
        ..Placeholders::default()
    };
    assert_eq!(
        py.run_argv(Some("python3.12"), &places),
        ["python3.12", "/prog/main.py"]
    );
    assert_eq!(py.compile_argv(None, &places), None);
    let c = all.get("c").unwrap();
    let places = Placeholders {
        source: "/prog/main.c",
        product: "/work/main",
        ..Placeholders::default()
    };
    assert_eq!(c.run_argv(Some("clang"), &places), ["/work/main"]);
    let argv = c.compile_argv(Some("clang"), &places).unwrap();
    assert_eq!(argv.first().unwrap(), "clang");
    assert!(argv.contains(&"/prog/main.c".into()) && argv.contains(&"/work/main".into()));
    assert_eq!((c.program(None), c.program(Some("tcc"))), ("gcc", "tcc"));
}

#[test]
fn the_limit_of_memory_is_told_to_those_who_must_know_it() {
    let argv = ["-Xmx{memory:75%}", "-m={memory}b", "{memory:x}", "{memory"].map(String::from);
    assert_eq!(
        with_memory(&argv, Bytes(1000)),
        ["-Xmx750", "-m=1000b", "{memory:x}", "{memory"]
    );
}

#[test]
fn a_users_file_changes_one_key_or_adds_a_language() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("python.toml"),
        "run = [\"pypy3\", \"{source}\"]\n",
    )
    .unwrap();
    std::fs::write(
        dir.path().join("lua.toml"),
        "extensions = [\".lua\"]\nrun = [\"lua\", \"{source}\"]\n",
    )
    .unwrap();
    std::fs::write(dir.path().join("notes.txt"), "not a language").unwrap();
    let all = Languages::load(Some(dir.path())).unwrap();
    let py = all.get("python").unwrap();
    assert_eq!((py.run[0].as_str(), py.name.as_str()), ("pypy3", "Python"));
    let lua = all.for_extension("lua").unwrap();
    assert_eq!(
        (
            lua.id.as_str(),
            lua.source_file.as_str(),
            lua.version.as_slice()
        ),
        (
            "lua",
            "main.lua",
            &["lua".to_owned(), "--version".to_owned()][..]
        )
    );
    assert!(Languages::load(Some(&dir.path().join("nowhere"))).is_ok());
}

#[test]
fn complaints_name_file_line_and_key() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("nim.toml");
    for (text, wanted) in [
        (
            "extensions = [\"nim\"]\nrunn = [\"x\"]\n",
            "nim.toml:2:1: unknown field `runn`",
        ),
        ("run = 3\n", "nim.toml:1:7: invalid type"),
        ("run = [\"a\"\n", "nim.toml:"),
        ("extensions = [\"nim\"]\n", "`run` is missing"),
        ("run = [\"nim\"]\n", "`extensions` is missing"),
        (
            "extensions = [\"nim\"]\nrun = [\"{product}\"]\n",
            "no [compile]",
        ),
        (
            "extensions = [\"nim\"]\nrun = [\"{sorce}\"]\n",
            "unknown placeholder {sorce}",
        ),
        (
            "extensions = [\"nim\"]\nrun = [\"{memory:101%}\"]\n",
            "unknown placeholder {memory:101%}",
        ),
        (
            "extensions = [\"nim\"]\nrun = [\"{product}\"]\n[compile]\nargv = [\"c\", \"{base}\"]\nproduct = \"m/\"\n",
            "no [compile.base]",
        ),
        (
            "extensions = [\"nim\"]\nrun = [\"{product}\"]\n[compile]\nargv = [\"c\"]\nproduct = \"../m\"\n",
            "`compile.product` must be",
        ),
        (
            "extensions = [\"nim\"]\nnaming = \"mine\"\n",
            "nim.toml:2:10: unknown variant `mine`",
        ),
        (
            "extensions = [\"nim\"]\nrun = [\"{product}\"]\n[compile]\nargv = []\nproduct = \"m\"\n",
            "`compile.argv` is empty",
        ),
        (
            "extensions = [\"nim\"]\nrun = [\"{product}\"]\n[compile]\nargw = []\nproduct = \"m\"\n",
            "nim.toml:4:1: in [compile]: unknown field `argw`",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let said = Languages::load(Some(dir.path())).unwrap_err().to_string();
        assert!(said.contains(wanted), "{said}\nlacks {wanted}");
    }
}
