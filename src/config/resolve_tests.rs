//! Which provider is chosen, and the error when none can be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;

fn config(text: &str) -> Config {
    Config::from_text(Path::new("/c/config.toml"), text).unwrap()
}

fn ollama() -> Vec<LocalServer> {
    vec![LocalServer {
        name: "Ollama".into(),
        base_url: "http://localhost:11434/v1".into(),
        models: vec!["qwen:7b".into(), "llama".into()],
    }]
}

/// The name of the chosen provider, or the error.
fn chosen(
    text: &str,
    selection: &Selection,
    environment: &[(&str, &str)],
    found: &[LocalServer],
) -> Result<String, String> {
    let config = config(text);
    let environment = |name: &str| {
        environment
            .iter()
            .find(|e| e.0 == name)
            .map(|e| e.1.to_owned())
    };
    let resolver = Resolver {
        config: &config,
        selection,
        environment: &environment,
        discover: &|| found.to_vec(),
    };
    resolver
        .provider()
        .map(|p| p.name())
        .map_err(|e| e.to_string())
}

fn model(name: &str) -> Selection {
    Selection {
        model: Some(name.into()),
        ..Selection::default()
    }
}

const KEY: &[(&str, &str)] = &[("OPENAI_API_KEY", "k")];
const TABLES: &str = "[provider.local]\nbase_url = \"http://localhost:1/v1\"\nmodel = \"tiny\"\n[provider.agent]\nkind = \"command\"\ncommand = \"agent -p\"\n";

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let none = Selection::default();
    assert_eq!(chosen("", &model("gpt"), KEY, &[]).unwrap(), "gpt");
    assert_eq!(chosen("model = \"m\"", &none, KEY, &[]).unwrap(), "m");
    assert_eq!(chosen("model = \"m\"", &model("n"), KEY, &[]).unwrap(), "n");
    let command = Selection {
        command: Some("claude -p".into()),
        model: Some("x".into()),
        ..Selection::default()
    };
    assert_eq!(chosen(TABLES, &command, KEY, &[]).unwrap(), "claude -p");
    let base = Selection {
        base_url: Some("http://localhost:9/v1".into()),
        model: Some("local/Qwen".into()),
        ..Selection::default()
    };
    assert_eq!(
        chosen(TABLES, &base, &[], &[]).unwrap(),
        "local/Qwen",
        "at a server that is named a slash belongs to the model"
    );
}

#[test]
fn tables_are_found_by_name_and_as_part_of_a_model() {
    let none = Selection::default();
    assert_eq!(chosen(TABLES, &model("local"), &[], &[]).unwrap(), "tiny");
    assert_eq!(
        chosen(TABLES, &model("local/big/model"), &[], &[]).unwrap(),
        "big/model"
    );
    assert_eq!(
        chosen(TABLES, &model("agent"), KEY, &[]).unwrap(),
        "agent -p"
    );
    assert_eq!(
        chosen(&format!("model = \"agent\"\n{TABLES}"), &none, &[], &[]).unwrap(),
        "agent -p"
    );
    let provider = Selection {
        provider: Some("local".into()),
        model: Some("a/b".into()),
        ..Selection::default()
    };
    assert_eq!(chosen(TABLES, &provider, &[], &[]).unwrap(), "a/b");
    let only = "[provider.x]\nbase_url = \"http://localhost:1/v1\"\nmodel = \"one\"\n";
    assert_eq!(
        chosen(only, &none, KEY, &[]).unwrap(),
        "one",
        "the only table needs no choice"
    );
    let error = chosen(
        TABLES,
        &Selection {
            provider: Some("nobody".into()),
            ..Selection::default()
        },
        &[],
        &[],
    )
    .unwrap_err();
    assert!(error.contains("agent, local, openai"), "{error}");
}

#[test]
fn services_are_known_by_name_and_want_their_key() {
    assert_eq!(
        chosen("", &model("groq/x"), &[("GROQ_API_KEY", "k")], &[]).unwrap(),
        "x"
    );
    let error = chosen("", &model("groq/x"), KEY, &[]).unwrap_err();
    assert!(error.contains("GROQ_API_KEY"), "{error}");
    let router = [("OPENAI_BASE_URL", "https://openrouter.ai/api/v1"), KEY[0]];
    assert_eq!(
        chosen("", &model("openai/gpt"), &router, &[]).unwrap(),
        "openai/gpt",
        "OpenRouter's names have slashes"
    );
    assert_eq!(
        chosen(
            "[provider.groq]\nmodel = \"y\"",
            &model("groq"),
            &[("GROQ_API_KEY", "k")],
            &[]
        )
        .unwrap(),
        "y"
    );
}

#[test]
fn keys_may_come_from_a_command() {
    let table = |command: &str| {
        format!(
            "[provider.x]\nbase_url = \"http://localhost:1/v1\"\nmodel = \"m\"\nkey_command = \"{command}\"\n"
        )
    };
    assert_eq!(
        chosen(&table("echo secret"), &model("x"), &[], &[]).unwrap(),
        "m"
    );
    for (command, word) in [("true", "no answer"), ("echo >&2 locked; exit 2", "locked")] {
        let error = chosen(&table(command), &model("x"), &[], &[]).unwrap_err();
        assert!(
            error.contains("key_command of [provider.x]") && error.contains(word),
            "{error}"
        );
    }
}

#[test]
fn a_server_on_this_machine_is_used_only_for_a_model_that_was_named() {
    assert_eq!(
        chosen("", &model("qwen"), &[], &ollama()).unwrap(),
        "qwen:7b"
    );
    let message = chosen("", &Selection::default(), &[], &ollama()).unwrap_err();
    assert!(
        message
            .contains("found here: Ollama → --base-url http://localhost:11434/v1 --model qwen:7b"),
        "{message}"
    );
}

#[test]
fn without_a_model_the_message_teaches_in_eight_lines() {
    for found in [vec![], ollama(), [ollama(), ollama(), ollama()].concat()] {
        for selection in [Selection::default(), model("x")] {
            let message = chosen("", &selection, &[], &found).unwrap_err();
            assert!(message.lines().count() <= 8, "{message}");
            for word in [
                "OPENAI_API_KEY",
                "--model-command",
                "--tape",
                "--base-url",
                "reheat config --init",
            ] {
                assert!(message.contains(word), "{word}: {message}");
            }
        }
    }
}
