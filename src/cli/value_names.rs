//! How enums of the rooms below are spelled on the command line.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::session::event::Mode;
use crate::task::Objective;

impl ValueEnum for Objective {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Time, Self::Memory, Self::Integral]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Time => ("time", "Time of a sweep over the timing cases"),
            Self::Memory => ("memory", "Peak memory of the whole process tree"),
            Self::Integral => ("integral", "Memory integrated over time"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

impl ValueEnum for Mode {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Manual, Self::Step, Self::Auto]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Manual => ("manual", "Nothing happens without the developer"),
            Self::Step => ("step", "One round, then wait"),
            Self::Auto => ("auto", "Rounds follow each other until the end"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
