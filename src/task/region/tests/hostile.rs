use super::*;
use crate::task::region::list;

const TEXTS: [(&str, &str); 4] = [
    (
        "a.py",
        "import os\n\nclass A:\n    @d\n    def f(self, x=1):\n        '''doc\n        '''\n        return f'{x}'\n\n    def g(self): pass\n",
    ),
    (
        "a.js",
        "import a from 'b';\nexport class A { f(x) { return `a${x}\n`; } get g() { return 1 } }\nconst h = async ({a, ...b}) => a;\n",
    ),
    (
        "a.rs",
        "use a::{b, c::{self, D}};\n/// Doc\n#[inline]\nimpl<'a> A<'a> { fn f(&self) -> u8 { r#\"x\ny\"#; 1 } }\n",
    ),
    (
        "a.cpp",
        "#include <a>\nnamespace n { template<class T> struct S { T operator()(T a) const { return a; } }; }\nint n::S<int>::f() { return 1; }\n",
    ),
];

/// Pseudo-random numbers, the same on every machine.
fn chance(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 33).unwrap()
}

/// Exercises every function on a text; only panics count.
fn all_of_it(file: &str, text: &str, version: &str) {
    let language = of_file(file);
    for item in list(text, &language).iter().take(6) {
        let spec = RegionSpec::Name(item.name.clone());
        if let Ok(region) = Region::find_in(Path::new(file), text, &language, &spec) {
            assert_eq!(
                region
                    .assemble(&region.original())
                    .ok()
                    .as_deref()
                    .unwrap_or(text),
                text
            );
            let _ = region.assemble(version);
            assert!(region.context(300, None).len() <= 301);
            let _ = region.reads();
        }
    }
    for (a, b) in [(1, 1), (2, 4), (3, 3)] {
        if let Ok(region) =
            Region::find_in(Path::new(file), text, &language, &RegionSpec::Lines(a, b))
        {
            let _ = region.assemble(version);
            let _ = region.context(200, None);
        }
    }
}

#[test]
fn no_text_brings_it_down() {
    let mut state = 88_172_645_463_325_252_u64;
    for (file, text) in TEXTS {
        let chars: Vec<char> = text.chars().collect();
        for _ in 0..60 {
            let (a, b) = (
                chance(&mut state) % chars.len(),
                chance(&mut state) % chars.len(),
            );
            let cut: String = chars[a.min(b)..a.max(b)].iter().collect();
            all_of_it(file, &cut, text);
            all_of_it(file, text, &cut);
            let mut torn = chars.clone();
            for _ in 0..4 {
                let at = chance(&mut state) % torn.len();
                torn[at] = [
                    '{', '}', '(', '\n', '\r', '"', '`', 'é', '\u{feff}', '#', ':', '\t',
                ][chance(&mut state) % 12];
            }
            all_of_it(file, &torn.iter().collect::<String>(), &cut);
        }
    }
}

#[test]
fn a_deep_text_needs_no_deep_stack() {
    for (file, open, close) in [
        ("a.py", "(", ")"),
        ("a.js", "[", "]"),
        ("a.rs", "{", "}"),
        ("a.c", "{", "}"),
    ] {
        let deep = [open.repeat(20_000), close.repeat(20_000)].concat();
        let head = match file {
            "a.py" => "def f():\n    return ",
            "a.js" => "function f() { return ",
            "a.rs" => "fn f() { ",
            _ => "int f() { ",
        };
        let tail = if file == "a.py" { "\n" } else { "; }\n" };
        let text = [head, &deep, tail].concat();
        let language = of_file(file);
        let _ = list(&text, &language);
        if let Ok(region) = Region::find_in(
            Path::new(file),
            &text,
            &language,
            &RegionSpec::Name("f".into()),
        ) {
            let _ = region.assemble(&region.original());
            let _ = region.context(1000, None);
            let _ = region.reads();
        }
    }
}
