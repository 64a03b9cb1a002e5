//! What a diff of characters must be: both texts can be had back from it, and nothing that is common is left out.

fn sides(left: &str, right: &str) -> (String, String, usize) {
    let (mut one, mut other, mut both) = (String::new(), String::new(), 0);
    for part in diff::chars(left, right) {
        match part {
            diff::Result::Left(c) => one.push(c),
            diff::Result::Right(c) => other.push(c),
            diff::Result::Both(c, d) => {
                assert_eq!(c, d);
                one.push(c);
                other.push(d);
                both += 1;
            }
        }
    }
    (one, other, both)
}

#[test]
fn both_texts_come_back() {
    for (left, right, common) in [
        ("", "", 0),
        ("abc", "", 0),
        ("", "abc", 0),
        ("abc", "abc", 3),
        ("kitten", "sitting", 4),
        ("über", "unter", 2),
        ("The quick brown fox", "The brown quick fox", 13),
    ] {
        assert_eq!(
            sides(left, right),
            (left.to_owned(), right.to_owned(), common),
            "{left} {right}"
        );
    }
}

#[test]
fn lines_and_slices_are_as_they_were() {
    assert_eq!(diff::lines("a\nb\nc", "a\nc").len(), 3);
    assert_eq!(diff::slice(&[1, 2, 3, 4], &[1, 3, 5]).len(), 5);
}
