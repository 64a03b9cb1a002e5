//! Environment variables that the user passes to programs in the sandbox.

use serde::Deserialize;

/// One entry of `[sandbox] env`: `NAME` passes on the user's own variable, `NAME=value` sets one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct EnvVariable {
    name: String,
    value: Option<String>,
}

impl EnvVariable {
    /// Its name. The value may be secret, so there is no getter for it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Name and value; `None` where the user's own is not set or not UTF-8.
    pub(crate) fn resolved(&self) -> Option<(String, String)> {
        let value = self.value.clone();
        let value = value.or_else(|| std::env::var(&self.name).ok())?;
        Some((self.name.clone(), value))
    }
}

impl TryFrom<String> for EnvVariable {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text.as_str(), None),
        };
        let first = name.chars().next().is_some_and(|c| !c.is_ascii_digit());
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !first || !plain || text.contains('\0') {
            return Err(format!(
                "`{text}` is no variable; write \"NAME\" or \"NAME=value\""
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            value,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_variable_is_passed_on_or_said() {
        let read = |text: &str| EnvVariable::try_from(text.to_owned());
        let said = read("MODE=a=b ").unwrap();
        assert_eq!(said.resolved(), Some(("MODE".into(), "a=b ".into())));
        assert_eq!(read("EMPTY=").unwrap().resolved().unwrap().1, "");
        let own = read("PATH").unwrap().resolved().unwrap();
        assert_eq!(own.1, std::env::var("PATH").unwrap());
        assert_eq!(read("NOBODY_HAS_THIS_ONE").unwrap().resolved(), None);
        for wrong in ["", "=x", "1A", "A-B", "a b=c"] {
            assert!(
                read(wrong).unwrap_err().contains("is no variable"),
                "{wrong}"
            );
        }
    }
}
