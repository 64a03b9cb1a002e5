//! The page in a real browser: nothing is wrong on its console, every part is there, and a phone shows all of it.

use super::journals::{ID, fabricated_home, hostile, long, put};
use crate::support::chromium::{chromium, open};
use crate::support::home::{Home, stderr};

/// A page that shows another in a frame as wide as a phone, opens all that is folded, and writes down what is wider.
const PHONE: &str = r#"<!doctype html><meta charset="utf-8"><iframe id="frame" src="page.html" style="width:390px;height:800px;border:0"></iframe><pre id="out"></pre>
<script>
console.log("the console is heard");
const frame = document.getElementById("frame");
frame.onload = () => {
  const page = frame.contentDocument;
  const rolls = e => { for (let p = e.parentElement; p; p = p.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(p).overflowX)) return true; return false; };
  const wide = () => [...page.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > 390.5 && !rolls(e)).map(e => e.tagName + "." + e.className.toString() + " " + e.textContent.slice(0, 40));
  const before = wide();
  for (const e of page.querySelectorAll("details")) e.open = true;
  const all = before.concat(wide());
  document.getElementById("out").textContent = "wide " + all.length + " scroll " + page.documentElement.scrollWidth + " of " + page.documentElement.clientWidth + " open " + page.querySelectorAll("details[open]").length + " " + all.slice(0, 5).join(" | ");
};
</script>"#;

fn page(home: &Home, session: &str) -> std::path::PathBuf {
    let output = home.run(&["report", session, "--html", "page.html"]);
    assert!(output.status.success(), "{}", stderr(&output));
    home.path("page.html")
}

fn looks_right(home: &Home, session: &str, versions: usize) {
    let Some(chromium) = chromium() else { return };
    let page = page(home, session);
    let seen = open(&chromium, &home.path("."), &page, &[]);
    assert_eq!(seen.console, [""; 0], "{session}");
    for part in ["rounds", "change", "versions", "measured", "again"] {
        assert!(
            seen.dom.contains(&format!("<section id=\"{part}\"")),
            "{session}: {part}"
        );
    }
    assert_eq!(
        seen.dom.matches("<details class=\"version ").count(),
        versions,
        "{session}"
    );
    assert!(
        !seen.dom.contains("<script") && !seen.dom.contains("<img"),
        "{session}"
    );
    let phone = home.write("phone.html", PHONE);
    let seen = open(
        &chromium,
        &home.path("."),
        &phone,
        &["--virtual-time-budget=5000"],
    );
    let told = seen.dom.split_once("<pre id=\"out\">").unwrap().1;
    let told = told.split_once("</pre>").unwrap().0;
    assert!(told.starts_with("wide 0 scroll "), "{session}: {told}");
    let (scroll, rest) = told["wide 0 scroll ".len()..].split_once(" of ").unwrap();
    assert_eq!(scroll, rest.split_once(' ').unwrap().0, "{session}: {told}");
    assert!(
        seen.console.len() == 1 && seen.console[0].contains("the console is heard"),
        "{:?}",
        seen.console
    );
}

#[test]
fn a_browser_shows_all_of_a_page_also_on_a_phone() {
    let home = fabricated_home();
    looks_right(&home, ID, 6);
}

#[test]
fn a_browser_obeys_nothing_of_a_hostile_session() {
    let home = Home::new();
    put(&home, "hostile", &hostile());
    looks_right(&home, "hostile", 6);
}

#[test]
fn a_browser_shows_fifty_versions_also_on_a_phone() {
    let home = Home::new();
    put(&home, "long", &long(50, 40));
    looks_right(&home, "long", 51);
}
