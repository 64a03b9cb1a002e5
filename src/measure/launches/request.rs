//! What a driver is asked for: so many passes, over which calls, with which instance of the module.

/// What a request asks for.
#[derive(Clone, Copy, Default)]
pub(super) struct Request {
    pub(super) passes: u32,
    /// Some calls only.
    pub(super) part: Part,
    /// Outcomes that are not known yet are looked at before.
    pub(super) known: bool,
    /// Outcomes of the last pass are looked at afterwards.
    pub(super) look: bool,
}

#[derive(Clone, Copy, Default)]
pub(super) enum Part {
    #[default]
    All,
    Half(u32),
    Range([usize; 2]),
    /// Each pass with an instance of the module of its own: new ones, or the last ones again. All calls, or one half, where
    /// the other half was made before.
    Instances(&'static str, Option<u32>),
}

impl Request {
    pub(super) fn text(&self, seed: u32) -> Vec<u8> {
        let part = match self.part {
            Part::All => String::new(),
            Part::Half(half) => format!(",\"half\":{half},\"seed\":{seed}"),
            Part::Range([from, to]) => format!(",\"range\":[{from},{to}]"),
            Part::Instances(which, None) => format!(",\"instance\":\"{which}\""),
            Part::Instances(which, Some(half)) => {
                format!(",\"instance\":\"{which}\",\"half\":{half},\"seed\":{seed}")
            }
        };
        format!(
            "{{\"passes\":{}{part},\"known\":{},\"look\":{}}}",
            self.passes, self.known, self.look
        )
        .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_what_it_is_about() {
        let text = |request: Request| String::from_utf8(request.text(7)).unwrap_or_default();
        assert_eq!(
            text(Request::default()),
            r#"{"passes":0,"known":false,"look":false}"#
        );
        let half = Request {
            passes: 3,
            part: Part::Half(1),
            look: true,
            ..Request::default()
        };
        assert_eq!(
            text(half),
            r#"{"passes":3,"half":1,"seed":7,"known":false,"look":true}"#
        );
    }
}
