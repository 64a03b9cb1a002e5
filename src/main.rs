//! The thin binary: becomes the sandbox's launcher when asked to, else runs the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    if reheat::sandbox::is_launcher() {
        reheat::sandbox::launcher_main();
    }
    reheat::cli::main()
}
