use super::*;
use crate::task::region::reads_tables::Reads;

#[test]
fn a_model_sees_what_the_region_uses() {
    let text = "import math\nimport os\n\nLIMIT = 3\nUNUSED = 4\n\n\ndef far(a):\n    return near(a)\n\n\ndef near(a):\n    return a\n\n\ndef alone():\n    pass\n\n\nclass Grid(Base):\n    size: int = 2\n\n    def __init__(self):\n        self.a = 1\n\n    def nearest(self, p):\n        return self.help(far(p), LIMIT)\n\n    def help(self, a, b):\n        return a\n\n    def other(self):\n        return 1\n";
    let region = region(text, "g.py::Grid.nearest");
    let context = region.context(10_000, None);
    for part in [
        "import math",
        "LIMIT = 3",
        "def far(a):\n    return near(a)",
        "def near(a)",
        "class Grid(Base):",
        "size: int = 2",
        "self.a = 1",
        "def help(self, a, b):",
        "...",
    ] {
        assert!(context.contains(part), "{part} not in:\n{context}");
    }
    for part in ["UNUSED", "alone", "other", "nearest", "far(p)"] {
        assert!(!context.contains(part), "{part} in:\n{context}");
    }
    let order = [
        "import math",
        "LIMIT",
        "def far",
        "def near",
        "class Grid",
        "def help",
    ];
    let places: Vec<usize> = order.iter().map(|p| context.find(p).unwrap()).collect();
    assert!(places.is_sorted(), "{context}");
    for budget in [0, 20, 100, 200, 300] {
        assert!(region.context(budget, None).len() <= budget + 1);
    }
    assert!(
        region.context(120, None).contains("class Grid"),
        "{}",
        region.context(120, None)
    );
}

#[test]
fn types_that_a_signature_names_are_shown() {
    let text = "struct P<'a> {\n    text: &'a str,\n}\n\nstruct Other;\n\nenum Token {\n    A,\n}\n\nimpl<'a> P<'a> {\n    fn next(&mut self) -> Token {\n        self.skip();\n        Token::A\n    }\n\n    fn skip(&mut self) {\n        loop {}\n    }\n}\n";
    let context = region(text, "p.rs::P::next").context(5000, None);
    for part in [
        "struct P<'a> {\n    text",
        "enum Token",
        "impl<'a> P<'a> {",
        "fn skip",
    ] {
        assert!(context.contains(part), "{part} not in:\n{context}");
    }
    assert!(!context.contains("Other"), "{context}");
}

#[test]
fn what_a_region_reaches_for_is_named() {
    let text = "import time as t\nfrom random import randint\nimport numpy as np\n\nCACHE = {}\n\ndef f(a):\n    global count\n    x = t.time()\n    y = randint(1, 2) + np.random.rand()\n    CACHE[a] = y\n    with open('x') as g:\n        print(os.environ)\n    return x\n\ndef pure(a):\n    return a.time()\n";
    let reads = region(text, "f.py::f").reads();
    let has = |what: Reads, line: usize, name: &str| {
        assert!(
            reads.contains(&(what, line, name.to_owned())),
            "{name}: {reads:?}"
        );
    };
    has(Reads::Clock, 9, "time.time");
    has(Reads::Random, 10, "random.randint");
    has(Reads::Random, 10, "numpy.random.rand");
    has(Reads::Files, 12, "open");
    has(Reads::Prints, 13, "print");
    has(Reads::Environment, 13, "os.environ");
    has(Reads::Global, 8, "count");
    has(Reads::Global, 11, "CACHE");
    assert_eq!(reads.len(), 8, "{reads:?}");
    assert_eq!(region(text, "f.py::pure").reads(), []);
    assert_eq!(
        Reads::Clock.sentence(43, "time.time"),
        "line 43 reads the clock (time.time): results may differ from run to run"
    );
    let js = "import { readFileSync as r } from 'node:fs';\nlet count = 0;\nexport function f(a) {\n  let own = 1;\n  own = 2;\n  count++;\n  r('x');\n  return new Date() + new Date(0) + Math.random() + Date.now();\n}\n";
    let reads: Vec<(Reads, usize)> = region(js, "f.js::f")
        .reads()
        .into_iter()
        .map(|(r, l, _)| (r, l))
        .collect();
    assert_eq!(
        reads,
        [
            (Reads::Global, 6),
            (Reads::Files, 7),
            (Reads::Clock, 8),
            (Reads::Random, 8),
            (Reads::Clock, 8)
        ]
    );
}
