//: argv gcc -o /work/result {file} -Wl,-T,{with}
//: with 50_script.ld
//: verdict runtime_error
//: lacks root:
int main(void) { return 0; }
