//! The thin binary: becomes the sandbox's launcher when asked to, else runs the command line.

fn main() {
    if reheat::sandbox::is_launcher() {
        reheat::sandbox::launcher_main();
    }
}
