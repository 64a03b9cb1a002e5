//! Compilers are guests: what they may not see, what stops them, and what is said and kept of it.
//! Every build here goes through the real judge and the real sandbox.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use reheat::base::units::Bytes;
use reheat::measure::{Built, Evaluation, Judge, Verdict};
use reheat::sandbox::{CancelToken, Limits, Settings};
use reheat::task::language::{Compile, PrebuiltFolder};
use reheat::task::load::TaskFlags;
use reheat::task::{Language, Languages, LimitOverrides, Source};

/// Says why a test is left out where a compiler or interpreter is missing.
fn missing(language: &str) -> bool {
    let language = known(language);
    let argv = language.version_argv(None);
    let found = Command::new(&argv[0])
        .args(&argv[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    if !found {
        assert!(
            std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
            "needs {}, and nothing may be skipped here",
            argv[0]
        );
        println!("skipped: needs {}", argv[0]);
    }
    !found
}

fn known(id: &str) -> Language {
    (*Languages::load(None).unwrap().get(id).unwrap()).clone()
}

fn judge(cache: Option<&Path>) -> Judge {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        ..Settings::default()
    };
    Judge::open(settings, cache).unwrap()
}

fn source(language: &Language, text: &str) -> Source {
    Source {
        file_name: language.source_file.clone(),
        text: text.into(),
    }
}

fn build_with(judge: &mut Judge, language: &Language, text: &str) -> Built {
    judge
        .build(
            &source(language, text),
            language,
            None,
            &CancelToken::new(),
            &mut |_| {},
        )
        .unwrap()
}

fn build(language: &str, text: &str) -> Built {
    build_with(&mut judge(None), &known(language), text)
}

/// Builds what must be refused; the reason and what the compiler said.
#[track_caller]
fn refused(language: &str, text: &str) -> (String, String) {
    let built = build(language, text);
    let failure = built
        .failure
        .unwrap_or_else(|| panic!("{language} built {text}"));
    (failure.reason, failure.stderr)
}

/// Evaluates a text on one case; `limits` as flags.
fn evaluate(language: &Language, text: &str, expected: &str, limits: LimitOverrides) -> Evaluation {
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir(place.path().join("cases")).unwrap();
    std::fs::write(place.path().join("cases/1.in"), "").unwrap();
    std::fs::write(place.path().join("cases/1.out"), expected).unwrap();
    let file = place.path().join(&language.source_file);
    std::fs::write(&file, text).unwrap();
    let flags = TaskFlags {
        file: Some(file),
        cases: Some(place.path().join("cases")),
        language: Some("python".into()),
        limits,
        ..TaskFlags::default()
    };
    let mut task = flags.load(&Languages::load(None).unwrap()).unwrap();
    task.language = language.clone().into();
    let mut judge = judge(None);
    let built = build_with(&mut judge, language, text);
    let cancel = CancelToken::new();
    judge.evaluate(&built, &task, &cancel, &mut |_| {}).unwrap()
}

#[track_caller]
fn prints(language: &str, text: &str, expected: &str) {
    let found = evaluate(&known(language), text, expected, LimitOverrides::default());
    assert_eq!(found.verdict, Verdict::Accepted, "{:?}", found.failure);
}

/// No sentence and no path of this machine may stand in what a compiler says.
#[track_caller]
fn clean(said: &str) {
    let home = std::env::var("HOME").unwrap_or_else(|_| "/root".into());
    for own in ["/tmp/reheat", "root:x:", "root:*", "reheat-"] {
        assert!(!said.contains(own), "{own} in {said}");
    }
    assert!(home == "/" || !said.contains(&format!("{home}/.")) || said.contains("/root/."));
}

const COMPILED: [(&str, &str, &str); 5] = [
    ("c", "int main(void) { return x; }\n", "/prog/main.c:1"),
    ("cpp", "int main() { return x; }\n", "/prog/main.cpp:1"),
    ("rust", "fn main() { x }\n", "/prog/main.rs:1"),
    (
        "go",
        "package main\n\nfunc main() { x() }\n",
        "/prog/main.go:3",
    ),
    (
        "java",
        "class Main { void f() { x(); } }\n",
        "/prog/Main.java:1",
    ),
];

#[test]
fn what_does_not_compile_is_told_with_the_guests_path_of_the_source() {
    for (language, text, place) in COMPILED {
        if missing(language) {
            continue;
        }
        let (reason, said) = refused(language, text);
        let compiler = known(language).program(None).to_owned();
        assert!(
            reason.starts_with(&format!("{compiler}: exit status ")),
            "{reason}"
        );
        assert!(said.contains(place), "{language}: {said}");
        clean(&said);
    }
}

#[test]
fn a_syntax_error_of_an_interpreted_language_names_its_line() {
    for (language, text, place) in [
        ("python", "def f(:\n    pass\n", "/prog/main.py"),
        ("javascript", "let x = ;\n", "/prog/main.js:1"),
        ("ruby", "def f(\nend end\n", "/prog/main.rb:2"),
    ] {
        if missing(language) {
            continue;
        }
        let found = evaluate(&known(language), text, "", LimitOverrides::default());
        let failure = found.failure.unwrap();
        assert_eq!(found.verdict, Verdict::RuntimeError, "{failure:?}");
        assert_eq!(failure.reason, "exit status 1");
        assert!(failure.stderr.contains(place), "{}", failure.stderr);
        clean(&failure.stderr);
    }
}

#[test]
fn no_compiler_reads_what_is_none_of_its_business() {
    let home = std::env::var("HOME").unwrap_or_else(|_| "/root".into());
    for (language, text) in [
        ("c", "#include \"/etc/shadow\"\nint main(void) { return 0; }\n".to_owned()),
        ("c", "__asm__(\".incbin \\\"/etc/shadow\\\"\");\nint main(void) { return 0; }\n".to_owned()),
        ("c", format!("#include \"{home}/.profile\"\nint main(void) {{ return 0; }}\n")),
        ("cpp", "#include \"/proc/1/environ\"\nint main() {}\n".to_owned()),
        ("rust", "fn main() { print!(\"{}\", include_str!(\"/etc/shadow\")) }\n".to_owned()),
        ("rust", format!("fn main() {{ print!(\"{{}}\", include_str!(\"{home}/.profile\")) }}\n")),
        ("go", "package main\n\nimport _ \"embed\"\n\n//go:embed /etc/shadow\nvar s string\n\nfunc main() { print(s) }\n".to_owned()),
    ] {
        if missing(language) {
            continue;
        }
        let (reason, said) = refused(language, &text);
        assert!(reason.contains("exit status"), "{reason}");
        clean(&said);
    }
    if !missing("c") {
        // Asking is allowed; the answer is no.
        let asks = format!(
            "#include <stdio.h>\n#if __has_include(\"{home}/.profile\") || __has_include(\"/etc/shadow\")\n#define SEEN \"seen\"\n#else\n#define SEEN \"unseen\"\n#endif\nint main(void) {{ puts(SEEN); }}\n"
        );
        prints("c", &asks, "unseen");
    }
    if !missing("rust") {
        let asks =
            "fn main() { println!(\"{} {:?}\", env!(\"HOME\"), option_env!(\"OPENAI_API_KEY\")) }";
        prints("rust", asks, "/work None");
    }
}

#[test]
fn nothing_is_fetched_and_no_code_of_the_source_runs_while_it_is_built() {
    if !missing("go") {
        let (_, said) = refused(
            "go",
            "package main\n\nimport \"example.com/quick/sort\"\n\nfunc main() { sort.Sort() }\n",
        );
        assert!(
            said.contains("example.com/quick/sort") && !said.contains("dial"),
            "{said}"
        );
        // Commands in comments are for `go generate`, which nobody calls; C is off.
        let (_, said) = refused(
            "go",
            "package main\n\n// #include \"/etc/shadow\"\nimport \"C\"\n\nfunc main() { C.f() }\n",
        );
        clean(&said);
    }
    if !missing("java") {
        // A processor that would open a socket while it is compiled is only compiled.
        prints(
            "java",
            "import java.util.*;\nimport javax.annotation.processing.*;\nimport javax.lang.model.element.TypeElement;\n\n@SupportedAnnotationTypes(\"*\")\npublic class Main extends AbstractProcessor {\n    static { System.out.println(\"started\"); }\n    public boolean process(Set<? extends TypeElement> a, RoundEnvironment r) { throw new RuntimeException(\"processed\"); }\n    public static void main(String[] args) { }\n}\n",
            "started",
        );
    }
    if !missing("rust") {
        let (_, said) = refused(
            "rust",
            "extern crate proc_macro;\n#[proc_macro]\npub fn m(_: proc_macro::TokenStream) -> proc_macro::TokenStream { std::process::exit(0) }\nfn main() {}\n",
        );
        assert!(said.contains("proc-macro"), "{said}");
    }
}

/// Sources that keep a compiler busy for as long as it is let.
fn bombs() -> Vec<(&'static str, String)> {
    let macros: String = (1..40)
        .map(|i| format!("#define M{i} M{} M{}\n", i - 1, i - 1))
        .collect();
    // What stands in a finally block is laid out twice.
    let nested = (0..28).fold("n++;".to_owned(), |inner, _| {
        format!("try {{ n++; }} finally {{ {inner} }}")
    });
    vec![
        ("c", format!("#define M0 x+\n{macros}int x; int main(void) {{ return M39 x; }}\n")),
        (
            "cpp",
            "template<int N, int M> struct A { static constexpr int v = A<N - 1, 2 * M>::v + A<N - 1, 2 * M + 1>::v; };\ntemplate<int M> struct A<0, M> { static constexpr int v = M; };\nint main() { return A<28, 0>::v; }\n".to_owned(),
        ),
        (
            "rust",
            "#![allow(long_running_const_eval)]\nconst fn f() -> u64 { let mut i = 0u64; while i < u64::MAX { i += 1; } i }\nconst X: u64 = f();\nfn main() { println!(\"{X}\") }\n".to_owned(),
        ),
        (
            "java",
            format!("class Main {{ static int n; public static void main(String[] a) {{ {nested} }} }}\n"),
        ),
        (
            "go",
            "package main\n\nvar big = [1 << 30]byte{1}\n\nfunc main() { println(big[len(big)/2]) }\n".to_owned(),
        ),
    ]
}

#[test]
fn a_bomb_ends_at_a_limit_that_is_named() {
    for (language, text) in bombs() {
        if missing(language) {
            continue;
        }
        let language = known(language);
        let mut judge = judge(None);
        // The version is asked for once, under the limits of a run; what follows is the build.
        judge.limit_builds(&Limits {
            time: Duration::from_secs(3),
            memory: Bytes::mib(512),
            ..Limits::for_builds()
        });
        let built = build_with(&mut judge, &language, &text);
        let failure = built
            .failure
            .unwrap_or_else(|| panic!("{} built its bomb", language.id));
        let compiler = language.program(None);
        let by_time = format!("{compiler} was stopped after 3.00 s, its limit of time");
        let by_memory = format!("{compiler} ran into its limit of memory, 537 MB");
        assert!(
            failure.reason == by_time
                || failure.reason == by_memory
                || failure.reason.ends_with("its limit of disk"),
            "{}: {} {}",
            language.id,
            failure.reason,
            failure.stderr
        );
    }
}

#[test]
fn a_flood_of_messages_ends_at_the_limit_of_output_and_keeps_its_start() {
    if missing("c") {
        return;
    }
    let line = format!("#warning {}\n", "flood ".repeat(30));
    let text = format!("{}int main(void) {{ return 0; }}\n", line.repeat(5_000));
    let (reason, said) = refused("c", &text);
    assert_eq!(
        reason,
        "gcc was stopped after 1.05 MB of messages, its limit of output"
    );
    assert!(
        said.contains("flood") && said.len() < 5_000,
        "{}",
        said.len()
    );
}

#[test]
fn a_product_that_does_not_fit_is_refused_with_the_limit() {
    if missing("c") {
        return;
    }
    let mut judge = judge(None);
    judge.limit_builds(&Limits {
        disk: Bytes::mib(16),
        ..Limits::for_builds()
    });
    let text = "char big[64 << 20] = { 1 };\nint main(void) { return big[5]; }\n";
    let built = build_with(&mut judge, &known("c"), text);
    let failure = built.failure.unwrap();
    assert!(
        failure.reason.contains("limit of disk"),
        "{} {}",
        failure.reason,
        failure.stderr
    );
}

#[test]
fn a_build_that_failed_is_not_tried_again_unless_time_may_have_been_to_blame() {
    if missing("c") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let c = known("c");
    let mut first = judge(Some(dir.path()));
    let broken = "int main(void) { return y; }\n";
    let fresh = build_with(&mut first, &c, broken);
    assert!(!fresh.report.unwrap().cached);
    let mut second = judge(Some(dir.path()));
    let again = build_with(&mut second, &c, broken);
    let report = again.report.unwrap();
    assert!(report.cached && report.wall_ns.0 == 0);
    assert_eq!(again.failure, fresh.failure);
    assert_eq!(report.diagnostics, fresh.failure.unwrap().stderr);
    // Other limits are another matter.
    second.limit_builds(&Limits {
        memory: Bytes::mib(1024),
        ..Limits::for_builds()
    });
    assert!(!build_with(&mut second, &c, broken).report.unwrap().cached);

    let (_, bomb) = bombs().swap_remove(0);
    let short = Limits {
        time: Duration::from_millis(300),
        memory: Bytes::mib(4096),
        ..Limits::for_builds()
    };
    second.limit_builds(&short);
    for _ in 0..2 {
        let built = build_with(&mut second, &c, &bomb);
        let reason = built.failure.unwrap().reason;
        assert!(reason.contains("its limit of time"), "{reason}");
        assert!(!built.report.unwrap().cached);
    }
}

/// A language whose compiler is a shell: what it does is what the test is about.
fn shell(compile: &str, base: Option<&str>, product: &str, run: &[&str]) -> Language {
    let argv = |text: &str| ["sh", "-c", text].map(String::from).to_vec();
    Language {
        id: "shell".into(),
        name: "Shell".into(),
        extensions: vec!["sh".into()],
        source_file: "main.sh".into(),
        run: run.iter().map(|a| (*a).to_owned()).collect(),
        version: argv("echo 1"),
        compile: Some(Compile {
            argv: argv(compile),
            product: product.into(),
            environment: BTreeMap::new(),
            base: base.map(|text| PrebuiltFolder { argv: argv(text) }),
        }),
        ..Language::default()
    }
}

#[test]
fn what_builds_share_is_made_once_and_no_build_can_change_it() {
    let base = "mkdir -p {base}/empty {base}/lib && head -c 8 /dev/urandom | od -An -tx1 > {base}/lib/number";
    let compile = "(echo evil > {base}/lib/number; rm -rf {base}/lib {base}/empty; touch {base}/new) 2>/dev/null; ls -d {base}/empty > /dev/null && cat {base}/lib/number {source} > {product}";
    let language = shell(compile, Some(base), "made", &["cat", "{product}"]);
    let dir = tempfile::tempdir().unwrap();
    let mut texts = Vec::new();
    for text in ["a", "b", "c"] {
        // A new judge each time: what was made stays in the folder of builds.
        let built = build_with(&mut judge(Some(dir.path())), &language, text);
        assert_eq!(built.failure, None);
        let product = &built.mounts.last().unwrap().host;
        let made = std::fs::read_to_string(product).unwrap();
        texts.push(made.strip_suffix(text).unwrap().to_owned());
    }
    assert!(
        !texts[0].contains("evil") && texts[0].len() > 16,
        "{texts:?}"
    );
    assert!(texts.iter().all(|t| *t == texts[0]), "{texts:?}");
}

#[test]
fn builds_do_without_what_they_share_where_it_cannot_be_made() {
    let language = shell(
        "mkdir -p {base} && echo alone > {base}/x && cp {base}/x {product}",
        Some("echo no library here >&2; exit 3"),
        "made",
        &["cat", "{product}"],
    );
    let mut judge = judge(None);
    for text in ["a", "b"] {
        assert_eq!(build_with(&mut judge, &language, text).failure, None);
    }
    let notes = judge.notes().join("\n");
    assert!(
        notes.contains("exit status 3") && notes.contains("no library here"),
        "{notes}"
    );
    assert_eq!(notes.matches("exit status 3").count(), 1, "said once");
}

#[test]
fn of_a_folder_only_files_come_back_and_no_link_leads_out() {
    let compile = "mkdir -p {product}/a/b && echo fine > {product}/a/b/file && ln -s /etc/passwd {product}/passwd && ln -s / {product}/a/root && mkfifo {product}/pipe && d={product}/deep; for i in 1 2 3 4 5 6 7 8 9 10; do d=$d/$i/$i/$i/$i; done; mkdir -p $d && echo x > $d/far; exit 0";
    let language = shell(
        compile,
        None,
        "out/",
        &[
            "sh",
            "-c",
            "cd {product}; find . -type f -o -type l | sort; cat a/b/file",
        ],
    );
    let found = evaluate(
        &language,
        "x",
        "./a/b/file\nfine\n",
        LimitOverrides::default(),
    );
    assert_eq!(found.verdict, Verdict::Accepted, "{:?}", found.failure);
}

#[test]
fn java_is_named_after_its_public_type_wherever_main_stands() {
    if missing("java") {
        return;
    }
    prints(
        "java",
        "public class Solver { public static void main(String[] a) { System.out.println(1); } }",
        "1",
    );
    prints(
        "java",
        "package a.b;\nimport java.util.*;\ninterface I { default int f() { return 2; } }\nclass H implements I { static class In { } }\npublic class P { }\nclass Q { public static void main(String[] a) { System.out.println(new H().f()); } }",
        "2",
    );
    prints(
        "java",
        "enum E { A, B; public static void main(String[] a) { System.out.println(values().length + \" é\"); } }",
        "2 é",
    );
}

#[test]
fn a_java_heap_that_is_full_is_the_limit_of_memory() {
    if missing("java") {
        return;
    }
    let java = known("java");
    let hoards = "import java.util.*;\nclass Main { public static void main(String[] a) { List<long[]> all = new ArrayList<>(); while (true) all.add(new long[1 << 16]); } }";
    let found = evaluate(&java, hoards, "", LimitOverrides::default());
    let failure = found.failure.unwrap();
    assert_eq!(found.verdict, Verdict::MemoryLimit, "{failure:?}");
    assert!(
        failure.reason == "ran out of memory; the limit is 537 MB",
        "{failure:?}"
    );
    assert!(failure.stderr.contains("OutOfMemoryError"), "{failure:?}");
    // A limit far below what a virtual machine usually takes is kept as well.
    let small = LimitOverrides {
        memory: Some(Bytes::mib(64)),
        ..LimitOverrides::default()
    };
    let found = evaluate(
        &java,
        "class Main { public static void main(String[] a) { System.out.println(Runtime.getRuntime().maxMemory() >> 20); } }",
        "46",
        small,
    );
    assert!(
        found.verdict == Verdict::Accepted
            || found
                .failure
                .as_ref()
                .unwrap()
                .got
                .trim()
                .parse::<u64>()
                .is_ok_and(|m| m <= 48),
        "{:?}",
        found.failure
    );
    let deep = "class Main { static int f(int n) { return f(n + 1) + 1; } public static void main(String[] a) { f(0); } }";
    let found = evaluate(&java, deep, "", LimitOverrides::default());
    assert_eq!(found.verdict, Verdict::RuntimeError);
    assert!(found.failure.unwrap().stderr.contains("StackOverflowError"));
}

#[test]
fn runtimes_with_many_threads_have_room() {
    if !missing("go") {
        prints(
            "go",
            "package main\n\nimport (\n\t\"fmt\"\n\t\"sync\"\n)\n\nfunc main() {\n\tvar w sync.WaitGroup\n\tvar m sync.Mutex\n\tn := 0\n\tfor i := 0; i < 10000; i++ {\n\t\tw.Add(1)\n\t\tgo func() { defer w.Done(); m.Lock(); n++; m.Unlock() }()\n\t}\n\tw.Wait()\n\tfmt.Println(n)\n}\n",
            "10000",
        );
    }
    if !missing("java") {
        prints(
            "java",
            "import java.util.stream.*;\nclass Main { public static void main(String[] a) { System.out.println(IntStream.range(0, 1000000).parallel().mapToLong(i -> i).sum()); } }",
            "499999500000",
        );
    }
    if !missing("ruby") {
        prints(
            "ruby",
            "require 'set'\nputs 20.times.map { |i| Thread.new { i } }.map(&:value).to_set.size\n",
            "20",
        );
    }
}
