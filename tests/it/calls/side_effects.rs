//! What calls of JavaScript leave behind is told, and so is what outlives them; what honest versions do is not.

use super::driven::{Project, RESULTS};
use reheat::sandbox::RunVerdict;

/// What the driver said to survive, after so many passes of a module's function `f`.
fn survives(files: &[(&str, &str)], calls: &str) -> Option<Vec<String>> {
    let project = Project::javascript(files)?;
    let outcome = project.run("f", calls, 4);
    let said = String::from_utf8_lossy(&outcome.stderr.bytes).into_owned();
    assert_eq!(outcome.verdict, RunVerdict::Ok, "{said}");
    let marked = said
        .lines()
        .filter_map(|l| l.strip_prefix("reheat: survives: "));
    Some(marked.map(str::to_owned).collect())
}

/// Why a version of `f` is wrong, by the outcomes of two passes; empty where it is not.
fn why(original: &str, version: &str, calls: &str) -> Option<String> {
    let expected = Project::javascript(&[("m.js", original)])?.output("f", calls, 1);
    let project = Project::javascript(&[("m.js", original)])?.version(version);
    let got = project.output("f", calls, 2);
    let compared = RESULTS.check(expected.as_bytes(), got.as_bytes());
    Some(compared.err().map(|why| why.reason).unwrap_or_default())
}

/// The outcome of one call of `f`.
fn outcome(text: &str, call: &str) -> Option<String> {
    Some(Project::javascript(&[("m.js", text)])?.outcomes("f", call))
}

#[test]
fn records_warnings_and_standard_error_belong_to_a_call() {
    let text = "const { warn } = console;
exports.f = (x) => {
  warn('%d is odd', x, new RangeError('why'));
  console.error({ x });
  console.assert(x < 0, 'not below 0');
  process.emitWarning('old', 'Old');
  process.stderr.write('straight\\n');
  return x;
};";
    let Some(got) = outcome(text, "[3]") else {
        return;
    };
    assert_eq!(
        got,
        r#"{"call":1,"returned":3,"left":{"logging":[["warn","3 is odd RangeError: why"],["error","{ x: 3 }"],["assert","not below 0"]],"warnings":[["Old","old"]],"stderr":"straight\n"}}"#
    );
    // The same with other lines, and with what only the engine warns of.
    let other = text
        .replace("exports.f", "\n\nexports.f")
        .replace("return x", "new Buffer(x); return x");
    assert_eq!(outcome(&other, "[3]").unwrap(), got);
    // A version without them is another one.
    let silent = "exports.f = (x) => x;";
    assert_eq!(
        outcome(silent, "[3]").unwrap(),
        r#"{"call":1,"returned":3}"#
    );
}

#[test]
fn time_that_calls_ask_to_sleep_is_told() {
    let text = "const { setTimeout: later } = require('node:timers/promises');
exports.f = async (x) => {
  await new Promise((done) => setTimeout(done, 20));
  await later(5);
  const guard = setTimeout(() => {}, 5000);
  clearTimeout(guard);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3);
  await new Promise((done) => setImmediate(done));
  return x;
};";
    let Some(got) = outcome(text, "[1]") else {
        return;
    };
    assert_eq!(got, r#"{"call":1,"returned":1,"left":{"sleep":0.028}}"#);
    let project = Project::javascript(&[(
        "m.mjs",
        "import { setTimeout as later } from 'node:timers';\nexport const f = () => new Promise((done) => later(done, 7));",
    )]);
    assert!(
        project
            .unwrap()
            .outcomes("f", "[]")
            .contains(r#""left":{"sleep":0.007}"#)
    );
}

#[test]
fn what_the_process_has_after_a_call_is_told() {
    let text = "exports.f = (x) => {
  process.env.MODE = 'x' + x;
  delete process.env.LANG;
  process.on('SIGUSR2', () => {});
  process.chdir('/tmp');
  require('fs').writeFileSync('/tmp/out.txt', 'text');
};";
    let Some(got) = outcome(text, "[1]") else {
        return;
    };
    for part in [
        r#""environment":{"LANG":null,"MODE":"x1"}"#,
        r#""folder":"/tmp""#,
        r#""signals":{"SIGUSR2":1}"#,
        r#""files":{"TMPDIR/out.txt":{"digest":"982d9e3eb996f559","size":4}}"#,
    ] {
        assert!(got.contains(part), "{part}: {got}");
    }
}

#[test]
fn variables_that_others_see_are_told_by_value() {
    let common = "const { note } = require('./notes');
let seen = 0, scratch = 0;
class Grid { static made = 0; constructor() { Grid.made++; } }
exports.total = 0;
exports.memory = { Cache: 1 };
exports.resultCache = new Map();
function f(x) {
  seen++; scratch = x;
  exports.total += x;
  exports.resultCache.set(x, x);
  new Grid(); note(x);
  f.calls = (f.calls ?? 0) + 1;
  return x;
}
function count() { return seen; }
Object.assign(exports, { f, count, Grid });";
    let modern = "import { note } from './notes.js';
let seen = 0, scratch = 0;
export class Grid { static made = 0; constructor() { Grid.made++; } }
export let total = 0;
export const resultCache = new Map();
export function f(x) {
  seen++; scratch = x; total += x;
  resultCache.set(x, x);
  new Grid(); note(x);
  return x;
}
export function count() { return seen; }";
    let notes = "exports.lines = []; exports.note = (x) => exports.lines.push(x);";
    for (file, text) in [("m.js", common), ("m.mjs", modern)] {
        let Some(project) = Project::javascript(&[(file, text), ("notes.js", notes)]) else {
            return;
        };
        let got = project.output("f", "[2]\n[5]", 4);
        let left = r#"{"call":2,"returned":5,"left":{"globals":{"Grid.made":2,"notes.js:lines":[2,5],"seen":2,"total":7}}}"#;
        assert!(
            got.contains("{\"call\":1,\"returned\":2}\n") && got.contains(left),
            "{got}"
        );
        assert!(
            got.lines()
                .next()
                .unwrap()
                .contains("\"left\":{\"names\":[\"Grid\",\"Grid.made\","),
            "{got}"
        );
        // A version that leaves them alone, whatever it keeps for itself.
        let lazy = text
            .replace("seen++;", "")
            .replace("exports.total += x;", "")
            .replace("total += x;", "")
            .replace("note(x);", "");
        let got = project.version(&lazy).output("f", "[2]\n[5]", 4);
        assert!(
            got.ends_with("\"left\":{\"globals\":{\"Grid.made\":2}}}\n"),
            "{got}"
        );
    }
}

#[test]
fn objects_that_a_result_shares_are_told() {
    for (text, call, want) in [
        (
            "(rows) => rows.slice()",
            "[[[1], [2]]]",
            r#"["result[0] is args[0][0]","result[1] is args[0][1]"]"#,
        ),
        (
            "(rows) => rows.sort()",
            "[[2, 1]]",
            r#"["result is args[0]"]"#,
        ),
        (
            "(n) => Array(n).fill([0, 0])",
            "[3]",
            r#"["result[1] is result[0]","result[2] is result[0]"]"#,
        ),
        (
            "(o) => ({ a: o, b: new Map([['x', o]]) })",
            "[{}]",
            r#"["result.a is args[0]","result.b[\"x\"] is args[0]"]"#,
        ),
    ] {
        let Some(got) = outcome(&format!("exports.f = {text};"), call) else {
            return;
        };
        assert!(
            got.contains(&format!("\"left\":{{\"sharing\":{want}}}")),
            "{text}: {got}"
        );
    }
    for (text, call) in [
        ("(rows) => rows.map((row) => [...row])", "[[[1], [2]]]"),
        ("(n) => Array.from({ length: n }, () => [0, 0])", "[3]"),
        (
            "(o) => Object.freeze([o.a, o.a, /x/, new Date(0)])",
            r#"[{"a": 1}]"#,
        ),
        ("(s) => [s, s, 1n, null]", r#"["a"]"#),
    ] {
        let got = outcome(&format!("exports.f = {text};"), call).unwrap();
        assert!(!got.contains("left"), "{text}: {got}");
    }
    // Kept results are handed out twice.
    let kept = "const all = new Map();\nexports.f = (x) => { if (!all.has(x)) all.set(x, [x]); return all.get(x); };";
    let got = outcome(kept, "[1]\n[2]\n[1]").unwrap();
    assert!(
        got.ends_with(
            r#""returned":[1],"left":{"sharing":["result is what an earlier call gave"]}}"#
        ),
        "{got}"
    );
}

const UTIL: (&str, &str) = (
    "util.js",
    "exports.g = (x) => x + 1; exports.Pair = class {};",
);

#[test]
fn what_outlives_a_pass_is_said() {
    for (text, want) in [
        (
            "exports.f = (x) => { globalThis.kept ??= new Map(); return x; };",
            "globalThis.kept was added",
        ),
        (
            "const kept = (globalThis[Symbol.for('kept')] ??= new Map()); exports.f = (x) => x;",
            "globalThis[Symbol(kept)] was added",
        ),
        (
            "exports.f = (x) => { Array.prototype.kept ??= new Map(); return x; };",
            "Array.prototype.kept was added",
        ),
        (
            "exports.f = (x) => { Math.max.kept ??= new Map(); return x; };",
            "Math.max.kept was added",
        ),
        (
            "const fs = require('fs'); exports.f = (x) => { fs.readFileSync.kept ??= new Map(); return x; };",
            "fs.readFileSync.kept was added",
        ),
        (
            "exports.f = (x) => { require('http').kept ??= new Map(); return x; };",
            "http.kept was added",
        ),
        (
            "exports.f = (x) => { require.cache.kept ??= { exports: new Map() }; return x; };",
            "require.cache[\"kept\"] was added",
        ),
        (
            "const M = require('module'); const at = __filename + '.kept'; exports.f = (x) => { require.cache[at] ??= Object.assign(new M(at), { filename: at, loaded: true }); return x; };",
            "require.cache[\"/project/m.js.kept\"] was added",
        ),
        (
            "exports.f = (x) => { process.env.KEPT = x; return x; };",
            "process.env.KEPT was changed",
        ),
        (
            "const { g } = require('./util'); exports.f = (x) => { g.kept ??= new Map(); return x; };",
            "g.kept of util.js was added",
        ),
        (
            "const { Pair } = require('./util'); Pair.prototype.kept = new Map(); exports.f = (x) => x;",
            "Pair.prototype.kept of util.js was added",
        ),
        (
            "const { parse } = JSON; JSON.parse = (s) => parse(s); exports.f = (x) => x;",
            "JSON.parse was replaced",
        ),
        (
            "Date.now = () => 0; exports.f = (x) => x;",
            "Date.now was replaced",
        ),
        (
            "performance.now = () => 0; exports.f = (x) => x;",
            "performance.now was added",
        ),
        (
            "process.hrtime.bigint = () => 0n; exports.f = (x) => x;",
            "process.hrtime.bigint was replaced",
        ),
        (
            "const next = Object.getPrototypeOf([][Symbol.iterator]()); next.kept = 1; exports.f = (x) => x;",
            "ArrayIterator.prototype.kept was added",
        ),
        (
            "require('v8').setFlagsFromString('--max-lazy'); exports.f = (x) => x;",
            "the engine's flag --max-lazy was set",
        ),
        (
            "let on; exports.f = (x) => { on ??= setInterval(() => {}, 50).unref(); return x; };",
            "a timer that comes again and again is still there",
        ),
        (
            "let on; exports.f = (x) => { if (!on) process.on('kept', (on = () => {})); return x; };",
            "a listener for the event kept of process was added",
        ),
        (
            "const { Worker } = require('worker_threads'); let on; exports.f = (x) => { on ??= new Worker('setInterval(() => {}, 9)', { eval: true }); on.unref(); return x; };",
            "a worker thread is still there",
        ),
        (
            "const { spawn } = require('child_process'); let on; exports.f = (x) => { on ??= spawn('sleep', ['20'], { stdio: 'ignore' }); on.unref(); return x; };",
            "a child process is still there",
        ),
    ] {
        let Some(said) = survives(&[("m.js", text), UTIL], "[1]\n[2]") else {
            return;
        };
        assert_eq!(said, [want], "{text}");
    }
}

#[test]
fn of_what_honest_modules_do_nothing_is_said() {
    for text in [
        "const kept = new Map(); exports.f = (x) => { if (!kept.has(x)) kept.set(x, x * 2); return kept.get(x); };",
        "exports.f = (x) => require('querystring').stringify({ x }) + require('http').STATUS_CODES[200] + require('zlib').gzipSync('x').length;",
        "exports.f = (x) => require('crypto').createHash('md5').update(String(x)).digest('hex') + crypto.constructor.name;",
        "exports.f = (x) => [typeof fetch, typeof navigator, typeof WebSocket, typeof ReadableStream, typeof FormData, structuredClone([x])];",
        "const n = new Intl.NumberFormat('de'); exports.f = (x) => n.format(x) + 'ä'.localeCompare('b') + new Date(0).toLocaleString('de');",
        "exports.f = async (x) => { await new Promise((done) => setTimeout(done, 2)); for await (const y of require('stream').Readable.from([x])) return y; };",
        "exports.f = (x) => Symbol.for('a').description + x + require('util').inspect({ x }) + new Error(x).stack.length;",
        "const { execSync } = require('child_process'); exports.f = (x) => execSync('echo ' + x).toString();",
        "const { Worker } = require('worker_threads'); exports.f = () => new Promise((done) => new Worker('1', { eval: true }).on('exit', done));",
        "const { g } = require('./util'); class A { static n = 0; #x = 1; get x() { A.n++; return this.#x; } } exports.f = (x) => g(x) + new A().x;",
        "const { promisify } = require('util'); exports.f = (x) => promisify(setTimeout)(1, x);",
        "const E = require('events'); exports.f = (x) => { const e = new E(); e.on('a', () => x++); e.emit('a'); performance.now(); process.hrtime(); return x; };",
    ] {
        let Some(said) = survives(&[("m.js", text), UTIL], "[1]\n[2]") else {
            return;
        };
        assert!(said.is_empty(), "{text}: {said:?}");
    }
    // Modules that import one another are loaded in another thread's way.
    let (a, b) = (
        "import { g } from './b.mjs';\nexport const f = (x) => (x ? g(x) : 0);",
        "import { f } from './a.mjs';\nexport const g = (x) => f(x - 1);",
    );
    assert_eq!(
        survives(&[("a.mjs", a), ("b.mjs", b)], "[1]").unwrap(),
        [""; 0]
    );
}

#[test]
fn what_a_module_has_of_its_own_is_new_with_each_instance() {
    let common = "exports.f = () => (require.resolve.times = (require.resolve.times ?? 0) + 1);";
    let modern = "import data from './data.json' with { type: 'json' };
export function f() {
  import.meta.times = (import.meta.times ?? 0) + 1;
  data.times = (data.times ?? 0) + 1;
  return import.meta.times + data.times - 1;
}";
    for (file, text) in [("m.js", common), ("m.mjs", modern)] {
        let Some(project) = Project::javascript(&[(file, text), ("data.json", "{}")]) else {
            return;
        };
        let got = project.output("f", "[]", 6);
        assert!(
            got.contains("\"returned\":1") && !got.contains("\"pass\""),
            "{got}"
        );
    }
}

#[test]
fn places_that_seem_to_change_by_themselves_keep_nothing() {
    for (text, want) in [
        ("process.title = 'kept';", "process.title was changed"),
        ("process.argv.push('kept');", "process.argv was changed"),
        ("process.domain = {};", "process.domain was changed"),
        (
            "Object.assign(process._events, { kept: {} });",
            "process._events was changed",
        ),
        (
            "module.constructor._pathCache.kept = {};",
            "module._pathCache was changed",
        ),
        (
            "module.constructor.globalPaths.push({});",
            "module.globalPaths was changed",
        ),
        (
            "require.main.children.push({});",
            "require.main.children was changed",
        ),
        (
            "require.main.paths.kept = 1;",
            "require.main.paths was changed",
        ),
        ("setTimeout(() => {}, 60_000);", "a timer is still there"),
    ] {
        let text = format!("{text} exports.f = (x) => x;");
        let Some(said) = survives(&[("m.js", &text)], "[1]") else {
            return;
        };
        assert_eq!(said, [want], "{text}");
    }
    for text in [
        "process.exitCode = 0; process.on('SIGUSR2', () => {}).removeAllListeners('SIGUSR2');",
        "require('./util'); require('http'); process.chdir('.'); process.emitWarning('w');",
    ] {
        let text = format!("{text} exports.f = (x) => x;");
        assert_eq!(
            survives(&[("m.js", &text), UTIL], "[1]").unwrap(),
            [""; 0],
            "{text}"
        );
    }
}

#[test]
fn large_data_is_no_difficulty() {
    let big = "exports.rows = Array.from({ length: 3e5 }, (_, i) => ({ i }));
exports.flat = new Array(1e7).fill(1); exports.words = ['x'.repeat(1e7)]; exports.f = (x) => [x];";
    let Some(got) = why(big, big, "[1]\n[0]") else {
        return;
    };
    assert_eq!(got, "");
    // What is changed in it is seen where it lies in the sample.
    let other = big.replace("=> [x]", "=> [exports.flat.fill(2, 0, 4e6) && x]");
    let got = why(big, &other, "[1]").unwrap();
    assert!(
        got.contains("change the global flat, which the original does not"),
        "{got}"
    );
    // As many calls of a generator.
    let calls = "exports.calls = () => Array.from({ length: 2e5 }, (_, i) => [i]);";
    let project = |calls: &str| {
        let files = [("m.js", "exports.f = (x) => x;"), ("calls.js", calls)];
        Project::javascript(&files)
            .unwrap()
            .generator("calls.js", "calls")
    };
    let got = project(calls).output("f", "{}", 1);
    assert!(got.contains("{\"call\":200000,\"returned\":199999}"));
    // A generator that gives nothing makes no calls.
    for nothing in ["() => {}", "() => null", "() => []", "function* () {}"] {
        let why = project(&format!("exports.calls = {nothing};")).refusal("f", "{}");
        assert_eq!(why, "the generator calls made no calls", "{nothing}");
    }
}

#[test]
fn keys_in_another_order_are_the_same_value() {
    let original = "exports.f = (x) => { const [a, b] = [[1, { x }], [x]]; return [new Map([['p', a], ['q', b], ['r', a], ['s', b]]), { t: a, u: b, v: a }]; };";
    let version = "exports.f = (x) => { const [a, b] = [[1, { x }], [x]]; return [new Map([['s', b], ['r', a], ['q', b], ['p', a]]), { v: a, u: b, t: a }]; };";
    let (calls, large) = ("[1]", "{\"$literal\":1}");
    let Some(got) = why(original, version, calls) else {
        return;
    };
    assert_eq!(got, "");
    // Also where only a digest is told.
    let grown = |text: &str| text.replace("return [", "a.push('x'.repeat(2e6)); return [");
    assert_eq!(
        why(&grown(original), &grown(version), &format!("[{large}]")).unwrap(),
        ""
    );
    // An argument whose keys come back in another order was not changed.
    let moves = "exports.f = (o) => { const { a } = o; o.b = a; delete o.a; o.a = a; return 1; };";
    let leaves = "exports.f = (o) => { const { a } = o; o.b = a; return 1; };";
    assert_eq!(why(leaves, moves, r#"[{"a": [1], "b": [1]}]"#).unwrap(), "");
    // Another one is.
    let swapped = version.replace("{ v: a, u: b, t: a }", "{ v: b, u: b, t: a }");
    assert!(why(original, &swapped, calls).unwrap().contains("result"));
}

#[test]
fn only_frames_of_a_stack_are_left_out_of_a_text() {
    let text = "exports.f = (x) => { console.error('agenda\\n  at noon: ' + x + '\\n', new Error('why')); return 1; };";
    let moved = format!(
        "\n\nconst g = (x) => new Error(x);\n{}",
        text.replace("new Error", "g")
    );
    let Some(got) = why(text, &moved, "[1]") else {
        return;
    };
    assert_eq!(got, "");
    let other = text.replace("noon", "dawn");
    assert!(
        why(text, &other, "[1]")
            .unwrap()
            .contains("leaves other log records behind")
    );
}

/// A version may find out when it is looked at; where it is not, its records are counted.
#[cfg(target_os = "linux")]
#[test]
fn what_is_told_only_while_somebody_looks_is_missed() {
    for tells in [
        "console.error('n')",
        "console.log('n')",
        "process.stderr.write('n')",
        "process.emitWarning('n', 'Old')",
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)",
    ] {
        let always = format!("exports.f = (x) => {{ {tells}; return x; }};");
        let looked =
            format!("let n = 0; exports.f = (x) => {{ if (n++ < 8) {tells}; return x; }};");
        let Some(project) = Project::javascript(&[("m.js", &always)]) else {
            return;
        };
        let calls = "[1]\n[2]\n[3]";
        let expected = project.output("f", calls, 1);
        let check = |got: String| RESULTS.check(expected.as_bytes(), got.as_bytes());
        assert_eq!(check(project.bursts("f", calls, false)), Ok(()), "{tells}");
        let got = project.version(&looked).bursts("f", calls, false);
        assert!(check(got.clone()).is_err(), "{tells}: {got}");
    }
}

#[test]
fn work_that_is_put_off_until_a_result_is_looked_at_is_another_result() {
    let eager = "exports.f = (x) => ({ x, square: x * x });";
    let lazy = "exports.f = (x) => ({ x, get square() { return x * x; } });";
    let Some(got) = outcome(eager, "[3]") else {
        return;
    };
    assert_eq!(got, r#"{"call":1,"returned":{"square":9,"x":3}}"#);
    let proxy = "exports.f = (x) => new Proxy([x], {});";
    assert!(
        outcome(proxy, "[3]")
            .unwrap()
            .contains(r#"{"$type":"Proxy","value":[3]}"#)
    );
    let got = outcome(lazy, "[3]").unwrap();
    assert_eq!(
        got,
        r#"{"call":1,"returned":{"square":{"$type":"get","value":9},"x":3}}"#
    );
}

#[cfg(target_os = "linux")]
#[test]
fn what_calls_put_elsewhere_is_taken_away_before_they_are_timed() {
    // Who keeps something outside of the module finds it in no burst, so outcomes are those of one pass.
    let text = "exports.f = (x) => { globalThis.kept ??= new Map(); const was = globalThis.kept.size; globalThis.kept.set(was, x); return was; };";
    let Some(project) = Project::javascript(&[("m.js", text)]) else {
        return;
    };
    let once = project.output("f", "[1]", 1);
    assert!(once.contains("\"returned\":0"), "{once}");
    assert_eq!(project.output("f", "[1]", 6), once);
    // A property that nobody sees makes no use of arguments that serve again.
    let text = "const kept = Symbol(); exports.f = (xs) => { const was = kept in xs; Object.defineProperty(xs, kept, { value: 1, configurable: true }); return was; };";
    let project = Project::javascript(&[("m.js", text)]).unwrap();
    let got = project.bursts("f", "[[1]]\n[[2]]", false);
    assert!(!got.contains("true") && !got.contains("\"pass\""), "{got}");
}
