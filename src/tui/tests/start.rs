//! The start screen, and what is chosen there: an entry, settings, a server, a program of one's own.

use super::TestScreen;
use crate::session::Session;
use crate::tui::dialogs::program::Files;
use crate::tui::state::effect::Effect;
use crate::tui::{
    Choice, Discovered, Home, LibraryRow, ModelLine, Server, SessionEntry, TaskEntry,
};

/// A start screen with two sessions and four tasks.
pub(super) fn home() -> Home {
    let task = |name: &str, language: &str, kind: &str, title: &str| TaskEntry {
        name: name.into(),
        title: title.into(),
        language: language.into(),
        kind: kind.into(),
        available: Ok(()),
    };
    let mut tasks = vec![
        task(
            "pairs",
            "Python",
            "quadratic → linear",
            "Count the pairs with a given sum",
        ),
        task(
            "wordfreq",
            "Rust",
            "needless copies",
            "The most frequent words of a text",
        ),
        task(
            "sieve",
            "C++",
            "memory hog → streaming",
            "Primes below a limit",
        ),
        task(
            "stairs",
            "JavaScript",
            "recursion → table",
            "Ways to climb a staircase",
        ),
    ];
    tasks[3].available = Err("needs node, which is not installed".into());
    let session = |id: &str, task: &str, gain: &str, when: &str, state: &str| SessionEntry {
        id: id.into(),
        task: task.into(),
        gain: gain.into(),
        when: when.into(),
        state: state.into(),
    };
    Home {
        sessions: vec![
            session("a", "pairs", "4.21× time", "2 minutes ago", "v2 ★ · 5 rounds"),
            session("b", "nearest", "", "yesterday", "waiting for you"),
        ],
        library: None,
        tasks,
        models: vec![ModelLine {
            text: "none yet: set OPENAI_API_KEY, or start a local server such as llama.cpp on :8080, then --model NAME".into(),
            ready: false,
        }],
        servers: Vec::new(),
        sandbox: "isolated: user, mount, pid, network, ipc, seccomp, landlock, cgroup v2".into(),
        sandbox_strong: true,
        cursor: 0,
        opening: None,
    }
}

#[test]
fn what_cannot_be_opened_says_why() {
    let mut screen = TestScreen::new(120, 36, Session::default(), Some(home()));
    assert_eq!(
        screen.press("enter"),
        vec![Effect::Open(crate::tui::Choice::Resume("a".into()))]
    );
    let mut screen = TestScreen::new(120, 36, Session::default(), Some(home()));
    assert_eq!(screen.press("G enter"), vec![]);
    assert!(
        screen
            .text()
            .contains("stairs cannot be opened here: needs node")
    );
}

/// A start screen with a config file.
fn start_with_config(text: &str) -> (tempfile::TempDir, std::path::PathBuf, TestScreen) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    if !text.is_empty() {
        std::fs::write(&file, text).unwrap();
    }
    let mut screen = TestScreen::new(120, 36, Session::default(), Some(home()));
    screen.app.state.prefs.config_file = Some(file.clone());
    (folder, file, screen)
}

#[test]
fn settings_are_changed_in_the_very_file_and_its_comments_stay() {
    let (_folder, file, mut screen) =
        start_with_config("# mine\nrounds = 4 # enough\n\n[limits]\ntime = \"5s\"\n");
    screen.press(",");
    let shown = screen.text();
    assert!(shown.contains("rounds          4"), "{shown}");
    // From the model to the rounds: six down, then clear what is there and type.
    screen.press("down down down down down down");
    screen.press("enter ctrl-u 1 2 enter esc");
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "# mine\nrounds = 12 # enough\n\n[limits]\ntime = \"5s\"\n"
    );
    // What the file's reader refuses is never written, and the reason is shown.
    screen.press(",");
    screen.press("down down down down down down down down");
    screen.press("enter ctrl-u s o o n enter");
    let shown = screen.text();
    assert!(shown.contains("soon"), "{shown}");
    assert!(std::fs::read_to_string(&file).unwrap().contains("\"5s\""));
    screen.press("esc esc");
    assert!(!screen.app.covered());
}

#[test]
fn a_choice_of_settings_needs_no_typing_and_a_file_that_is_broken_is_left_alone() {
    let (_folder, file, mut screen) = start_with_config("");
    screen.press(", down down down down down enter");
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "objective = \"memory\"\n"
    );
    let (_folder, file, mut screen) = start_with_config("model = \n");
    screen.press(",");
    assert!(
        screen.text().contains("mend it by hand"),
        "{}",
        screen.text()
    );
    screen.press("enter x enter");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "model = \n");
}

#[test]
fn a_server_that_answers_becomes_the_model_with_one_key() {
    let (_folder, file, mut screen) = start_with_config("");
    let server = Server {
        name: "llama.cpp".into(),
        base_url: "http://localhost:8080/v1".into(),
        model: "qwen2.5-coder".into(),
    };
    screen.press("m");
    assert!(
        screen.text().contains("no server answers"),
        "{}",
        screen.text()
    );
    let home = screen.app.state.home.as_mut().unwrap();
    home.take(Discovered::Servers(vec![server.clone()]));
    assert!(
        screen.text().contains("llama.cpp answers at"),
        "{}",
        screen.text()
    );
    assert_eq!(screen.press("m"), [Effect::TakeModel(server.clone())]);
    crate::tui::dialogs::settings::take_model(&file, &server).unwrap();
    let folders = crate::config::Folders {
        config: file.parent().unwrap().into(),
        data: file.parent().unwrap().into(),
        cache: file.parent().unwrap().into(),
    };
    let config = crate::config::Config::load(&folders).unwrap();
    let provider = crate::config::resolve_provider(&config, &Default::default()).unwrap();
    assert!(
        provider.name().contains("qwen2.5-coder"),
        "{}",
        provider.name()
    );
}

#[test]
fn a_program_of_ones_own_is_chosen_with_the_cases_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("slow.py"), "print(1)").unwrap();
    std::fs::write(at("other.py"), "print(2)").unwrap();
    std::fs::create_dir(at("slow_cases")).unwrap();
    std::fs::create_dir(at("inputs")).unwrap();
    std::fs::write(at("inputs/1.in"), "").unwrap();
    let open = || {
        let mut screen = TestScreen::new(80, 24, Session::default(), Some(home()));
        let files = Files::at(folder.path().into(), None);
        screen.app.dialog = Some(Box::new(files));
        screen
    };
    let chosen = |file: &str, cases: &str| {
        Effect::Open(Choice::Program {
            file: at(file),
            cases: Some(at(cases)),
        })
    };
    let mut screen = open();
    screen.press("s l o w . p");
    assert_eq!(screen.press("enter"), [chosen("slow.py", "slow_cases")]);
    // Nothing lies beside the other one: its cases are asked for.
    let mut screen = open();
    screen.press("o t h e r enter");
    let shown = screen.text();
    assert!(shown.contains("its cases"), "{shown}");
    screen.press("i n p");
    assert_eq!(screen.press("enter"), [chosen("other.py", "inputs")]);
}

#[test]
fn another_model_is_looked_for_before_it_is_called_ready() {
    let (_folder, _file, mut screen) = start_with_config("");
    screen.press(", down enter");
    screen.paste("http://127.0.0.1:9/v1");
    assert_eq!(screen.press("enter"), [Effect::LookForModel]);
    screen.press("esc");
    let home = screen.app.state.home.as_mut().unwrap();
    home.models[0].ready = true;
    home.forget_model();
    assert!(
        screen.text().contains("looking whether the model"),
        "{}",
        screen.text()
    );
    let line = ModelLine {
        text: "qwen is set up, but http://127.0.0.1:9/v1 does not answer".into(),
        ready: false,
    };
    screen
        .app
        .state
        .home
        .as_mut()
        .unwrap()
        .take(Discovered::Models(vec![line]));
    assert!(
        screen.text().contains("○ qwen is set up, but"),
        "{}",
        screen.text()
    );
}

#[test]
fn a_function_is_chosen_from_the_list_of_its_file_and_then_by_what_it_is_judged() {
    use crate::tui::core::home::Judged;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let geo = "def far(a, b):\n    return a\n\nclass Grid:\n    def nearest(self, p):\n        return p\n";
    std::fs::write(at("geo.py"), geo).unwrap();
    let open = || {
        let mut screen = TestScreen::new(120, 36, Session::default(), Some(home()));
        let files = Files::at(folder.path().into(), None);
        screen.app.dialog = Some(Box::new(files));
        screen.press("g e o . p enter");
        screen
    };
    let chosen = |function: &str, judged: Judged| {
        Effect::Open(Choice::Part {
            file: at("geo.py"),
            function: function.into(),
            judged,
        })
    };
    let mut screen = open();
    let shown = screen.text();
    for word in [
        "which function of geo.py?",
        "far",
        "Grid.nearest",
        "the program as a whole",
        "4",
    ] {
        assert!(shown.contains(word), "{word}\n{shown}");
    }
    screen.press("n e a r enter");
    let shown = screen.text();
    assert!(shown.contains("by what is Grid.nearest judged?"), "{shown}");
    assert!(shown.contains(r#"{"init": {"args": [8]}"#), "{shown}");
    // Nothing is there yet, and something that is not there is not taken.
    assert_eq!(screen.press("enter"), []);
    assert!(screen.text().contains("one of them is needed"));
    screen.paste("none.jsonl");
    assert_eq!(screen.press("enter"), []);
    assert!(
        screen.text().contains("there is no file none.jsonl"),
        "{}",
        screen.text()
    );
    // Calls that lie beside the file are proposed, those with its name first.
    for name in ["calls.jsonl", "geo.calls.jsonl"] {
        std::fs::write(at(name), "{\"args\": [1]}\n").unwrap();
    }
    let mut screen = open();
    screen.press("n e a r enter");
    assert!(screen.text().contains("beside it:"), "{}", screen.text());
    let calls = at("geo.calls.jsonl").display().to_string();
    assert_eq!(
        screen.press("enter"),
        [chosen("Grid.nearest", Judged::Calls { calls, of: None })]
    );
    assert!(
        screen.text().contains("opening Grid.nearest"),
        "{}",
        screen.text()
    );
    // Commands instead; and two at once are one too many.
    let mut screen = open();
    screen.press("f a r enter tab tab tab tab");
    screen.paste("pytest -q");
    assert_eq!(screen.press("enter"), []);
    assert!(
        screen.text().contains("only one of the three"),
        "{}",
        screen.text()
    );
    screen.press("ctrl-u");
    let commands = Judged::Commands {
        check: Some("pytest -q".into()),
        bench: None,
    };
    assert_eq!(screen.press("enter"), [chosen("far", commands)]);
    // What is called may be another function; a status belongs to cases.
    let mut screen = open();
    screen.press("f a r enter tab");
    screen.paste("Grid.nearest");
    let calls = at("geo.calls.jsonl").display().to_string();
    let of = Some("Grid.nearest".to_owned());
    assert_eq!(
        screen.press("enter"),
        [chosen("far", Judged::Calls { calls, of })]
    );
    // A nested function is reached through the one around it, which stands there already.
    std::fs::write(
        at("in.py"),
        "def far(a):\n    def near(b):\n        return b\n    return near(a)\n",
    )
    .unwrap();
    let mut screen = TestScreen::new(120, 36, Session::default(), Some(home()));
    screen.app.dialog = Some(Box::new(Files::at(folder.path().into(), None)));
    screen.press("i n . p enter n e a r enter");
    let shown = screen.text();
    let line = shown.lines().find(|l| l.contains("called ")).unwrap();
    assert!(line.contains("far"), "{shown}");
    let mut screen = open();
    screen.press("f a r enter ctrl-u tab tab tab");
    screen.paste("0,x");
    assert_eq!(screen.press("enter"), []);
    assert!(
        screen.text().contains("this needs cases"),
        "{}",
        screen.text()
    );
    screen.press("backtab");
    screen.paste(&at("calls.jsonl").display().to_string());
    assert_eq!(screen.press("enter"), []);
    assert!(
        screen.text().contains("`0,x` is not a list"),
        "{}",
        screen.text()
    );
    screen.press("backspace 1");
    let by_cases = Judged::Cases {
        path: at("calls.jsonl"),
        ok_status: Some("0,1".parse().unwrap()),
    };
    assert_eq!(screen.press("enter"), [chosen("far", by_cases)]);
    // The whole program asks for its cases, as ever; escape goes back step by step.
    let mut screen = open();
    screen.press("up enter");
    assert!(screen.text().contains("its cases"), "{}", screen.text());
    let mut screen = open();
    screen.press("enter esc");
    assert!(
        screen.text().contains("which function"),
        "{}",
        screen.text()
    );
    screen.press("esc");
    assert!(
        screen.text().contains("open a program"),
        "{}",
        screen.text()
    );
    // Every size draws both.
    for (width, height) in [(80, 24), (40, 12), (13, 4)] {
        let mut screen = open();
        screen.resize(width, height);
        screen.draw();
        screen.press("enter");
        screen.draw();
    }
}

#[test]
fn all_of_the_start_screen_can_be_reached_on_a_small_screen() {
    let mut screen = TestScreen::new(40, 12, Session::default(), Some(home()));
    assert!(!screen.text().contains("Sandbox"), "{}", screen.text());
    for (keys, last) in [
        ("G", "landlock"),
        ("g", "reheat"),
        ("j j j j j j", "Sandbox"),
        ("k", "pairs"),
    ] {
        screen.press(keys);
        assert!(screen.text().contains(last), "{keys}: {}", screen.text());
    }
}

#[test]
fn a_session_in_which_the_original_stands_has_no_gain() {
    let mut home = home();
    home.sessions[0].gain = "1.000×".into();
    home.sessions[0].state = "v0 ★ · 1 round".into();
    let mut screen = TestScreen::new(120, 36, Session::default(), Some(home));
    let shown = screen.text();
    assert!(!shown.contains("1.000×"), "{shown}");
    assert!(shown.contains("pairs     –"), "{shown}");
}

#[test]
fn any_session_is_found_by_words_and_looked_into_or_gone_on_with() {
    let row = |id: &str, task: &str, size: f64, state: &str| LibraryRow {
        id: id.into(),
        task: task.into(),
        gain: format!("{size:.2}×"),
        size,
        when: "2026-05-04 09:30".into(),
        rounds: 3,
        state: state.into(),
        model: "qwen".into(),
        words: format!("{id} {task} {state} qwen"),
    };
    let mut screen = TestScreen::new(120, 36, Session::default(), Some(home()));
    screen.press("l");
    assert!(screen.text().contains("the list is being read"));
    let all = vec![
        row("p2", "pairs", 4.2, "finished"),
        row("n1", "nearest", 9.1, "open"),
        row("p1", "pairs", 1.3, "finished"),
    ];
    screen
        .app
        .state
        .home
        .as_mut()
        .unwrap()
        .take(Discovered::Library(all));
    screen.drawn = false;
    assert!(screen.text().contains("3 sessions · the newest first"));
    assert_eq!(
        screen.press("down enter"),
        [Effect::Open(Choice::LookInto("n1".into()))]
    );
    screen.press("l tab");
    let shown = screen.text();
    let place = |words: &str| shown.find(words).unwrap();
    assert!(
        place("9.10×") < place("4.20×") && place("4.20×") < place("1.30×"),
        "{shown}"
    );
    screen.types("pairs finished");
    assert!(screen.text().contains("2 of 3 sessions"));
    assert_eq!(
        screen.press("ctrl-r"),
        [Effect::Open(Choice::Resume("p2".into()))]
    );
    screen.press("l");
    screen.types("nothing of the kind");
    assert!(screen.text().contains("no session has these words"));
    assert_eq!(screen.press("enter"), []);
}
