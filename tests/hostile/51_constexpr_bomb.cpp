//: argv g++ -fconstexpr-ops-limit=9000000000000 -fconstexpr-loop-limit=2000000000 -c -o /work/result {file}
//: verdict time_limit|memory_limit
//: time 2s
//: memory 192MiB
constexpr unsigned spin() { unsigned n = 0; for (unsigned i = 0; i < 2000000000u; ++i) n += i * n; return n; }
static_assert(spin() == 1);
