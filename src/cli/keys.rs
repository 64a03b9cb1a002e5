//! `reheat keys`: the keys in force, as a text or as the README's reference.

use std::process::ExitCode;

use clap::Args;

use super::{ENVIRONMENT, USAGE, fail, print};
use crate::config::{Config, Folders};
use crate::tui::core::key_reference::markdown;
use crate::tui::core::key_reference::plain;
use crate::tui::core::keymap::Keymap;
use crate::tui::typing_keys;

/// Flags of `reheat keys`.
#[derive(Debug, Args)]
#[command(
    after_help = "A key is changed in the config file (`reheat config --path`):
  [keys]
  next-round = \"ctrl-n\"        one key
  pin = [\"p\", \"f5\"]          or several
  copy-code = \"c c\"            or one after the other
  reject = \"\"                  or none: the palette (:) still does it

Exit status: 0, or 2 if something in [keys] cannot be meant (it is named on standard error)."
)]
pub struct KeysArgs {
    /// As Markdown tables.
    #[arg(long)]
    markdown: bool,
    /// The usual keys, whatever the config file says.
    #[arg(long)]
    usual: bool,
}

/// Runs the command.
#[must_use]
pub fn run(args: &KeysArgs) -> ExitCode {
    let (map, told) = if args.usual {
        (Keymap::default(), Vec::new())
    } else {
        let folders = match Folders::find() {
            Ok(folders) => folders,
            Err(error) => return fail(ENVIRONMENT, error),
        };
        match Config::load(&folders) {
            Ok(config) => {
                let (map, told) = Keymap::new(&config.keys);
                let file = folders.config_file();
                let mistaken = config.warnings.into_iter().filter(|w| w.contains(" keys."));
                let told: Vec<String> = told
                    .into_iter()
                    .map(|t| format!("{}: {t}", file.display()))
                    .chain(mistaken)
                    .collect();
                (map, told)
            }
            Err(error) => return fail(USAGE, error),
        }
    };
    print(&if args.markdown {
        markdown(&map, typing_keys::ALL)
    } else {
        plain(&map, typing_keys::ALL)
    });
    let mut status = ExitCode::SUCCESS;
    for line in told {
        status = fail(USAGE, line);
    }
    status
}
