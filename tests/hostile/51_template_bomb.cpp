//: argv g++ -ftemplate-depth=1000000 -c -o /work/result {file}
//: verdict time_limit|memory_limit|runtime_error
//: time 4s
//: memory 192MiB
template <int N> struct bomb { static constexpr long value = bomb<N - 1>::value + bomb<N - 2>::value; };
template <> struct bomb<0> { static constexpr long value = 1; };
template <> struct bomb<1> { static constexpr long value = 1; };
int main() { return bomb<900000>::value; }
