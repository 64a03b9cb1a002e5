//! A function of a TypeScript file, judged by commands: no Node.js is needed for that.

use std::fs;

use crate::support::home::{Home, stderr, stdout, tape};

const SLUG: &str = r#"export interface Options {
  separator?: string;
}

export function slug(text: string, options: Options = {}): string {
  const separator: string = options.separator ?? "-";
  let out = "";
  for (const c of text.toLowerCase()) {
    out = /[a-z0-9]/.test(c) ? out + c : out.endsWith(separator) ? out : out + separator;
  }
  return out;
}

export const last: string = "kept";
"#;

const SHORT: &str = r#"export function slug(text: string, options: Options = {}): string {
  const separator: string = options.separator ?? "-";
  return text.toLowerCase().replace(/[^a-z0-9]+/g, () => separator);
}
"#;

#[test]
fn a_function_of_typescript_is_written_back_with_its_types() {
    for (part, fence) in [("::slug", "ts"), (":5-12", "typescript")] {
        let home = Home::new();
        let file = home.write("src/slug.ts", SLUG);
        home.write("package.json", "{}");
        // It stands for a bench: fewer lines are better.
        home.write(
            "bench.sh",
            "grep -q 'last: string' src/slug.ts && echo \"METRIC lines=$(grep -c . src/slug.ts)\"\n",
        );
        home.write("check.sh", "! grep -q throw src/slug.ts\n");
        tape(&home, &[format!("Shorter.\n\n```{fence}\n{SHORT}```\n")]);
        let output = home.run(&[
            "optimize",
            &format!("src/slug.ts{part}"),
            "--check",
            "sh check.sh",
            "--bench",
            "sh bench.sh",
            "--tape",
            "tape",
            "--headless",
            "--rounds",
            "1",
            "--write",
        ]);
        let said = format!("{}{}", stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(0), "{part}: {said}");
        let (head, rest) = SLUG.split_once("export function").unwrap();
        let tail = &rest[rest.find("\n}\n").unwrap() + 3..];
        let now = fs::read_to_string(&file).unwrap();
        assert_eq!(now, [head, SHORT, tail].concat(), "{part}: {said}");
    }
}
