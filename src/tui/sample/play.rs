//! The fabricated session as an engine would send it.

use std::time::Duration;

use jiff::Timestamp;

use crate::session::event::{Event, EventRecord, Stage};
use crate::tui::Link;

/// Plays the fabricated session in real time (`speed` times faster), as an engine would.
#[must_use]
pub fn play(speed: f64) -> Link {
    let (out, events) = std::sync::mpsc::sync_channel(1024);
    let all = super::events();
    let player = move || {
        let mut before = all.first().map(|h| h.at).unwrap_or_default();
        for happened in all {
            let gap = happened.at.duration_since(before).as_secs_f64() / speed;
            before = happened.at;
            std::thread::sleep(Duration::from_secs_f64(gap.max(0.0)));
            if out
                .send(EventRecord {
                    at: Timestamp::now(),
                    event: happened.event,
                })
                .is_err()
            {
                return;
            }
        }
        // The loop stays open until the screen lets go of it.
        while out
            .send(EventRecord {
                at: Timestamp::now(),
                event: Event::StageChanged {
                    stage: Stage::Finished,
                },
            })
            .is_ok()
        {
            std::thread::sleep(Duration::from_secs(1));
        }
    };
    drop(
        std::thread::Builder::new()
            .name("sample".into())
            .spawn(player),
    );
    Link {
        recorded: None,
        events,
        send: Box::new(|_| {}),
    }
}
