//: argv rustc -o /work/result {file}
//: verdict runtime_error
//: lacks root:
//: lacks_too PLANTED
//: time 60s
const SHADOW: &[u8] = include_bytes!("/etc/shadow");
const ENVIRONMENT: &str = include_str!("/proc/self/environ");
const KEY: Option<&str> = option_env!("PLANTED_KEY");
const WORD: &str = KEY.unwrap();
fn main() { println!("{SHADOW:?} {ENVIRONMENT} {WORD}"); }
