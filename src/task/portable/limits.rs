//! Limits that are carried: they may be stricter than usual, never wider.

use serde::{Deserialize, Serialize};

use crate::base::units::{Bytes, Nanos};
use crate::sandbox::Limits;

/// Limits of a run or a build; what is absent is as usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PortableLimits {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_ns: Option<Nanos>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    memory_bytes: Option<Bytes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output_bytes: Option<Bytes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    processes: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    disk_bytes: Option<Bytes>,
}

impl PortableLimits {
    pub(super) fn of(limits: &Limits) -> Self {
        Self {
            time_ns: Some(limits.time.into()),
            memory_bytes: Some(limits.memory),
            output_bytes: Some(limits.output),
            processes: Some(limits.processes),
            disk_bytes: Some(limits.disk),
        }
    }

    /// These limits where they are stricter than usual, and the names of those that would be wider.
    pub(super) fn within(&self, usual: &Limits) -> (Limits, Vec<&'static str>) {
        let mut wider = Vec::new();
        let mut bytes = |asked: Option<Bytes>, usual: Bytes, name| match asked {
            Some(asked) if asked > usual => {
                wider.push(name);
                usual
            }
            asked => asked.unwrap_or(usual),
        };
        let memory = bytes(self.memory_bytes, usual.memory, "memory");
        let output = bytes(self.output_bytes, usual.output, "output");
        let disk = bytes(self.disk_bytes, usual.disk, "disk");
        let asked_time = self.time_ns.map_or(usual.time, Into::into);
        if asked_time > usual.time {
            wider.push("time");
        }
        let asked_processes = self.processes.unwrap_or(usual.processes);
        if asked_processes > usual.processes {
            wider.push("processes");
        }
        let limits = Limits {
            time: asked_time.min(usual.time),
            memory,
            output,
            disk,
            processes: asked_processes.min(usual.processes),
        };
        (limits, wider)
    }

    /// Whether something of it is nothing at all: every run would be stopped.
    pub(super) fn stops_everything(&self) -> bool {
        let none = |b: Option<Bytes>| b == Some(Bytes(0));
        self.time_ns == Some(Nanos(0))
            || none(self.memory_bytes)
            || none(self.output_bytes)
            || none(self.disk_bytes)
            || self.processes == Some(0)
    }
}
