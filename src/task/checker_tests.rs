#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

const NUMBERS: Checker = Checker::Numbers { tolerance: 1e-6 };

fn reason(checker: &Checker, expected: &[u8], got: &[u8]) -> String {
    checker.check(expected, got).unwrap_err().reason
}

#[test]
fn tokens_ignore_white_space_and_nothing_else() {
    let t = Checker::Tokens;
    assert_eq!(t.check(b"1 2\n3\n", b"\r\n1\t2\x0b3"), Ok(()));
    assert_eq!(t.check(b"", b" \n\n"), Ok(()));
    assert_eq!(
        reason(&t, b"1\n2\n12\n", b"1\n2\n13\n"),
        "line 3 differs: expected 12, got 13"
    );
    assert_eq!(
        reason(&t, b"1 2 3\n", b"1 2\n"),
        "the output ends too early, in line 2: expected 3 next"
    );
    assert_eq!(
        reason(&t, b"1\n", b"1\n\n2 3\n"),
        "line 3: 2 comes after the end of the expected output"
    );
    assert_eq!(reason(&t, b"42", b" \n"), "there is no output: expected 42");
    assert!(t.check(b"ab", b"a b").is_err() && t.check(b"1.0", b"1").is_err());
}

#[test]
fn numbers_allow_the_tolerance_absolute_or_relative() {
    assert_eq!(NUMBERS.check(b"x 1.0 2e3", b"x 1 2000.001"), Ok(()));
    assert_eq!(NUMBERS.check(b"0", b"-0.0000005"), Ok(()));
    assert_eq!(
        NUMBERS.check(b"1e300 nan inf -inf", b"1.0000001e300 -NaN Infinity -INF"),
        Ok(())
    );
    for (e, g) in [
        ("1", "1.00001"),
        ("inf", "-inf"),
        ("nan", "1"),
        ("1", "nan"),
        ("inf", "1e308"),
        ("1", "one"),
        ("a", "b"),
        ("0x10", "16"),
    ] {
        assert!(
            NUMBERS.check(e.as_bytes(), g.as_bytes()).is_err(),
            "{e} against {g}"
        );
    }
    assert_eq!(
        Checker::Numbers { tolerance: 0.0 }.check(b"1.50", b"1.5"),
        Ok(())
    );
    let long = "9".repeat(LONGEST_NUMBER + 1);
    assert!(
        NUMBERS
            .check(long.as_bytes(), format!("{long}0").as_bytes())
            .is_err()
    );
}

#[test]
fn exact_says_what_is_only_white_space() {
    let x = Checker::Exact;
    assert_eq!(x.check(b"a\n", b"a\n"), Ok(()));
    assert_eq!(
        reason(&x, b"1\na b\n", b"1\na  b\n"),
        "line 2 differs in white space only: expected \"a b\", got \"a  b\""
    );
    assert_eq!(
        reason(&x, b"a\n", b"a"),
        "line 1 lacks a line end that the expected output has"
    );
    assert_eq!(
        reason(&x, b"a", b"a\n"),
        "line 1 has a line end that the expected output has not"
    );
    assert_eq!(
        reason(&x, b"1\n2\n", b"1\n3\n"),
        "line 2 differs: expected \"2\", got \"3\""
    );
    assert_eq!(
        reason(&x, b"1\n2\n", b"1\n"),
        "line 2 differs: expected \"2\", got the end of the output"
    );
    assert_eq!(reason(&x, b"1\n", b""), "there is no output at all");
    assert_eq!(
        reason(&x, b"", b"x"),
        "line 1 differs: expected the end of the output, got \"x\""
    );
    assert!(x.check(b"a\r\n", b"a\n").is_err());
}

#[test]
fn lines_may_come_in_any_order_but_as_often() {
    let l = Checker::Lines;
    assert_eq!(l.check(b"a 1\nb\nb\n", b"b\n\nb \n a  1"), Ok(()));
    assert_eq!(
        reason(&l, b"a\nb\n", b"b\nc\n"),
        "line 2 is not expected: c; missing is for example a"
    );
    assert_eq!(reason(&l, b"a\nb\nb\n", b"b\na\n"), "a line is missing: b");
    assert_eq!(
        reason(&l, b"a\nb\n", b"b\na\na\n"),
        "line 3 is not expected (or too often): a"
    );
    let m = l.check(b"one\ntwo\n", b"two\nthree\n").unwrap_err();
    assert_eq!(
        (m.line, m.expected_excerpt.as_str(), m.got_excerpt.as_str()),
        (2, "one\ntwo", "two\nthree")
    );
}

#[test]
fn excerpts_show_the_neighbourhood_and_never_obey() {
    let m = Checker::Tokens
        .check(
            b"1\n2\n3\n4\n5\n6\n7\n",
            b"1\n2\n3\nx\x1b[2J\xff\n5\n6\n7\n",
        )
        .unwrap_err();
    assert_eq!((m.line, m.expected_excerpt.as_str()), (4, "2\n3\n4\n5\n6"));
    assert_eq!(m.got_excerpt, "2\n3\nx\\x1b[2J\\xff\n5\n6");
    assert_eq!(m.reason, "line 4 differs: expected 4, got x\\x1b[2J\\xff");
}

#[test]
fn huge_lines_are_cut_and_cheap() {
    let mut e = "é".repeat(4_000_000).into_bytes();
    let mut g = e.clone();
    e.extend(b"1");
    g.extend(b"2");
    for c in [Checker::Exact, Checker::Tokens, NUMBERS, Checker::Lines] {
        let m = c.check(&e, &g).unwrap_err();
        assert!(
            m.reason.len() < 400 && m.got_excerpt.len() < 400,
            "{}",
            m.reason
        );
        assert!(!m.got_excerpt.contains("\\x"), "{}", m.got_excerpt);
    }
    let many = b"7 ".repeat(2_000_000);
    assert_eq!(NUMBERS.check(&many, &many[..many.len() - 1]), Ok(()));
}

#[test]
fn any_bytes_do() {
    let mut seed = 1u32;
    let mut noise = |n: usize| -> Vec<u8> {
        (0..n)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                b"\xff\x80\xc3\xa9\n\r 1.-e\x00\x1b"[(seed >> 24) as usize % 13]
            })
            .collect()
    };
    for n in 0..400 {
        let (a, b) = (noise(n % 37), noise(n % 23));
        for c in [Checker::Exact, Checker::Tokens, NUMBERS, Checker::Lines] {
            assert_eq!(c.check(&a, &a), Ok(()));
            if let Err(m) = c.check(&a, &b) {
                assert!(
                    !m.reason.contains(|c: char| c.is_control()),
                    "{:?}",
                    m.reason
                );
            }
        }
    }
}

#[test]
fn people_name_checkers() {
    for text in ["exact", "tokens", "lines", "numbers:1e-9"] {
        assert_eq!(Checker::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(Checker::parse(" numbers "), Ok(NUMBERS));
    for bad in [
        "",
        "fuzzy",
        "numbers:",
        "numbers:-1",
        "numbers:nan",
        "exact:3",
    ] {
        assert!(Checker::parse(bad).is_err(), "{bad}");
    }
}
