//: argv gcc -c -o /work/result {file}
//: verdict runtime_error|memory_limit|time_limit
//: disk 16MiB
//: weak disk
// Ten gigabytes of object file.
__asm__(".rept 10000\n.fill 1000000, 1, 0x5a\n.endr");
