//! What a session costs, as far as it is known. What is not known is never counted as nothing.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A currency as it is written before an amount: `$`, `€`, `CHF`. At most eight bytes, so that it is copied like a number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Currency([u8; 8]);

impl Currency {
    /// What services charge in where they say the cost themselves.
    pub const DOLLAR: Self = Self([b'$', 0, 0, 0, 0, 0, 0, 0]);

    /// A currency of this name.
    ///
    /// # Errors
    /// A sentence where it is empty, longer than eight bytes, or holds digits or signs that are not to be seen.
    pub fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let odd = |c: char| c.is_control() || c.is_ascii_digit();
        if text.is_empty() || text.len() > 8 || text.chars().any(odd) {
            return Err(format!(
                "`{}` is not a currency; write a sign or a short name, such as $, € or CHF",
                text.escape_debug()
            ));
        }
        let mut bytes = [0; 8];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(bytes))
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|b| *b == 0).unwrap_or(8);
        std::str::from_utf8(&self.0[..end]).unwrap_or("")
    }
}

impl Default for Currency {
    fn default() -> Self {
        Self::DOLLAR
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Currency({})", self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(de::Error::custom)
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Money {
    /// In units of the currency; not negative.
    pub amount: f64,
    /// The currency.
    pub currency: Currency,
}

impl std::fmt::Display for Money {
    /// `$0.03`, `CHF 12.40`; what is less than a cent with so many digits that something is seen.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.currency.as_str();
        let gap = if name.ends_with(char::is_alphanumeric) {
            " "
        } else {
            ""
        };
        let digits = match self.amount {
            a if a >= 0.01 || a <= 0.0 => 2,
            a if a >= 0.0001 => 4,
            _ => 6,
        };
        write!(f, "{name}{gap}{:.digits$}", self.amount)
    }
}

/// What the replies of a session cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bill {
    /// One sum a currency, in the order in which they came.
    pub sums: Vec<Money>,
    /// Whether there were replies of which it is not known.
    pub partial: bool,
}

impl Bill {
    /// Takes a reply in.
    pub fn add(&mut self, usage: &Usage) {
        match usage.cost.filter(|m| m.amount.is_finite()) {
            Some(money) => match self.sums.iter_mut().find(|s| s.currency == money.currency) {
                Some(sum) => sum.amount += money.amount,
                None => self.sums.push(money),
            },
            None => self.partial |= usage.prompt_tokens + usage.reply_tokens > 0,
        }
    }

    /// The largest of the sums: what a limit is held against.
    #[must_use]
    pub fn most(&self) -> f64 {
        self.sums.iter().map(|m| m.amount).fold(0.0, f64::max)
    }

    /// `$0.03`, `at least $0.03` where some replies have no known price; `None` where nothing is known.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        if self.sums.is_empty() {
            return None;
        }
        let sums: Vec<String> = self.sums.iter().map(Money::to_string).collect();
        let least = if self.partial { "≥" } else { "" };
        Some(format!("{least}{}", sums.join(" + ")))
    }
}

/// Reads an amount as people write it: `0.5`, `$0.50`, `2 €`. The currency is not read: a limit is in that of the price.
///
/// # Errors
/// A sentence where there is no amount above zero.
pub(crate) fn parse_amount(text: &str) -> Result<f64, String> {
    let number = text
        .trim()
        .trim_matches(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
        .trim();
    match number.parse::<f64>() {
        Ok(n) if n.is_finite() && n > 0.0 && n < 1e9 => Ok(n),
        _ => Err(format!(
            "`{text}` is not an amount of money; write for example 0.50"
        )),
    }
}

/// Tokens and money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: u64,
    /// Tokens of the reply, reasoning included.
    pub reply_tokens: u64,
    /// Whether the provider counted them (else estimated from the text).
    pub counted: bool,
    /// What they cost: said by the provider, or worked out from a price in the config file; absent where neither is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn usage(cost: Option<(f64, &str)>) -> Usage {
        Usage {
            prompt_tokens: 10,
            reply_tokens: 10,
            counted: true,
            cost: cost.map(|(amount, currency)| Money {
                amount,
                currency: Currency::new(currency).unwrap(),
            }),
        }
    }

    #[test]
    fn what_is_not_known_is_not_nothing() {
        let mut bill = Bill::default();
        bill.add(&usage(None));
        assert_eq!(bill.in_words(), None);
        bill.add(&usage(Some((0.02, "$"))));
        bill.add(&usage(Some((0.013, "$"))));
        assert_eq!(bill.in_words().as_deref(), Some("≥$0.03"));
        bill.add(&usage(Some((1.0, "CHF"))));
        assert_eq!(bill.in_words().as_deref(), Some("≥$0.03 + CHF 1.00"));
        assert!((bill.most() - 1.0).abs() < 1e-9);
        let mut whole = Bill::default();
        whole.add(&usage(Some((0.000_42, "€"))));
        assert_eq!(whole.in_words().as_deref(), Some("€0.0004"));
    }

    #[test]
    fn amounts_and_currencies_are_read_as_people_write_them() {
        assert_eq!(parse_amount("$0.50"), Ok(0.5));
        assert_eq!(parse_amount("2 €"), Ok(2.0));
        for wrong in ["", "$", "-1", "0", "much", "1e99"] {
            assert!(parse_amount(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "12", "a very long name", "\u{1b}["] {
            assert!(Currency::new(wrong).is_err(), "{wrong:?}");
        }
        let written = serde_json::to_string(&usage(Some((0.5, "€")))).unwrap();
        assert!(
            written.contains(r#""cost":{"amount":0.5,"currency":"€"}"#),
            "{written}"
        );
        assert_eq!(
            serde_json::from_str::<Usage>(&written).unwrap(),
            usage(Some((0.5, "€")))
        );
    }
}
