//: argv rustc -A long_running_const_eval -o /work/result {file}
//: verdict time_limit|memory_limit
//: time 3s
//: memory 512MiB
const fn spin(n: u64) -> u64 { let mut i = 0; let mut s = 0u64; while i < n { s = s.wrapping_mul(31).wrapping_add(i); i += 1; } s }
const S: u64 = spin(u64::MAX);
fn main() { println!("{S}"); }
