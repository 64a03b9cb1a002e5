//! What the templates promise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;

fn context() -> PromptContext {
    PromptContext {
        statement: "Count the pairs.".into(),
        objective: "time".into(),
        objective_words: "faster (less time)".into(),
        language: "Python".into(),
        language_tag: "python".into(),
        language_version: "Python 3.11.2".into(),
        file_name: "pairs.py".into(),
        code: "s = '''\n```\n\n\n'''\nprint(s)".into(),
        version: "v2".into(),
        passes: true,
        verdict: "accepted".into(),
        cases_passed: 7,
        cases_total: 7,
        figures: "wall time 301 ms, peak memory 12.1 MB".into(),
        against_baseline: "4.21× faster".into(),
        hint: "{{ mind the memory }}".into(),
        cores: 2,
        time_limit: "10.0 s".into(),
        memory_limit: "512 MB".into(),
        ..PromptContext::default()
    }
}

fn default(context: &PromptContext) -> String {
    Template::load("default", None)
        .unwrap()
        .render(context)
        .unwrap()
}

#[test]
fn a_version_that_passes_is_to_become_better() {
    let prompt = default(&context());
    for expected in [
        "Make this Python program faster (less time)",
        "Count the pairs.",
        "````python\ns = '''\n```\n\n\n'''\nprint(s)\n````",
        "- Verdict: accepted, 7 of 7 cases pass\n- Figures: wall time 301 ms",
        "4.21× faster",
        "{{ mind the memory }}",
        "2 cores",
        "Python 3.11.2",
        "tagged python",
    ] {
        assert!(
            prompt.contains(expected),
            "`{expected}` is missing in:\n{prompt}"
        );
    }
    assert!(!prompt.contains("Where it fails") && !prompt.contains("tried before"));
    assert!(
        prompt.lines().filter(|l| l.starts_with("##")).count() == 5,
        "{prompt}"
    );
}

#[test]
fn what_fails_is_to_pass_first() {
    let failing = PromptContext {
        passes: false,
        verdict: "wrong answer".into(),
        cases_passed: 3,
        failure: Some(FailureContext {
            case: "04".into(),
            reason: "line 1 differs".into(),
            expected: "3911".into(),
            got: "1955".into(),
            ..FailureContext::default()
        }),
        history: vec![HistoryEntry {
            version: "v1".into(),
            idea: "a set".into(),
            verdict: "accepted".into(),
            outcome: "no difference".into(),
        }],
        ..context()
    };
    let prompt = default(&failing);
    for expected in [
        "first aim is a version that passes",
        "Case 04: line 1 differs",
        "Expected:\n```\n3911\n```\nGot:\n```\n1955\n```",
        "- v1: accepted; no difference. The idea: a set\n",
    ] {
        assert!(
            prompt.contains(expected),
            "`{expected}` is missing in:\n{prompt}"
        );
    }
    assert!(!prompt.contains("Error text"));
}

#[test]
fn without_code_a_first_version_is_asked_for() {
    let prompt = default(&PromptContext {
        code: String::new(),
        ..context()
    });
    assert!(prompt.starts_with("Write a Python program"), "{prompt}");
    assert!(!prompt.contains("## The code"));
}

#[test]
fn the_papers_form_asks_for_its_tags() {
    let prompt = Template::load("afterburner", None)
        .unwrap()
        .render(&context())
        .unwrap();
    for expected in [
        "## Original Solution\n````python",
        "Passed: True",
        "<thinking>",
        "<solution>\n```python\nyour code\n```\n</solution>",
        "wall time 301 ms",
    ] {
        assert!(
            prompt.contains(expected),
            "`{expected}` is missing in:\n{prompt}"
        );
    }
}

#[test]
fn the_users_own_goes_first_and_slips_are_named_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("default.md"), "Mine: {{ code }}").unwrap();
    std::fs::write(folder.path().join("slip.md"), "a\n\n{{ coed }}").unwrap();
    std::fs::write(folder.path().join("open.md"), "a\n{% if code %}\n").unwrap();
    std::fs::write(
        folder.path().join("hidden.md"),
        "{% if failure %}\n{{ failure.inputt }}\n{% endif %}",
    )
    .unwrap();
    let own = Template::load("default", Some(folder.path())).unwrap();
    assert!(own.render(&context()).unwrap().starts_with("Mine: s = "));
    for (name, line) in [
        ("slip", "slip.md line 3"),
        ("open", "open.md line "),
        ("hidden", "hidden.md line 2"),
    ] {
        let error = Template::load(name, Some(folder.path()))
            .unwrap_err()
            .to_string();
        assert!(error.contains(line), "{error}");
    }
    let error = Template::load("none", Some(folder.path()))
        .unwrap_err()
        .to_string();
    assert!(error.contains("afterburner, default, hidden"), "{error}");
    assert!(Template::load("/nowhere/x.md", None).is_err());
}

#[test]
fn changes_are_asked_for_where_the_code_is_long() {
    for template in ["default", "afterburner"] {
        let template = Template::load(template, None).unwrap();
        let long = PromptContext {
            edits: true,
            ..context()
        };
        let prompt = template.render(&long).unwrap();
        assert!(
            prompt.contains("```python\n<<<<<<< SEARCH\nlines of the code as they are"),
            "{prompt}"
        );
        assert!(
            prompt.contains("\n=======\n") && prompt.contains("\n>>>>>>> REPLACE\n```"),
            "{prompt}"
        );
        assert!(
            !prompt.contains("the whole file") && !prompt.contains("your code"),
            "{prompt}"
        );
        assert!(!template.render(&context()).unwrap().contains("SEARCH"));
    }
}
