//: argv gcc -fmax-errors=0 -c -o /work/result {file}
//: verdict output_limit|runtime_error|time_limit|memory_limit
//: output 256KiB
//: time 10s
#define A B B B B B B B B B B
#define B C C C C C C C C C C
#define C D D D D D D D D D D
#define D int x = "no number" + undeclared * ;
void f(void) { A A A }
