//! The thin binary: becomes the sandbox's launcher when asked to, else runs the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    if reheat::sandbox::is_launcher() {
        reheat::sandbox::launcher_main();
    }
    if let Err(why) = reheat::base::stack::make_room() {
        eprintln!("reheat: {why}");
        return ExitCode::from(3);
    }
    reheat::cli::main()
}
