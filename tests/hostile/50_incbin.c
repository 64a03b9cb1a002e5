//: argv gcc -o /work/result {file}
//: verdict runtime_error
//: lacks root:
__asm__(".incbin \"/etc/shadow\"");
int main(void) { return 0; }
