// Calls one function of a JavaScript or TypeScript file again and again, and reports the outcomes by value.
//
//     node --expose-internals javascript.cjs TARGET ROOT MODULE NAME [GENERATOR FUNCTION]
//
// src/task/calls/driver.rs documents the arguments, the standard input and the standard output.
// Works with Node.js 18 and later, with CommonJS and with ES modules; with TypeScript where Node.js can remove its types.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const url = require("node:url");
const util = require("node:util");
const vm = require("node:vm");
const crypto = require("node:crypto");
const Module = require("node:module");

const CAP = 1_000_000; // items that are taken from an iterator at most
const LARGE = 1_000_000; // characters of one value, above which only its digest is given
const ENCODINGS = 4; // passes whose outcomes are encoded, whatever the number of passes is
const DEEPEST = 40; // levels of one value before the rest of it goes into its table

const [TARGET, ROOT_SAID, MODULE, NAME_SAID, GENERATOR, GENERATOR_FUNCTION] = process.argv.slice(2);
const [, ACCESS, NAME, ORDINAL] = /^(?:(get|set) )?(.*?)(?:#(\d+))?$/su.exec(NAME_SAID);
const ROOT = fs.existsSync(ROOT_SAID) ? fs.realpathSync(ROOT_SAID) : ROOT_SAID;
const FILE = path.join(ROOT, MODULE);
const DRIVER = module;

// -------------------------------------------------------------------------------------------- words

const { writeSync, readFileSync, readSync } = fs;
const reallyExit = process.reallyExit.bind(process);

function all(fd, text) {
  let data = Buffer.from(text, "utf8");
  while (data.length > 0) {
    try {
      data = data.subarray(writeSync(fd, data));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

function say(kind, sentence) {
  all(2, `reheat: ${kind}: ${String(sentence).split(/\s+/).join(" ")}\n`);
}

function fail(sentence) {
  say("failed", sentence);
  reallyExit(1);
}

/** What was thrown, in one line. */
function complaint(error) {
  try {
    if (error instanceof Error || util.types.isNativeError(error)) {
      return error.message ? `${typeName(error)}: ${error.message}` : typeName(error);
    }
    return `${typeName(error)}: ${String(error)}`;
  } catch {
    return "something that cannot be shown";
  }
}

function typeName(value) {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return typeof value;
  let name;
  try {
    name = value.constructor && value.constructor.name;
  } catch {}
  return typeof name === "string" && name ? name : "Object";
}

// ------------------------------------------------------------------------------------- the streams

let heard = null; // what is printed while a pass is looked at
const counts = { printed: 0, stderr: 0, logging: 0, warnings: 0, sleep: 0 }; // of all calls, looked at or not
let muttered = 100_000; // bytes of standard error that still go out

function stream(fd, take) {
  return (chunk, encoding, done) => {
    take(chunk, typeof encoding === "string" ? encoding : "utf8");
    const then = typeof encoding === "function" ? encoding : done;
    if (typeof then === "function") process.nextTick(then);
    return true;
  };
}

function takeStreams() {
  const given = readFileSync(0);
  const toOut = (chunk, encoding) => {
    counts.printed += chunk.length;
    if (heard !== null) heard.push(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
  };
  const toErr = (chunk, encoding) => {
    if (muttered <= 0) return;
    const text = String(chunk).slice(0, muttered);
    muttered -= text.length;
    all(2, text);
  };
  process.stdout.write = stream(1, toOut);
  process.stderr.write = stream(2, toErr);
  const original = fs.writeSync;
  fs.writeSync = function (fd, data, ...rest) {
    if (fd !== 1) return original.call(this, fd, data, ...rest);
    toOut(data);
    return Buffer.byteLength(data);
  };
  const empty = fs.openSync("/dev/null", "r");
  const read = fs.readFileSync;
  fs.readFileSync = (file, ...rest) => read(file === 0 || file === "/dev/stdin" ? empty : file, ...rest);
  return given;
}

/** process.exit in the function is an outcome of the call. */
class Exit extends Error {
  constructor(code) {
    super(String(code ?? 0));
  }
}
Object.defineProperty(Exit, "name", { value: "process.exit" });

// ------------------------------------------------------------------------------------------ loading

/** The top-level names of the module that are needed, exported or not. */
const wanted = new Set();
/** Functions that stand in its text, as the ways to them. */
let standing = [];
/** The name of the function that `module.exports` is in the text, also where a call stands around it. */
let exportedName;

function exposed() {
  const names = [...wanted].filter((n) => /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(n) && !RESERVED.has(n));
  return `{${names.map((n) => `${JSON.stringify(n)}:()=>typeof ${n}==="undefined"?undefined:${n}`).join(",")}}`;
}
const RESERVED = new Set(
  "exports module require default this null true false new delete typeof void in do if else for while switch case break continue return throw try catch finally function class const let var import export super with yield await enum static instanceof debugger".split(" "),
);

/** The nearest package.json says whether a .js file is an ES module. */
function packageSaysModule(folder) {
  for (;;) {
    try {
      return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).type === "module";
    } catch (error) {
      if (error instanceof SyntaxError) return false;
    }
    const above = path.dirname(folder);
    if (above === folder || path.basename(folder) === "node_modules") return false;
    folder = above;
  }
}

const TYPED = /\.[cm]?ts$/;

/** A text as the engine runs it: that of TypeScript without its types, so that all else stays at its place. */
function withoutTypes(text, file) {
  if (!TYPED.test(file)) return text;
  const warn = process.emitWarning;
  process.emitWarning = () => {}; // The engine says that this is new.
  try {
    return Module.stripTypeScriptTypes(text);
  } catch (error) {
    // Enums are more than types.
    if (error.code !== "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") throw error;
    try {
      return Module.stripTypeScriptTypes(text, { mode: "transform" });
    } catch {
      throw error;
    }
  } finally {
    process.emitWarning = warn;
  }
}

/** What `./util` and `./util.js` stand for in TypeScript that is written for a compiler. */
const twins = (name) => [name.replace(/(\.[cm]?)js$/, "$1ts"), `${name}.ts`, `${name}/index.ts`].filter((n) => n !== name);

/** Has the engine load TypeScript files as the target is loaded. */
function takeTypeScript(file) {
  if (!Module.stripTypeScriptTypes || !Module.registerHooks) {
    fail(`${path.relative(ROOT, file)} is TypeScript, whose types the Node.js here (${process.version}) cannot remove: take Node.js 22.18 or later (--tool names another), or give --bench and --check, commands that run it as your project does`);
  }
  const own = url.pathToFileURL(FILE).href;
  Module.registerHooks({
    resolve(name, context, next) {
      try {
        return next(name, context);
      } catch (error) {
        for (const twin of /^\.\.?(\/|$)/.test(name) ? twins(name) : []) {
          try {
            return next(twin, context);
          } catch {}
        }
        throw error;
      }
    },
    load(address, context, next) {
      if (address === own || !address.startsWith("file:") || !TYPED.test(address) || address.includes("/node_modules/")) return next(address, context);
      const file = url.fileURLToPath(address);
      const source = withoutTypes(readFileSync(file, "utf8"), file);
      const modern = !file.endsWith(".cts") && (file.endsWith(".mts") || packageSaysModule(path.dirname(file)) || commonJsSyntax(source.replace(/^#!.*/, "")) !== null);
      return { format: modern ? "module" : "commonjs", source, shortCircuit: true };
    },
  });
}

const CJS_PARAMETERS = ["exports", "require", "module", "__filename", "__dirname"];

function commonJsSyntax(text) {
  try {
    vm.compileFunction(text, CJS_PARAMETERS, { filename: FILE });
    return null;
  } catch (error) {
    return error;
  }
}

function parser() {
  try {
    return require("internal/deps/acorn/acorn/dist/acorn");
  } catch {
    return null;
  }
}

/** Where a syntax error lies, and what it is. */
function syntax(error) {
  const at = /:(\d+)\n/.exec(String(error.stack)) || /\((\d+):\d+\)/.exec(String(error.message));
  fail(`${MODULE} cannot be read as JavaScript: ${String(error.message).replace(/ \(\d+:\d+\)$/, "")}${at ? ` (line ${at[1]})` : ""}`);
}

/** Compiles a text as a function in the place of the file, so that `import()` and stack traces know where they are. */
function compiled(text) {
  const holder = new Module(FILE, null);
  holder.filename = FILE;
  holder.paths = Module._nodeModulePaths(path.dirname(FILE));
  holder._compile(text, FILE);
  return holder.exports;
}

/**
 * A way to get instances of a CommonJS module: its text is compiled once, as a function that is called for each. So every
 * instance has its own variables, but what the engine has learnt about the code serves them all, as it does in real use.
 */
function commonJs(text) {
  text = text.replace(/^#!.*/, "");
  const make = compiled(`module.exports = function (${CJS_PARAMETERS.join(", ")}) { ${text}\n;return ${exposed()}; };`);
  const require_ = Module.createRequire(FILE);
  let cycle = null;
  const known = () => require_.cache;
  const load = () => {
    const module = new Module(FILE, DRIVER);
    module.filename = FILE;
    module.paths = Module._nodeModulePaths(path.dirname(FILE));
    for (const name of cycle ?? []) delete known()[name];
    known()[FILE] = module;
    const asked = (id) => module.require(id);
    // The file is not the program that was started, and must not take itself for it.
    const resolve = (...args) => require_.resolve(...args);
    resolve.paths = (id) => require_.resolve.paths(id);
    Object.assign(asked, { resolve, cache: require_.cache, extensions: require_.extensions, main: require.main });
    const scope = make.call(module.exports, module.exports, asked, module, FILE, path.dirname(FILE)) ?? {};
    module.loaded = true;
    if (cycle === null) cycle = cycleOf(module);
    const others = Object.fromEntries([...cycle].map((n) => [n, known()[n]]).filter(([, m]) => m));
    return { scope, exports: module.exports, put: () => Object.assign(known(), others, { [FILE]: module }) };
  };
  return { load, twice: true };
}

/** Modules that the target's module depends on and that depend on it: they are loaded anew with it. */
function cycleOf(module) {
  const found = new Set();
  const seen = new Map();
  const reaches = (m) => {
    if (m === module) return true;
    if (seen.has(m)) return seen.get(m);
    seen.set(m, false);
    const yes = m.children.map(reaches).some(Boolean);
    seen.set(m, yes);
    if (yes) found.add(m.filename);
    return yes;
  };
  module.children.forEach(reaches);
  return found;
}

/** The statements of an ES module turned into a function's; null where that cannot be done. */
function asFunction(text, acorn) {
  const tree = moduleTree(text, acorn);
  const edits = [];
  const imports = [];
  const blank = (from, to, by = "") => edits.push([from, to, by + text.slice(from, to).replace(/[^\n]/g, "")]);
  for (const node of tree.body) {
    if (node.type === "ImportDeclaration") {
      const attributes = node.attributes ?? [];
      imports.push({
        from: node.source.value,
        json: attributes.some((a) => a.value.value === "json"),
        names: node.specifiers.map((s) => [
          s.local.name,
          s.type === "ImportDefaultSpecifier" ? "default" : s.type === "ImportNamespaceSpecifier" ? "*" : s.imported.name ?? s.imported.value,
        ]),
      });
      blank(node.start, node.end);
    } else if (node.type === "ExportNamedDeclaration" && node.declaration) {
      blank(node.start, node.declaration.start);
    } else if (node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration") {
      if (node.source) imports.push({ from: node.source.value, json: false, names: [] });
      blank(node.start, node.end);
    } else if (node.type === "ExportDefaultDeclaration") {
      const named = /^(Function|Class)Declaration$/.test(node.declaration.type) && node.declaration.id;
      blank(node.start, node.declaration.start, named ? "" : "const reheat_default = ");
      if (!named) edits.push([node.declaration.end, node.declaration.end, ";"]);
    }
  }
  let waits = false;
  const walk = (node, inside) => {
    if (!node || typeof node.type !== "string") return;
    if (node.type === "MetaProperty" && node.meta.name === "import") edits.push([node.start, node.end, "reheat_meta"]);
    const deeper = inside || /Function/.test(node.type) || node.type === "PropertyDefinition" || node.type === "StaticBlock";
    if (!inside && (node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await))) waits = true;
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) value.forEach((v) => walk(v, deeper));
      else if (value && typeof value === "object") walk(value, deeper);
    }
  };
  tree.body.forEach((node) => walk(node, false));
  const exportsDefault = tree.body.find((n) => n.type === "ExportDefaultDeclaration");
  const renamed = tree.body.flatMap((n) => (n.type === "ExportNamedDeclaration" && !n.source ? n.specifiers : []));
  const extra = [];
  if (exportsDefault) extra.push(`"default":()=>${exportsDefault.declaration.id?.name ?? "reheat_default"}`);
  for (const s of renamed) extra.push(`${JSON.stringify(s.exported.name ?? s.exported.value)}:()=>${s.local.name}`);
  edits.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let body = "";
  let at = 0;
  for (const [from, to, by] of edits) {
    if (from < at) continue;
    body += text.slice(at, from) + by;
    at = to;
  }
  body = (body + text.slice(at)).replace(/^#!.*/, "");
  const names = imports.flatMap((i) => i.names.map(([local]) => local));
  const scope = `{${[exposed().slice(1, -1), ...extra].filter(Boolean).join(",")}}`;
  const head = `module.exports = ${waits ? "async " : ""}function (reheat_meta${names.map((n) => ", " + n).join("")}) { "use strict"; `;
  return { imports, waits, text: `${head}${body}\n;return ${scope}; };` };
}

/** Whether some module of the project that the file imports imports the file. */
function importsItself(text) {
  const seen = new Set();
  const todo = [[FILE, text]];
  while (todo.length > 0) {
    const [file, said] = todo.pop();
    for (const node of treeOf(said)?.body ?? []) {
      if (!node.source || !/^\.\.?\//.test(node.source.value)) continue;
      const named = path.resolve(path.dirname(file), node.source.value);
      const other = TYPED.test(file) ? ([named, ...twins(named)].find((f) => fs.statSync(f, { throwIfNoEntry: false })?.isFile()) ?? named) : named;
      if (other === FILE) return true;
      if (seen.has(other) || seen.size > 2000) continue;
      seen.add(other);
      try {
        todo.push([other, withoutTypes(readFileSync(other, "utf8"), other)]);
      } catch {}
    }
  }
  return false;
}

async function esModule(text, error) {
  const acorn = parser();
  let made = null;
  if (acorn) {
    try {
      made = asFunction(text, acorn);
    } catch (problem) {
      if (problem instanceof SyntaxError) syntax(error ?? problem);
    }
  }
  const importer = compiled("module.exports = (id, options) => import(id, options)");
  if (made === null || importsItself(text)) return wholeModule(text, importer, made === null ? "it cannot be taken apart" : "modules that it imports import it");
  const make = compiled(made.text);
  const values = [];
  for (const { from, json, names } of made.imports) {
    if (json) {
      const data = readFileSync(Module.createRequire(FILE).resolve(from), "utf8");
      values.push(...names.map(([, name]) => () => (name === "*" ? { default: JSON.parse(data) } : JSON.parse(data))));
      continue;
    }
    const space = await importer(from);
    for (const [, name] of names) {
      // In TypeScript it may be the name of a type.
      if (name !== "*" && !(name in space) && !TYPED.test(FILE)) fail(`${MODULE} cannot be imported: ${from} has no export named ${name}`);
      values.push(() => (name === "*" ? space : space[name]));
    }
  }
  const here = url.pathToFileURL(FILE).href;
  const load = () => {
    const meta = { url: here, filename: FILE, dirname: path.dirname(FILE), resolve: (id) => url.pathToFileURL(Module.createRequire(FILE).resolve(id)).href };
    const scope = make(meta, ...values.map((value) => value()));
    return made.waits ? scope.then((scope) => ({ scope, exports: {} })) : { scope, exports: {} };
  };
  return { load, twice: true };
}

/** One instance, loaded as the engine itself loads it, with the version's text in the file's place. */
async function wholeModule(text, importer, why) {
  const here = url.pathToFileURL(FILE).href;
  const mark = `\n;globalThis[Symbol.for("reheat")]=${exposed()};`;
  const hook = `const here=${JSON.stringify(here)},text=${JSON.stringify(text + mark)};
    export async function load(url,context,next){return url===here?{format:"module",source:text,shortCircuit:true}:next(url,context)}`;
  Module.register(`data:text/javascript,${encodeURIComponent(hook)}`);
  const exports = await importer(here);
  const instance = { scope: globalThis[Symbol.for("reheat")] ?? {}, exports };
  delete globalThis[Symbol.for("reheat")];
  return { load: () => instance, twice: false, why };
}

async function maker(text) {
  const ending = path.extname(FILE).replace("ts", "js");
  if (ending === ".mjs") return esModule(text, null);
  if (ending === ".cjs") {
    const error = commonJsSyntax(text.replace(/^#!.*/, ""));
    if (error) syntax(error);
    return commonJs(text);
  }
  if (packageSaysModule(path.dirname(FILE))) return esModule(text, null);
  const error = commonJsSyntax(text.replace(/^#!.*/, ""));
  if (error === null) return commonJs(text);
  if (/^\s*(import|export)\b/m.test(text)) return esModule(text, error);
  return syntax(error);
}

// ----------------------------------------------------------------------------------------- decoding

class Undecodable extends Error {}

/** Classes of other modules that calls name as `./file.js::Class`, loaded beforehand. */
const elsewhere = new Map();

function findClass(name, instance) {
  if (elsewhere.has(name)) return elsewhere.get(name);
  const value = lookUp(name, instance);
  if (typeof value !== "function") throw new Undecodable(`there is no class ${name} in ${MODULE}; one of another file is written "./file.js::${name}"`);
  return value;
}

/** What a name at the top of the module, or of its exports, stands for. */
function top(name, instance) {
  const own = Object.hasOwn(instance.scope, name) ? instance.scope[name]() : undefined;
  if (own !== undefined) return own;
  const { exports } = instance;
  if (exports !== null && (typeof exports === "object" || typeof exports === "function")) {
    if (exports[name] !== undefined) return exports[name];
    if (exports.default && exports.default[name] !== undefined) return exports.default[name];
  }
  return name === "default" || name === "exports" ? exports : undefined;
}

function lookUp(name, instance) {
  const [head, ...rest] = name.split(".");
  return rest.reduce((value, part) => (value === undefined || value === null ? undefined : value[part]), top(head, instance));
}

const TAGS = {
  $tuple: (v, i) => v.map((x) => decode(x, i)),
  $set: (v, i) => new Set(v.map((x) => decode(x, i))),
  $frozenset: (v, i) => new Set(v.map((x) => decode(x, i))),
  $bytes: (v) => new Uint8Array(Buffer.from(v, "base64")),
  $float: (v) => {
    const words = { nan: NaN, inf: Infinity, infinity: Infinity, "-inf": -Infinity, "-infinity": -Infinity };
    return words[String(v).toLowerCase()] ?? Number(v);
  },
  $complex: () => {
    throw new Undecodable("$complex: JavaScript has no complex numbers");
  },
  $int: (v) => BigInt(v),
  $dict: (v, i) => new Map(v.map(([k, x]) => [decode(k, i), decode(x, i)])),
  $map: (v, i) => new Map(v.map(([k, x]) => [decode(k, i), decode(x, i)])),
  $date: (v) => new Date(v),
  $undefined: () => undefined,
  $new: (v, i) => {
    noKeywords(v);
    const kind = findClass(v.class, i);
    try {
      return new kind(...decode(v.args ?? [], i));
    } catch (error) {
      if (error instanceof Undecodable) throw error;
      throw new Undecodable(`making a ${v.class} threw ${complaint(error)}`);
    }
  },
  $literal: (v) => v,
};

function decode(value, instance) {
  if (Array.isArray(value)) return value.map((v) => decode(v, instance));
  if (value === null || typeof value !== "object") return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0].startsWith("$")) {
    const tag = Object.hasOwn(TAGS, keys[0]) ? TAGS[keys[0]] : undefined;
    if (!tag) throw new Undecodable(`${keys[0]} is not known`);
    try {
      return tag(value[keys[0]], instance);
    } catch (error) {
      if (error instanceof Undecodable) throw error;
      throw new Undecodable(`${keys[0]}: ${complaint(error)}`);
    }
  }
  for (const key of keys) value[key] = decode(value[key], instance);
  return value;
}

function noKeywords(said) {
  if (said.kwargs && Object.keys(said.kwargs).length > 0) throw new Undecodable("JavaScript has no keyword arguments; put an object into args");
}

let lines = [];
let seeds = [undefined];
let generator = null;

/** The calls of one pass, decoded afresh: all of them, or those with the numbers `only` (from 0). */
function readCalls(instance, only) {
  if (GENERATOR) {
    const made = [];
    try {
      for (const seed of seeds) for (const call of (seed === undefined ? generator() : generator(seed)) ?? []) made.push(call);
    } catch (error) {
      fail(`the generator ${GENERATOR_FUNCTION} threw ${complaint(error)}`);
    }
    if (made.length === 0) fail(`the generator ${GENERATOR_FUNCTION} made no calls`);
    const asked = only ? only.map((at) => made[at]) : made;
    return asked.map((said, at) => {
      const number = only ? only[at] : at;
      const call = Array.isArray(said) ? { args: said } : said;
      if (call === null || typeof call !== "object" || (call.args !== undefined && !Array.isArray(call.args))) {
        fail(`call ${number + 1} of the generator ${GENERATOR_FUNCTION} cannot be used: a call is an object with args, or an array of arguments`);
      }
      return { args: call.args ?? [], init: call.init };
    });
  }
  return (only ? only.map((at) => lines[at]) : lines).map(({ text, plain }, at) => {
    const number = only ? only[at] : at;
    try {
      let said = JSON.parse(text);
      if (Array.isArray(said)) said = { args: said };
      noKeywords(said);
      const turn = (v) => (plain ? v : decode(v, instance));
      if (said.init) noKeywords(said.init);
      const init = said.init && { class: said.init.class, args: turn(said.init.args ?? []) };
      return { args: turn(said.args ?? []), init };
    } catch (error) {
      return fail(`call ${number + 1} cannot be made: ${error instanceof Undecodable ? error.message : complaint(error)}`);
    }
  });
}

/** What is called: a function and how its object comes about. */
function resolve(instance) {
  const parts = NAME.split(".");
  // `module.exports = function …` and `module.exports.f = …` are found where `exports` is.
  if (parts[0] === "module" && parts[1] === "exports") parts.shift();
  const last = parts.at(-1);
  if (last.startsWith("#")) fail(`${NAME} is private to its class, so it cannot be called from outside; take a method that calls it`);
  const head = top(parts[0], instance);
  if (head === undefined) {
    const exports = instance.exports;
    const isIt = (name) => !name || name === last || exportedName === last;
    if (parts.length === 1 && typeof exports === "function" && isIt(exports.name)) return { kind: "function", fn: exports, self: undefined };
    fail(`${MODULE} has no ${parts[0]} at its top once it is loaded; a function inside another one cannot be called by itself`);
  }
  if (parts.length === 1) {
    if (typeof head !== "function") fail(`${NAME} is not a function but ${typeName(head)}`);
    return { kind: isClass(head) ? "new" : "function", fn: head, self: undefined };
  }
  if (ACCESS !== undefined) return accessor(head, parts);
  let owner = head;
  for (const part of parts.slice(1, -1)) owner = part === "prototype" ? owner : owner?.[part];
  if (owner === undefined || owner === null) fail(`${MODULE} has no ${parts.slice(0, -1).join(".")} once it is loaded`);
  if (last === "constructor" && typeof owner === "function") return { kind: "new", fn: owner };
  const inPrototype = typeof owner === "function" && owner.prototype && last in owner.prototype && !Object.hasOwn(owner, last);
  if (inPrototype) return { kind: "method", owner, name: last };
  if (typeof owner === "function" && owner[last] === undefined) return { kind: "method", owner, name: last };
  if (typeof owner[last] !== "function") fail(`${NAME} is not a function but ${typeName(owner[last])}`);
  return { kind: "function", fn: owner[last], self: owner };
}

/** The function that runs where an attribute is read or written. */
function accessor(head, parts) {
  const owner = parts.slice(1, -1).reduce((value, part) => (part === "prototype" ? value : value?.[part]), head);
  const last = parts.at(-1);
  const own = (object) => (object === undefined || object === null ? undefined : Object.getOwnPropertyDescriptor(object, last)?.[ACCESS]);
  const ofObjects = typeof owner === "function" ? own(owner.prototype) : undefined;
  if (ofObjects) return { kind: "method", owner, name: last, fn: ofObjects };
  const fn = own(owner);
  if (!fn) fail(`${NAME} has no ${ACCESS}ter once ${MODULE} is loaded`);
  return { kind: "function", fn, self: owner };
}

function isClass(fn) {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}

function receiver(owner, init, instance, number) {
  try {
    const kind = init?.class ? findClass(init.class, instance) : owner;
    return new kind(...(init?.args ?? []));
  } catch (error) {
    const hint = init ? "" : '; it is a method: write "init": {"args": [...]} with what its class takes';
    return fail(`call ${number} cannot be made: making the receiver ${init?.class ?? owner.name} threw ${complaint(error)}${hint}`);
  }
}

/** All calls of a pass, ready to be made; or those with the numbers `only`. */
function prepare(instance, only) {
  instance.put?.();
  const what = resolve(instance);
  const parts = NAME.split(".");
  const calls = readCalls(instance, only).map((call, n) => {
    const at = only ? only[n] : n;
    if (what.kind !== "method" && call.init) fail(`call ${at + 1} has an "init", but ${NAME} is not a method of an object`);
    if (what.kind === "new") return { fn: construct, self: what.fn, args: call.args, me: undefined };
    if (ACCESS === "get" && call.args.length > 0) fail(`call ${at + 1} has arguments, but ${NAME} is a getter, which takes none; write {"init": {"args": [...]}}`);
    if (ACCESS === "set" && call.args.length !== 1) fail(`call ${at + 1} has ${call.args.length} arguments, but ${NAME} is a setter, which takes one`);
    if (what.kind === "function") return { fn: what.fn, self: what.self, args: call.args, me: ACCESS === undefined ? undefined : what.self, name: parts.at(-1) };
    const me = receiver(what.owner, call.init, instance, at + 1);
    const fn = what.fn ?? (isAccessor(me, what.name) ? get : me[what.name]);
    if (typeof fn !== "function") fail(`call ${at + 1} cannot be made: its object has no method ${what.name}`);
    return fn === get ? { fn, self: me, args: [what.name], me } : { fn, self: me, args: call.args, me, name: what.name };
  });
  for (const [n, call] of calls.entries()) {
    call.instance = instance;
    // JSON brings no functions.
    if (call.me !== undefined || !lines[only ? only[n] : n]?.plain) call.given = functionsIn(call);
  }
  return { calls, put: instance.put };
}

function construct(...args) {
  return new this(...args);
}

function get(name) {
  return this[name];
}

/**
 * Trees of texts while a module is loaded. Each text is parsed once: that takes longer the longer it is, and what the driver does counts
 * as if the version did it.
 */
const trees = { strict: new Map(), any: new Map() };

function forgetTrees() {
  trees.strict.clear();
  trees.any.clear();
}

/** The tree of a text as the engine takes a module. Throws what is wrong with it. */
function moduleTree(text, acorn) {
  if (!trees.strict.has(text)) trees.strict.set(text, acorn.parse(text, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true, allowAwaitOutsideFunction: true, locations: true }));
  return trees.strict.get(text);
}

/** The tree of a text, as a module or as a script; null where it has none. */
function treeOf(text) {
  if (!trees.any.has(text)) trees.any.set(text, anyTree(text));
  return trees.any.get(text);
}

function anyTree(text) {
  const acorn = parser();
  if (!acorn) return null;
  try {
    return moduleTree(text, acorn);
  } catch {}
  for (const sourceType of ["module", "script"]) {
    try {
      return acorn.parse(text, { ecmaVersion: "latest", sourceType, allowHashBang: true, allowAwaitOutsideFunction: true, allowReturnOutsideFunction: true, locations: true });
    } catch {}
  }
  return null;
}

/** Functions that stand at the top of a text, or in an object there, each as the way to it. */
function topFunctions(text) {
  const found = [];
  for (let node of treeOf(text)?.body ?? []) {
    node = node.declaration ?? node;
    if (isFunction(node) && node.id) found.push([node.id.name]);
    for (const { id, init } of node.type === "VariableDeclaration" ? node.declarations : []) {
      if (isFunction(init) || wrappedIn(init)) found.push([id.name]);
      for (const { computed, key, value } of init?.type === "ObjectExpression" ? init.properties : []) {
        if (!computed && isFunction(value)) found.push([id.name, key.name ?? key.value]);
      }
    }
  }
  return found.filter(([name]) => name !== undefined);
}

const isFunction = (node) => /^(Function|ArrowFunction)/.test(node?.type);

/** The function that stands among the arguments of a call, or of a call among them: the first one. */
function wrappedIn(node) {
  while (node?.type === "CallExpression") {
    const found = node.arguments.find(isFunction);
    if (found) return found;
    node = node.arguments.find((n) => n.type === "CallExpression");
  }
  return undefined;
}

/** The name that a function has in its text, where `module.exports` is that function. */
function nameOfExports(text) {
  for (const { expression } of treeOf(text)?.body ?? []) {
    const { left, right } = expression?.type === "AssignmentExpression" ? expression : {};
    if (left?.object?.name === "module" && left.property?.name === "exports") return (isFunction(right) ? right : wrappedIn(right))?.id?.name;
  }
  return undefined;
}

/** What binds the name in the text, in its order: definitions (with the node of the function) and others. */
function bindings(tree, names) {
  const found = [];
  const nameOf = (key) => (key.type === "Identifier" || key.type === "PrivateIdentifier" ? key.name : String(key.value));
  const dotted = (n) => (n.type === "Identifier" ? [n.name] : n.type === "MemberExpression" && !n.computed ? [...dotted(n.object), n.property.name] : ["?"]);
  const members = (list, rest) => {
    for (const node of list) {
      if (!node.key || node.computed || nameOf(node.key) !== rest[0]) continue;
      if (rest.length > 1) value(node.value, rest.slice(1), node);
      else if ((ACCESS ?? "none") === (node.kind === "get" || node.kind === "set" ? node.kind : "none")) {
        const whole = node.type === "MethodDefinition" || node.method || node.kind === "get" || node.kind === "set";
        found.push({ node, fn: isFunction(node.value) ? (whole ? node : node.value) : null });
      }
    }
  };
  const value = (node, rest, at) => {
    if (rest.length === 0) found.push({ node: at, fn: isFunction(node) ? node : wrappedIn(node) ?? null, wrapped: !isFunction(node) });
    else if (node?.type === "ClassExpression" || node?.type === "ClassDeclaration") members(node.body.body, rest);
    else if (node?.type === "ObjectExpression") members(node.properties, rest);
  };
  const visit = (node) => {
    if (!node) return;
    if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
      if ((node.id?.name ?? "default") === names[0]) value(node, names.slice(1), node);
    } else if (node.type === "VariableDeclaration") {
      for (const one of node.declarations) if (one.id.type === "Identifier" && one.id.name === names[0] && one.init) value(one.init, names.slice(1), one);
    } else if (node.type === "ExpressionStatement" && node.expression.type === "AssignmentExpression") {
      const { left, right } = node.expression;
      const path = dotted(left).filter((n) => n !== "prototype");
      const outside = path[0] === "module" || path[0] === "exports";
      while (path[0] === "module" || path[0] === "exports") path.shift();
      const starts = path.every((n, i) => n === names[i]);
      // What is exported under the name is nothing else than the function that is there already.
      if (starts && (path.length > 0 || outside) && !(outside && !isFunction(right) && right.type !== "ObjectExpression" && right.type !== "ClassExpression")) value(right, names.slice(path.length), node);
    } else if (node.type === "ExportNamedDeclaration" || node.type === "ExportDefaultDeclaration") visit(node.declaration);
    else if (node.type === "BlockStatement") node.body.forEach(visit);
    else if (node.type === "IfStatement") [node.consequent, node.alternate].forEach(visit);
    else if (node.type === "TryStatement") [node.block, node.handler?.body, node.finalizer].forEach(visit);
  };
  tree.body.forEach(visit);
  return found;
}

/** Fails where the name does not lead to the definition once the file is loaded: its text would never be called. */
function checkDefinition(instance, text) {
  const what = resolve(instance);
  const fn = what.fn ?? (what.kind === "method" ? Object.getOwnPropertyDescriptor(what.owner.prototype ?? {}, what.name)?.value : undefined);
  if (what.kind === "new" || typeof fn !== "function") return;
  const tree = treeOf(text);
  if (tree === null) return;
  const names = NAME.split(".").filter((n, i) => n !== "prototype" && !(i < 2 && (n === "module" || n === "exports")));
  const found = bindings(tree, names);
  const own = found.filter((one) => one.fn);
  const said = own[Number(ORDINAL ?? own.length) - 1] ?? own.at(-1);
  if (!said) return;
  const plain = (source) => source.replace(/^static\s+/, "").replaceAll("import.meta", "reheat_meta");
  const now = Function.prototype.toString.call(fn);
  if (plain(text.slice(said.fn.start, said.fn.end)) === plain(now)) return;
  const later = found.slice(found.indexOf(said) + 1).at(-1);
  // What a call gives back is another function than the one it is given.
  if (!later && said.wrapped) return;
  if (!later && !isNative(fn) && plain(text).includes(plain(now))) return;
  const line = (at) => text.split("\n")[at.loc.start.line - 1].trim().slice(0, 80);
  const why = later ? `line ${later.node.loc.start.line} gives the name to something else (${line(later.node)})` : "it is then another one";
  fail(`${NAME} is not what stands in line ${said.node.loc.start.line} of ${MODULE} once the file is loaded: ${why}. A version of that text would never be called; take what is called instead, or judge by commands (--check, --bench)`);
}

function isAccessor(object, name) {
  for (let at = object; at; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found) return typeof found.get === "function";
  }
  return false;
}

// ----------------------------------------------------------------------------------------- encoding

class Node_ {
  constructor(open, close, unordered = false) {
    Object.assign(this, { open, close, unordered, kids: [], uses: 1, at: -1 });
  }
}

const SHAPE = 6; // levels of a part by which it is put into an order

/** What a node looks like without numbers of rows. */
function shapeOf(node, levels) {
  if (typeof node === "string") return node;
  if (Array.isArray(node)) return node[0] + shapeOf(node[1], levels);
  if (levels === 0) return node.open;
  node.shapes ??= [];
  if (node.shapes[levels] === undefined) {
    const parts = node.kids.map((kid) => shapeOf(kid, levels - 1));
    if (node.unordered) parts.sort();
    const text = node.open + parts.join(",") + node.close;
    node.shapes[levels] = text.length <= 64 ? text : crypto.createHash("sha1").update(text).digest("hex");
  }
  return node.shapes[levels];
}

/** What a property gave that is a getter. */
class Gotten {
  constructor(held) {
    this.held = held;
  }
}

class Drained {
  constructor(items, cut, error, reused) {
    Object.assign(this, { items, cut, error, reused });
  }
}

const INDEX = /^\d+$/;
const BROKEN = /\p{Surrogate}/u;

function textOf(value) {
  return BROKEN.test(value) ? `{"$str":${JSON.stringify(JSON.stringify(value))}}` : JSON.stringify(value);
}

function numberText(value) {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0.0" : String(value);
  return `{"$float":"${Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf"}"}`;
}

/** The text of many plain values at once, or null. */
function flat(items) {
  if (items.length === 0) return null;
  const kind = typeof items[0];
  if (kind !== "number" && kind !== "string") return null;
  for (let i = 0; i < items.length; i++) {
    const v = items[i];
    if (typeof v !== kind || (kind === "number" ? !Number.isFinite(v) || Object.is(v, -0) : BROKEN.test(v))) return null;
  }
  return JSON.stringify(items).slice(1, -1);
}

/** Turns a value into canonical JSON. Neither deep nor cyclic values are a difficulty: what is met twice, and what lies
 * deep, goes into a table. */
class Encoder {
  drained = new Map();
  length = 0; // characters of the last text, also where only a digest is given
  reused = false; // whether an iterator changes items that it has given

  /**
   * @param taking whether an iterator that the program defines is represented by what it yields, or by its fields
   * @param call the call that gave the value: what stands in its module or came in its arguments has a name
   */
  constructor(taking = true, call = undefined) {
    this.taking = taking;
    this.call = call;
  }

  text(value) {
    this.known = new Map();
    this.todo = [];
    const first = this.node(value);
    while (this.todo.length > 0) this.todo.pop()();
    this.sorting = false;
    let [text, rows] = this.written(first);
    if (rows.length === 0) return text;
    // Rows are numbered as they are met, and that must not depend on the order in which keys were put in.
    for (const node of this.queue) node.at = -1;
    this.sorting = true;
    [text, rows] = this.written(first);
    return `{"$graph":${text},"table":[${rows.join(",")}]}`;
  }

  /** The text and the rows of its table. */
  written(first) {
    this.queue = [];
    const text = this.write(first, 0, false);
    const rows = [];
    for (let at = 0; at < this.queue.length; at++) rows.push(this.write(this.queue[at], 0, true));
    return [text, rows];
  }

  /** The parts of a container without an order, in one that does not depend on how they came into it. */
  inOrder({ open, kids }) {
    const pairs = /^\{"\$(?:dict|map)/.test(open);
    const key = (kid) => (typeof kid === "string" ? kid : Array.isArray(kid) ? kid[0] : pairs && typeof kid.kids[0] === "string" ? kid.kids[0] : shapeOf(kid, SHAPE));
    return kids.map((kid) => [key(kid), kid]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, kid]) => kid);
  }

  write(node, depth, whole) {
    if (typeof node === "string") return node;
    if (Array.isArray(node)) return node[0] + this.write(node[1], depth, false);
    if (!whole && node.kids.length > 0 && (node.uses > 1 || depth >= DEEPEST)) {
      if (node.at < 0) node.at = this.queue.push(node) - 1;
      return `{"$ref":${node.at}}`;
    }
    const kids = this.sorting && node.unordered ? this.inOrder(node) : node.kids;
    const parts = kids.map((kid) => (typeof kid === "string" ? kid : this.write(kid, depth + 1, false)));
    if (node.unordered) parts.sort();
    return node.open + parts.join(",") + node.close;
  }

  node(value) {
    switch (typeof value) {
      case "string":
        return textOf(value);
      case "number":
        return numberText(value);
      case "boolean":
        return value ? "true" : "false";
      case "undefined":
        return '{"$undefined":true}';
      case "bigint":
        return `{"$int":"${value}"}`;
      case "symbol":
        return `{"$name":${textOf(String(value))}}`;
      case "function":
        return this.taking && !isClass(value) && !isNative(value) ? this.ofFunction(value) : nameOf(value);
    }
    if (value === null) return "null";
    if (value instanceof Told) return value.text;
    const known = this.known.get(value);
    if (known !== undefined) {
      if (typeof known !== "string") known.uses += 1;
      return known;
    }
    const made = this.container(value);
    this.known.set(value, made);
    return made;
  }

  /** A function that is there before the call and after it is known by its name; another one may do anything. */
  ofFunction(value) {
    const name = this.call && (this.call.given?.get(value) ?? namesOf(this.call.instance).get(value));
    return name ? `{"$name":${textOf(name)}}` : `{"$unencodable":${textOf(`function (${value.name || "anonymous"})`)}}`;
  }

  later(node, fill) {
    this.todo.push(() => fill(node));
    return node;
  }

  /** The text of a short array of plain values, or null. */
  small(items) {
    const parts = [];
    for (let i = 0; i < items.length; i++) {
      const v = items[i];
      if (typeof v === "object" ? v !== null : typeof v === "function") return null;
      parts.push(this.node(v));
    }
    return `[${parts.join(",")}]`;
  }

  list(open, items, close, unordered = false) {
    return this.later(new Node_(open, close, unordered), (node) => {
      const text = unordered ? null : flat(items);
      if (text !== null) node.kids = [text];
      else {
        node.kids = new Array(items.length);
        for (let i = 0; i < items.length; i++) node.kids[i] = i in items ? this.node(items[i]) : '{"$hole":true}';
      }
    });
  }

  pairs(tag, pairs) {
    return this.later(new Node_(`{"${tag}":[`, "]}", true), (node) => {
      node.kids = pairs.map(([k, v]) => {
        const pair = new Node_("[", "]");
        pair.kids = [this.node(k), this.node(v)];
        return pair;
      });
    });
  }

  /** @param ofObject whether these are an object's: a function among them is told by its name */
  fields(pairs, ofObject = false) {
    return this.later(new Node_("{", "}", true), (node) => {
      node.kids = pairs.map(([k, v]) => [JSON.stringify(k) + ":", ofObject && typeof v === "function" ? nameOf(v) : this.node(v)]);
    });
  }

  typed(name, parts) {
    const node = new Node_(`{"$type":${textOf(name)}`, "}");
    node.kids = ["", ...Object.entries(parts).filter(([, p]) => p !== null).map(([k, p]) => [`"${k}":`, p])];
    return node;
  }

  own(value, keys = Object.keys(value)) {
    return keys.length === 0 ? null : this.fields(keys.map((k) => [k, this.held(value, k)]));
  }

  /** What a property holds. Who puts a getter there that does the work only when it is asked has another result. */
  held(object, key) {
    const held = object[key];
    return this.taking && Reflect.getOwnPropertyDescriptor(object, key)?.get ? new Gotten(held) : held;
  }

  container(value) {
    const { types } = util;
    const name = typeName(value);
    if (value instanceof Drained) return this.drainNode(value);
    if (value instanceof Gotten) return this.typed("get", { value: this.node(value.held) });
    // It may do its work whenever something in it is asked for, also as an array.
    if (types.isProxy(value)) return this.typed("Proxy", Array.isArray(value) ? { value: this.list("[", Array.from(value), "]") } : { fields: this.own(value) });
    if (Array.isArray(value)) {
      // Indices come first among the keys, so the last one tells whether there are others.
      const keys = Object.keys(value);
      const extra = keys.length > 0 && !INDEX.test(keys[keys.length - 1]) ? keys.filter((k) => !INDEX.test(k)) : [];
      const items = (keys.length < 8 && keys.length === value.length && this.small(value)) || this.list("[", value, "]");
      return extra.length === 0 && name === "Array" ? items : this.typed(name, { value: items, fields: this.own(value, extra) });
    }
    const proto = Object.getPrototypeOf(value);
    if (types.isMap(value)) return this.kind(name, "Map", this.pairs("$map", [...Map.prototype.entries.call(value)]), value);
    if (types.isSet(value)) return this.kind(name, "Set", this.list('{"$set":[', [...Set.prototype.values.call(value)], "]}", true), value);
    if (types.isDate(value)) return this.kind(name, "Date", `{"$date":"${Number.isNaN(+value) ? "invalid" : new Date(+value).toISOString()}"}`, value);
    if (types.isRegExp(value)) return this.typed(name, { value: this.node([value.source, value.flags, value.lastIndex]) });
    if (types.isTypedArray(value)) return this.typed(name, { value: this.list("[", Array.from(value), "]") });
    if (types.isAnyArrayBuffer(value)) return this.typed(name, { value: this.list("[", Array.from(new Uint8Array(value)), "]") });
    if (types.isDataView(value)) return this.typed(name, { value: this.list("[", Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)), "]") });
    if (types.isBoxedPrimitive(value)) return this.typed(name, { value: this.node(value.valueOf()) });
    if (types.isNativeError(value) || value instanceof Error) {
      const keys = Object.keys(value).filter((k) => k !== "stack" && k !== "message");
      return this.typed(name, { value: this.node(value.message), fields: this.own(value, keys) });
    }
    if (types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isExternal(value) || name === "WeakRef" || name === "Socket" || name === "FileHandle") return `{"$unencodable":${textOf(name)}}`;
    if (isIterator(value) && (this.taking || /Iterator|Generator/.test(Object.prototype.toString.call(value)))) return this.drainNode(this.drain(value));
    if (value instanceof URL || (typeof URLSearchParams === "function" && value instanceof URLSearchParams)) return this.typed(name, { value: this.node(String(value)) });
    const keys = Object.keys(value);
    if (proto === null || proto === Object.prototype || (name === "Object" && Object.getPrototypeOf(proto) === null)) {
      if (keys.some((k) => k.startsWith("$") || BROKEN.test(k))) return this.pairs("$dict", keys.map((k) => [k, this.held(value, k)]));
      return this.fields(keys.map((k) => [k, this.held(value, k)]));
    }
    const symbols = Object.getOwnPropertySymbols(value).filter((s) => Object.prototype.propertyIsEnumerable.call(value, s));
    const found = [...keys.map((k) => [BROKEN.test(k) ? JSON.stringify(k) : k, this.held(value, k)]), ...symbols.map((s) => [`[${String(s)}]`, value[s]])];
    const { hidden, native } = kindOf(value);
    if (hidden) found.push(...privateFields(value));
    if (native && found.length === 0) return this.native(value, name);
    return this.typed(name, { fields: this.fields(found, true) });
  }

  /** An object of the engine itself, without fields: by what it says of itself, if it does. */
  native(value, name) {
    for (const ask of ["toJSON", "resolvedOptions", "toString"]) {
      if (typeof value[ask] === "function" && value[ask] !== Object.prototype.toString) return this.typed(name, { value: this.node(value[ask]()) });
    }
    return `{"$unencodable":${textOf(name)}}`;
  }

  /** A value of a built-in kind, also where its class is derived from it or it has properties of its own. */
  kind(name, usual, inner, value) {
    const hidden = name !== usual && kindOf(value).hidden ? privateFields(value) : [];
    const fields = hidden.length === 0 ? this.own(value) : this.fields([...Object.entries(value), ...hidden], true);
    return name === usual && fields === null ? inner : this.typed(name, { value: inner, fields });
  }

  drain(value) {
    let held = this.drained.get(value);
    if (!held) this.drained.set(value, (held = drained(value, this.call)));
    return held;
  }

  drainNode(value) {
    const end = `${value.cut ? ',"cut":true' : ""}${value.error === undefined ? "" : `,"raised":${textOf(typeName(value.error.thrown))}`}`;
    this.reused ||= value.reused;
    return this.list('{"$iter":[', value.items, `]${end}}`);
  }
}

const named = new WeakMap();

/** The functions of an instance of the module that stand in its text or are exported, each with its name. */
function namesOf(instance) {
  let names = named.get(instance);
  if (names !== undefined) return names;
  named.set(instance, (names = new Map()));
  const add = (name, value) => {
    if (typeof value === "function" && !names.has(value)) names.set(value, name);
  };
  for (const way of standing) {
    try {
      add(way.join("."), lookUp(way.join("."), instance));
    } catch {}
  }
  add("exports", instance.exports);
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(instance.exports ?? {}))) add(`exports.${name}`, value);
  return names;
}

const GIVEN = 100_000; // objects of a call that are searched for functions, at most

/** The functions in what a call is given, each with the way to it. */
function functionsIn(call) {
  const found = new Map();
  const seen = new Set();
  const todo = places(call);
  for (const [name, value] of todo) {
    if (typeof value === "function" && !found.has(value)) found.set(value, name);
    if (value === null || typeof value !== "object" || seen.has(value) || seen.size >= GIVEN || ArrayBuffer.isView(value) || util.types.isProxy(value)) continue;
    seen.add(value);
    const add = (key, inner) => inner !== null && /object|function/.test(typeof inner) && todo.push([`${name}${key}`, inner]);
    if (Array.isArray(value)) value.forEach((inner, i) => add(`[${i}]`, inner));
    else if (util.types.isMap(value)) [...Map.prototype.values.call(value)].forEach((inner, i) => add(`[${i}]`, inner));
    else for (const [key, { value: inner }] of Object.entries(Object.getOwnPropertyDescriptors(value))) add(`.${key}`, inner);
  }
  return found;
}

function nameOf(fn) {
  return `{"$name":${textOf(fn.name || "(anonymous function)")}}`;
}

function isNative(fn) {
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(fn));
}

const kinds = new WeakMap();

/** Whether the classes of an object have private fields, and whether one of them is the engine's own. */
function kindOf(value) {
  const proto = Object.getPrototypeOf(value);
  let known = kinds.get(proto);
  if (known === undefined) {
    known = { hidden: false, native: false };
    for (let at = proto; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      const made = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
      if (typeof made !== "function") continue;
      if (isNative(made)) known.native ||= made !== Object;
      else known.hidden ||= /#[\p{ID_Start}_$]/u.test(Function.prototype.toString.call(made));
    }
    kinds.set(proto, known);
  }
  return known;
}

let inspecting = null;

/** The private fields of an object, which only the engine's inspector sees. */
function privateFields(value) {
  if (inspecting === null) {
    const { Session } = require("node:inspector");
    inspecting = new Session();
    inspecting.connect();
  }
  const ask = (what, parameters) => {
    let found;
    inspecting.post(what, parameters, (error, answer) => {
      if (error) throw new Error(error.message);
      found = answer;
    });
    return found;
  };
  const here = "reheat_looked_at";
  try {
    globalThis[here] = value;
    const { objectId } = ask("Runtime.evaluate", { expression: `globalThis.${here}` }).result;
    const { privateProperties = [] } = ask("Runtime.getProperties", { objectId, ownProperties: true });
    const fields = [];
    for (const { name, value: said } of privateProperties) {
      if (said === undefined || said.type === "function") continue;
      if (said.objectId === undefined) {
        fields.push([name, said.unserializableValue === undefined ? said.value : said.unserializableValue.endsWith("n") ? BigInt(said.unserializableValue.slice(0, -1)) : Number(said.unserializableValue)]);
        continue;
      }
      ask("Runtime.callFunctionOn", { objectId: said.objectId, functionDeclaration: `function () { globalThis.${here} = this; }` });
      fields.push([name, globalThis[here]]);
    }
    return fields;
  } finally {
    delete globalThis[here];
  }
}

/** The inspector must not stay where calls are timed. */
function stopInspecting() {
  inspecting?.disconnect();
  inspecting = null;
}

function isIterator(value) {
  return typeof value.next === "function" && typeof value[Symbol.iterator] === "function" && value[Symbol.iterator]() === value;
}

class Told {
  constructor(text) {
    this.text = text;
  }
}

const EARLY = 2 * LARGE; // characters of items that are encoded as they come, at most

/** Whether an array holds nothing but plain values, and has no other properties. */
function isFlat(item) {
  const plain = (v) => v === null || (typeof v !== "object" && typeof v !== "function");
  return Array.isArray(item) && item.constructor === Array && item.every(plain) && Object.keys(item).length === item.length;
}

/** Items of an iterator, each as it is when it comes: the next step may change it, as of an array that is given again and again. */
class AsTheyCome {
  given = [];
  items = [];
  early = new Map();
  left = EARLY;
  reused = false;

  constructor(call) {
    this.call = call;
  }

  /** Whether there is room for more. */
  add(item) {
    const flat = isFlat(item);
    if (!flat && item !== null && typeof item === "object" && this.left > 0) this.early.set(this.items.length, this.text(item));
    this.given.push(item);
    return this.items.push(flat ? item.slice() : item) < CAP;
  }

  text(item) {
    const encoder = new Encoder(true, this.call);
    const text = encoded(encoder, item);
    this.left -= Math.max(encoder.length, text.length);
    this.reused ||= encoder.reused;
    return text;
  }

  drained(error) {
    const same = (a, b) => Object.is(a, b) || (a.length === b.length && a.every((v, i) => Object.is(v, b[i])));
    this.reused ||= !this.given.every((item, at) => same(item, this.items[at]));
    // What nothing changed since then is encoded with all the others: they may have much in common.
    const changed = [...this.early].filter(([at, text]) => this.text(this.items[at]) !== text);
    if (changed.length > 0) {
      // An iterator among them was used up when it was looked at.
      this.reused ||= changed.some(([, text]) => !text.includes('"$iter"'));
      for (const [at, text] of this.early) this.items[at] = new Told(text);
    }
    return new Drained(this.items, this.items.length >= CAP, error, this.reused);
  }
}

function drained(iterator, call) {
  const seen = new AsTheyCome(call);
  try {
    for (const item of iterator) if (!seen.add(item)) break;
  } catch (thrown) {
    return seen.drained({ thrown });
  }
  return seen.drained(undefined);
}

/** The text of a value; of a large one a digest. */
function encoded(encoder, value) {
  let text;
  try {
    text = encoder.text(value);
  } catch (error) {
    return `{"$unencodable":${textOf(`${typeName(value)} (${complaint(error)})`)}}`;
  } finally {
    stopInspecting();
  }
  encoder.length = text.length;
  if (text.length <= LARGE) return text;
  const digest = crypto.createHash("sha256").update(text).digest("hex");
  return `{"$digest":"${digest}","size":${text.length},"head":${textOf(text.slice(0, 100).replace(/\p{Surrogate}/gu, ""))}}`;
}

// ------------------------------------------------------------------------- what a call leaves behind

const CACHED = /cache|memo/i; // names of variables that only make calls quicker

/** What the call that is looked at does beside its result; null while none is looked at. */
let witness = null;

class Witness {
  logging = [];
  warnings = [];
  stderr = "";
  asked = 0; // milliseconds that cannot be taken back
  timers = new Map(); // timers of this call that may be taken back, with their milliseconds

  sleeps(delay, timer) {
    if (!(delay > 0 && Number.isFinite(+delay))) return;
    if (timer === undefined) this.asked += +delay;
    else this.timers.set(timer, +delay);
  }

  /** Seconds. */
  get sleep() {
    return Math.round([...this.timers.values()].reduce((a, b) => a + b, this.asked)) / 1000;
  }
}

/** Without the lines of stack traces: they differ where code does. */
const withoutStack = (text) => text.replace(/\n\s+at (?:.*\((?:<anonymous>|native|index \d+|.*:\d+:\d+)\)|(?:async )?\S+:\d+:\d+)(?=$|\n| \{$| \{\n)/g, "");

/** Lets what calls do beside their results be seen: before any module is loaded, for a module may keep these functions. */
function takeSideEffects() {
  let within = false; // Methods of the console call one another, and standard error.
  for (const level of ["warn", "error", "trace", "assert"]) {
    const real = console[level];
    console[level] = function (...args) {
      const outer = within;
      const silent = level === "assert" && args[0];
      within = true;
      try {
        if (!outer && !silent) counts.logging += 1;
        if (witness !== null && !outer && !silent) witness.logging.push([level, withoutStack(util.format(...(level === "assert" ? args.slice(1) : args)))]);
        return real.apply(this, args);
      } finally {
        within = outer;
      }
    };
    Object.defineProperty(console[level], "name", { value: level });
  }
  const write = process.stderr.write;
  process.stderr.write = function (chunk, ...rest) {
    if (!within) counts.stderr += chunk.length;
    if (witness !== null && !within) witness.stderr += withoutStack(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
    return write.call(this, chunk, ...rest);
  };
  const { writeSync: writes } = fs;
  fs.writeSync = function (fd, data, ...rest) {
    if (fd === 2) counts.stderr += data.length;
    if (witness !== null && fd === 2) witness.stderr += withoutStack(String(data));
    return writes.call(this, fd, data, ...rest);
  };
  const { emitWarning } = process;
  process.emitWarning = function (warning, type, code) {
    const said = type !== null && typeof type === "object" && !Array.isArray(type) ? type : { type, code };
    const name = util.types.isNativeError(warning) ? warning.name : typeof said.type === "string" ? said.type : "Warning";
    // What the engine itself warns of is no part of what a function does.
    const own = /^DEP\d+$/.test(said.code ?? warning?.code ?? "") || /^(Experimental|MaxListenersExceeded|Timeout\w+)Warning$/.test(name);
    if (!own) counts.warnings += 1;
    if (witness !== null && !own) witness.warnings.push([name, String(warning?.message ?? warning)]);
    return emitWarning.apply(this, arguments);
  };
  takeTimers();
}

const asks = (delay) => {
  if (Number.isFinite(+delay)) counts.sleep += +delay;
};

/** Notes how long calls ask to wait. */
function takeTimers() {
  const timers = require("node:timers");
  const promises = require("node:timers/promises");
  const put = (owner, name, value) => {
    const { [name]: real } = owner;
    const properties = Object.getOwnPropertyDescriptors(real);
    delete properties.prototype;
    Object.defineProperties(value, properties);
    owner[name] = value;
    if (globalThis[name] === real) globalThis[name] = value;
  };
  for (const name of ["setTimeout", "setInterval"]) {
    const real = timers[name];
    const taken = function (callback, delay) {
      const timer = Reflect.apply(real, this, arguments);
      asks(delay);
      if (witness !== null) witness.sleeps(delay, timer);
      return timer;
    };
    put(timers, name, taken);
    const later = promises[name];
    put(promises, name, function (delay) {
      asks(delay);
      if (witness !== null) witness.sleeps(delay);
      return Reflect.apply(later, this, arguments);
    });
  }
  for (const name of ["clearTimeout", "clearInterval"]) {
    const real = timers[name];
    put(timers, name, function (timer) {
      // A timer that is taken back before it comes was not waited for.
      if (timer?._destroyed === false && !timer._repeat) asks(-timer._idleTimeout);
      if (witness !== null && witness.timers.has(timer) && timer._destroyed === false && !timer._repeat) witness.timers.delete(timer);
      return Reflect.apply(real, this, arguments);
    });
  }
  const { wait: waits } = promises.scheduler;
  Object.defineProperty(promises.scheduler, "wait", {
    configurable: true,
    value: function wait(delay) {
      asks(delay);
      if (witness !== null) witness.sleeps(delay);
      return Reflect.apply(waits, this, arguments);
    },
  });
  const { wait } = Atomics;
  Atomics.wait = function (array, index, value, delay) {
    asks(delay);
    if (witness !== null) witness.sleeps(delay);
    return wait(array, index, value, delay);
  };
  Module.syncBuiltinESMExports();
}

const STATES = 200; // calls between which the state of the process is compared; of more it is once

/** What the process has that a call can change. */
function processState() {
  let folder = null;
  try {
    folder = process.cwd();
  } catch {}
  const signals = Object.create(null);
  for (const name of process.eventNames()) signals[String(name)] = process.listenerCount(name);
  return { environment: { ...process.env }, folder, signals };
}

/** The names whose values differ, each with what `of` makes of both. */
function differing(before, after, of) {
  const found = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (before[name] !== after[name]) found[name] = of(after[name], before[name]);
  }
  return found;
}

/** What was left between two states of the process, by kinds. */
function leftBetween(before, after) {
  return {
    environment: differing(before.environment, after.environment, (now) => now ?? null),
    folder: before.folder === after.folder ? {} : after.folder,
    signals: differing(before.signals, after.signals, (now, was) => (now ?? 0) - (was ?? 0)),
  };
}

/** The kinds of `left` in which there is something, as the text of an object; "" where there is nothing. */
function leftText(left) {
  const is = (value) => {
    if (value instanceof Texts) return value.named.length > 0;
    return value !== null && typeof value === "object" ? Object.keys(value).length > 0 : Boolean(value);
  };
  const some = Object.entries(left).filter(([, value]) => is(value));
  return some.map(([kind, value]) => `${JSON.stringify(kind)}:${value instanceof Texts ? value.text() : JSON.stringify(value, sorted)}`).join(",");
}

/** Names in order, and no text that cannot be written. */
function sorted(_, value) {
  if (typeof value === "string") return value.slice(0, 10_000).replace(/\p{Surrogate}/gu, "?");
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Values by name that are encoded already. */
class Texts {
  constructor(named) {
    this.named = named.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  text() {
    return `{${this.named.map(([name, text]) => `${textOf(name)}:${text}`).join(",")}}`;
  }
}

// ---- variables

/** Names at the top of the module whose values are looked at: exported, or read by exported functions other than the one called. */
let variables = [];

/** The variables of a text that others can see. */
function variablesOf(text) {
  const tree = treeOf(text);
  const exported = new Set();
  const plain = new Set(); // names of variables that are counted, switched or written in
  const bodies = []; // [name, node] of what stands at the top
  const names = (node) => (node?.type === "Identifier" ? [node.name] : []);
  for (const node of tree?.body ?? []) {
    if (/^Export(Named|Default)/.test(node.type) && !node.source) {
      for (const { local } of node.specifiers ?? []) names(local).forEach((n) => exported.add(n));
      for (const { id } of node.declaration?.declarations ?? (node.declaration ? [node.declaration] : [])) names(id).forEach((n) => exported.add(n));
    }
    let { left, right } = node.expression?.type === "AssignmentExpression" ? node.expression : {};
    // Object.assign(exports, {…})
    if (node.expression?.type === "CallExpression" && node.expression.callee.property?.name === "assign") [left, right] = [{ type: "MemberExpression", object: node.expression.arguments[0] ?? {} }, node.expression.arguments[1] ?? {}];
    if (left?.type === "MemberExpression" && /^(module|exports)$/.test(left.object.name ?? left.object.object?.name)) {
      for (const inner of right.type === "ObjectExpression" ? right.properties.map((p) => p.value ?? p.argument) : [right]) {
        names(inner).forEach((n) => exported.add(n));
        if (isFunction(inner)) bodies.push([null, inner]);
      }
    }
    const inner = node.declaration ?? node;
    if (isFunction(inner) || /^Class/.test(inner.type)) bodies.push([inner.id?.name ?? null, inner]);
    for (const { id, init } of inner.type === "VariableDeclaration" ? inner.declarations : []) {
      if (id.type !== "Identifier") continue;
      if (init && (isFunction(init) || /^Class/.test(init.type))) bodies.push([id.name, init]);
      else if (inner.kind !== "const" && init?.type === "Literal" && /number|string|boolean/.test(typeof init.value)) plain.add(id.name);
    }
  }
  const called = NAME.split(".")[0];
  const read = new Set();
  for (const [name, node] of bodies) {
    if (name === null ? NAME === "exports" : name === called || !exported.has(name)) continue;
    const todo = [node];
    while (todo.length > 0) {
      const at = todo.pop();
      if (at.type === "Identifier" && plain.has(at.name)) read.add(at.name);
      for (const value of Object.values(at)) for (const kid of Array.isArray(value) ? value : [value]) if (kid && typeof kid.type === "string") todo.push(kid);
    }
  }
  return [...new Set([...exported, ...read])];
}

const OWN_OF_FUNCTIONS = new Set(["length", "name", "prototype", "arguments", "caller"]);

/** Every variable that a call can leave another value in, with a way to it: those of the module, and of the project's others. */
function variablesNow(instance) {
  const found = new Map();
  const add = (name, value) => {
    if (CACHED.test(name) || found.size >= 2000) return;
    if (typeof value !== "function") return found.set(name, value);
    found.set(name, value);
    for (const [key, { value: inner }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      if (!OWN_OF_FUNCTIONS.has(key) && !CACHED.test(key) && typeof inner !== "function" && inner !== undefined) found.set(`${name}.${key}`, inner);
    }
  };
  const addAll = (before, exports) => {
    if (util.types.isProxy(exports)) return;
    if (typeof exports === "function") [...found.values()].includes(exports) || add(before || "exports", exports);
    else if (exports !== null && typeof exports === "object") {
      for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(exports))) add(before ? `${before}:${key}` : key, value);
    }
  };
  for (const name of [...variables, "default"]) {
    try {
      const value = instance.scope[name]?.();
      if (value !== undefined && !(name === "default" && [...found.values()].includes(value))) add(name, value);
    } catch {}
  }
  addAll("", instance.exports);
  for (const [file, made] of Object.entries(Module._cache)) {
    if (made?.loaded && ofProject(file)) addAll(path.relative(ROOT, file), made.exports);
  }
  return found;
}

/** Whether a file is one of the project's own, beside the one that is judged. */
function ofProject(file) {
  return file.startsWith(ROOT + path.sep) && file !== FILE && file !== GENERATOR && file !== __filename && !file.includes(`${path.sep}node_modules${path.sep}`) && fs.existsSync(file);
}

/** What a variable is compared by, and the text of its value. */
function variableText(value, call) {
  const large = (mark) => [mark, '{"$unencodable":"large"}'];
  if (typeof value === "function") return [value, '{"$unencodable":"function"}'];
  if (ArrayBuffer.isView(value) && value.byteLength > LARGE) return digested(value.byteLength, crypto.createHash("sha256").update(value));
  if (isShared(value)) {
    let [count, held] = [0, 0];
    for (const [, object] of objectsIn("", value)) {
      held += sizeOf(object);
      // So much is a table, or data.
      if (++count > SEARCHED) return large(Array.isArray(value) ? value.length : count);
      if (held > LARGE) return Array.isArray(value) && count === 1 ? digested(value.length, sampleOf(value)) : large(held);
    }
  } else if (typeof value === "string" && value.length > LARGE) return digested(value.length, crypto.createHash("sha256").update(value));
  const text = encoded(new Encoder(false, call), value);
  return [text, text];
}

/** What is too large for a text: its size and a digest. */
function digested(size, hash) {
  const text = `{"$digest":"${hash.digest("hex")}","size":${size},"head":""}`;
  return [text, text];
}

/** How much an object holds by itself: its parts, and the characters of those that are texts. */
function sizeOf(object) {
  const { types } = util;
  const isMap = types.isMap(object);
  let size = Array.isArray(object) ? object.length : isMap || types.isSet(object) ? object.size : ArrayBuffer.isView(object) ? object.byteLength : 0;
  if (size > LARGE || ArrayBuffer.isView(object)) return size;
  const parts = Array.isArray(object) ? object : isMap ? Map.prototype.values.call(object) : types.isSet(object) ? Set.prototype.values.call(object) : Object.values(Object.getOwnPropertyDescriptors(object)).map((p) => p.value);
  for (const part of parts) if (++size > LARGE) break;
  else if (typeof part === "string") size += part.length;
  return size;
}

/** A digest of items of a long array that lie evenly in it: all of them would take longer than the calls. */
function sampleOf(array) {
  const hash = crypto.createHash("sha256");
  const step = Math.max(1, Math.floor(array.length / 100_000));
  for (let at = 0; at < array.length; at += step) {
    const item = array[at];
    hash.update(item !== null && typeof item === "object" ? "{}" : `${typeof item} ${String(item).slice(0, 1000)}\n`);
  }
  return hash;
}

/** The variables that have other values than before; of what is loaded meanwhile nothing is known. */
class Variables {
  constructor(instance) {
    this.instance = instance;
    this.before = new Map([...variablesNow(instance)].map(([name, value]) => [name, variableText(value, { instance })[0]]));
  }

  get names() {
    return [...this.before.keys()].sort();
  }

  changed() {
    const { instance } = this;
    const found = [];
    for (const [name, value] of variablesNow(instance)) {
      const [mark, text] = variableText(value, { instance });
      if (this.before.has(name) && mark !== this.before.get(name)) found.push([name, text]);
    }
    return new Texts(found);
  }
}

// ---- files

const FILES = 500; // entries of a folder that are looked at, at most
const DIGESTED = 1 << 20; // bytes of a file whose text is known before it is written

/** The files in the working folder and in the one for temporary files, each with its state. */
function filesNow(folder) {
  const found = new Map();
  const temporary = require("node:os").tmpdir();
  for (const [root, before] of [[folder, ""], [temporary, "TMPDIR/"]]) {
    if (root === null || root === "/" || (before === "" && temporary.startsWith(root + path.sep))) continue;
    const all = [];
    const todo = [""];
    while (todo.length > 0 && all.length <= FILES) {
      const at = todo.pop();
      let entries = [];
      try {
        entries = fs.readdirSync(path.join(root, at), { withFileTypes: true });
      } catch {}
      for (const entry of entries) {
        const name = at === "" ? entry.name : `${at}/${entry.name}`;
        if (entry.isDirectory()) entry.name === "node_modules" || entry.name === ".git" || todo.push(name);
        else all.push(name);
      }
    }
    // A folder with so many is not the call's own.
    if (all.length > FILES) continue;
    for (const name of all) {
      try {
        const file = path.join(root, name);
        const { size, mtimeNs, ino } = fs.lstatSync(file, { bigint: true });
        found.set(before + name, { file, size: Number(size), state: `${size} ${mtimeNs} ${ino}` });
      } catch {}
    }
  }
  return found;
}

function digestOf({ file, size }) {
  try {
    return { size, digest: crypto.createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 16) };
  } catch {
    return { size };
  }
}

class Files {
  constructor() {
    this.folder = processState().folder;
    this.before = filesNow(this.folder);
    for (const one of this.before.values()) if (one.size <= DIGESTED && this.before.size <= 200) one.digest = digestOf(one).digest;
  }

  changed() {
    const after = filesNow(this.folder);
    const found = {};
    for (const [name, one] of after) {
      const was = this.before.get(name);
      if (was?.state === one.state) continue;
      const now = digestOf(one);
      if (was === undefined || was.size !== one.size || was.digest === undefined || was.digest !== now.digest) found[known(name)] = now;
    }
    for (const name of this.before.keys()) if (!after.has(name)) found[known(name)] = "gone";
    return found;
  }
}

/** A file's name without what is drawn by lot or counted. */
function known(name) {
  if (!name.startsWith("TMPDIR/")) return name;
  return name.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "?").replace(/\d{3,}/g, "?").replace(/([-_.])[A-Za-z0-9]{6,}(?=\/|\.|$)/g, "$1?");
}

// ---- sharing

const SEARCHED = 5000; // objects of a result or of arguments that are looked at
const SHARED = 20; // shared places that are listed, at most

const isShared = (value) => value !== null && typeof value === "object" && !Object.isFrozen(value) && !util.types.isRegExp(value) && !util.types.isDate(value) && !util.types.isProxy(value) && !util.types.isPromise(value);

/** The values of a map with the ways to them, whatever the order in which they came into it. */
function inKeyOrder(map) {
  const ways = [...Map.prototype.entries.call(map)].filter(([, v]) => isShared(v)).map(([k, v]) => [typeof k === "string" || typeof k === "number" ? `[${JSON.stringify(k)}]` : "{}", v]);
  return ways.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The mutable objects in a value in the order of their places, each with its place; the same one may come again. */
function* objectsIn(name, value) {
  const seen = new Set();
  const todo = [[name, value]];
  while (todo.length > 0) {
    const [place, at] = todo.pop();
    yield [place, at];
    if (seen.has(at) || seen.size >= SEARCHED) continue;
    seen.add(at);
    const inner = [];
    const add = (key, kid) => {
      if (isShared(kid) && inner.length < SEARCHED) inner.push([place + key, kid]);
    };
    if (at instanceof Drained) at.items.forEach((kid, i) => add(`[${i}]`, kid));
    else if (Array.isArray(at)) for (let i = 0; i < at.length; i++) add(`[${i}]`, at[i]);
    else if (util.types.isAnyArrayBuffer(at)) continue;
    // Short buffers have one together.
    else if (ArrayBuffer.isView(at)) at.buffer.byteLength === Buffer.poolSize || add(".buffer", at.buffer);
    else if (util.types.isMap(at)) for (const [k, v] of inKeyOrder(at)) add(k, v);
    else if (util.types.isSet(at)) for (const v of Set.prototype.values.call(at)) add("{}", v);
    else {
      const all = Object.getOwnPropertyDescriptors(at);
      for (const key of Object.keys(all).sort()) add(`.${key}`, all[key].value);
    }
    for (const one of inner.reverse()) todo.push(one);
  }
}

let results = new WeakSet(); // what earlier calls of the pass gave

/** The places of a result that are one object with a place in the arguments, with another one in it, or with an earlier result. */
function sharingOf(result, call) {
  if (!isShared(result)) return [];
  const given = new Map();
  for (const [name, value] of places(call)) {
    if (isShared(value)) for (const [place, object] of objectsIn(name, value)) if (!given.has(object)) given.set(object, place);
  }
  const found = [];
  const own = new Map();
  for (const [place, object] of objectsIn("result", result)) {
    if (object instanceof Drained) continue;
    const same = given.get(object) ?? own.get(object);
    if (same !== undefined && found.length < SHARED) found.push(`${place} is ${same}`);
    if (!own.has(object)) own.set(object, place);
  }
  let again = 0;
  for (const [object, place] of own) {
    if (object instanceof Drained || given.has(object)) continue;
    if (!results.has(object)) results.add(object);
    else if (++again <= SHARED) found.push(`${place} is what an earlier call gave`);
  }
  return found.sort();
}

// ---------------------------------------------------------------------------- what survives the calls

/** Modules of the engine that are looked at from the beginning: those that programs use most, and are loaded anyway. */
const ENGINE = ["buffer", "crypto", "events", "fs", "module", "path", "process", "timers", "timers/promises", "url", "util", "v8", "vm"];

const SAID = 30; // things that are said to survive, at most
const soon = setImmediate;

const isObject = (value) => value !== null && (typeof value === "object" || typeof value === "function");

const later = setTimeout;
const perf = performance;
const OF_LATE = { crypto: "internal/crypto/webcrypto", navigator: "internal/navigator" };

const isText = (value) => typeof value === "string";
const isCount = (value) => value === undefined || typeof value === "number" || typeof value === "boolean";
const areTexts = (value) => Array.isArray(value) && value.every(isText) && Object.keys(value).length === value.length;
const areModules = (value) => Array.isArray(value) && value.every((one) => one instanceof Module) && Object.keys(value).length === value.length;
const areListeners = (value) => Object.values(value ?? {}).every((one) => [one].flat().every((each) => typeof each === "function"));

/** Keys that change by themselves (by loading, listening, compiling), each with what is then in it. */
const LIVELY = new Map(
  Object.entries({
    process: {
      _events: areListeners,
      _eventsCount: isCount,
      _exiting: isCount,
      exitCode: isCount,
      debugPort: isCount,
      argv: (value) => areTexts(value) && value.join("\0") === begun.argv,
      domain: (value) => value === null || value === undefined,
      env: (value) => value === environment,
      mainModule: (value) => value === undefined || value === DRIVER,
      chdir: (value) => typeof value === "function",
      title: (value) => value === begun.title,
      allowedNodeEnvironmentFlags: (value) => value instanceof Set && [...value].every(isText),
    },
    "require.main": { loaded: isCount, children: areModules, paths: areTexts, symbols: () => true },
    module: {
      _cache: (value) => value === Module._cache,
      _pathCache: (value) => Object.entries(value).every(([key, file]) => isText(file) && key.includes("\0")),
      _preloadModules: (value) => typeof value === "function",
      globalPaths: areTexts,
      _stat: (value) => typeof value === "function",
      _readPackage: (value) => typeof value === "function",
    },
  }).map(([name, keys]) => [name, new Map(Object.entries(keys))]),
);
const environment = process.env;
const begun = { title: process.title, argv: "" }; // as the process was before the version was loaded

const isLively = (lively, key) => (typeof key === "string" ? lively?.has(key) : lively?.has("symbols") || /^(undici|nodejs|node)\b/.test(key.description));

/**
 * All that a program can write into and that belongs to nobody: global variables, what is built in, modules of the engine and what
 * other modules export. What is there before the version is loaded is compared with what is there after its calls, so that
 * nothing that outlives a pass is unknown.
 */
class Surroundings {
  objects = new Map(); // each with its name, its keys and their values
  said = new Set();
  withModule = new Set(); // what is there since the module was loaded
  put = []; // what calls have put where it does not belong
  functions = new Map(); // functions that have nothing of their own, each with its name
  files = new WeakSet(); // modules that were loaded from files
  workers = [];
  flags = [];

  constructor() {
    begun.argv = process.argv.join("\0");
    const engine = ENGINE.map((name) => [name, require(name)]);
    this.add("globalThis", globalThis, true);
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
      if (isObject(value) && value !== globalThis && key !== "process" && !this.functions.has(value)) this.add(key, value, true);
    }
    this.add("performance", performance);
    for (const [name, value] of hiddenPrototypes()) this.add(name, value);
    for (const [name, exports] of engine) this.add(name, exports, true);
    this.add("require.main", DRIVER);
    this.builtIn = new Set(loadedOfEngine());
    this.others = new Map(); // what other modules exported once they were loaded
    const { load } = Module.prototype;
    const others = this;
    Module.prototype.load = function (...file) {
      load.apply(this, file);
      others.files.add(this);
      others.loaded(this.filename, this.exports);
    };
    const { _load } = Module;
    const asked = new Set();
    Module._load = function (name) {
      const exports = Reflect.apply(_load, this, arguments);
      if (asked.has(name)) return exports;
      asked.add(name);
      if (Module.isBuiltin(name)) others.loaded(name, exports);
      return exports;
    };
    this.object(Module).get("_load").value = Module._load;
    this.object(Module.prototype).get("load").value = Module.prototype.load;
    const v8 = require("node:v8");
    const { setFlagsFromString } = v8;
    v8.setFlagsFromString = function setFlags(flag) {
      others.flags.push(String(flag));
      return setFlagsFromString(flag);
    };
    this.object(v8).get("setFlagsFromString").value = v8.setFlagsFromString;
    Module.syncBuiltinESMExports();
    process.on("worker", (worker) => this.workers.push(worker));
    this.state = processState();
    this.open = openNow();
    this.children = childrenNow();
  }

  object(value) {
    return this.objects.get(value).keys;
  }

  /** @param inner whether what its properties hold is looked at too */
  add(name, object, inner = false) {
    if (this.objects.has(object) || util.types.isProxy(object) || object === process.env || object === Module._cache || object === Module._pathCache) return;
    const keys = new Map();
    const lively = LIVELY.get(name);
    this.objects.set(object, { name, keys, lively, above: Object.getPrototypeOf(object) });
    for (const key of Reflect.ownKeys(object)) {
      if (isLively(lively, key)) continue;
      const property = Reflect.getOwnPropertyDescriptor(object, key);
      keys.set(key, property);
      const { value } = property;
      if (!isObject(value)) continue;
      const within = name === "globalThis" ? String(key) : dotted(name, key);
      if (typeof value === "function") {
        if (key === "constructor") continue;
        // Most functions have nothing but what all have.
        const own = Reflect.ownKeys(value);
        if (own.some((k) => !OWN_OF_FUNCTIONS.has(k)) || (value.prototype && isObject(value.prototype) && Reflect.ownKeys(value.prototype).length > 1)) {
          this.add(within, value);
          if (isObject(value.prototype)) this.add(`${within}.prototype`, value.prototype);
        } else this.functions.set(value, within);
      } else if (inner && name !== "globalThis" && !Array.isArray(value)) this.add(within, value);
    }
  }

  /** Another module is loaded: what it exports is its own, but later additions are not. */
  loaded(file, exports) {
    if (file === FILE || !isObject(exports) || this.others.has(exports) || util.types.isProxy(exports)) return;
    const engine = Module.isBuiltin(file);
    const name = engine ? file.replace(/^node:/, "") : path.relative(ROOT, file);
    const keep = (within, value) => {
      if (!isObject(value) || this.others.has(value) || this.objects.has(value) || this.functions.has(value)) return;
      const place = (key) => (engine ? dotted(within === "" ? name : `${name}.${within}`, key) : `${dotted(within, key)} of ${name}`);
      this.others.set(value, { place, keys: new Map(Reflect.ownKeys(value).map((key) => [key, Reflect.getOwnPropertyDescriptor(value, key)])), own: engine || ofProject(file) });
    };
    keep("", exports);
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
      if (typeof value !== "function") continue;
      keep(key, value);
      keep(`${key}.prototype`, value.prototype);
    }
    if (typeof exports === "function") keep("prototype", exports.prototype);
  }

  /** Looks at all of it, says what is new, and remembers what can be taken away again. */
  async look(byCalls) {
    // What is about to begin has its turn: workers, for example.
    await new Promise(soon);
    let found = ["something that cannot be looked at was changed"];
    try {
      found = await this.found(byCalls);
    } catch {}
    for (const sentence of found) {
      if (this.said.has(sentence) || this.said.size >= SAID) continue;
      this.said.add(sentence);
      say("survives", sentence);
    }
  }

  async found(byCalls) {
    const found = new Set();
    for (const [object, one] of this.objects) this.compare(object, one, found, byCalls);
    for (const [fn, name] of this.functions) {
      for (const key of Reflect.ownKeys(fn)) if (!OWN_OF_FUNCTIONS.has(key) && !isLively(undefined, key)) this.isNew(fn, key, dotted(name, key), found, byCalls);
    }
    for (const [object, { place: at, keys, own }] of this.others) {
      for (const key of Reflect.ownKeys(object)) {
        const { value } = Reflect.getOwnPropertyDescriptor(object, key);
        const was = keys.get(key);
        if (isLively(undefined, key)) continue;
        const place = at(key);
        // Packages add functions to one another.
        if (was === undefined) (typeof value === "function" && !own) || (typeof object === "function" && OWN_OF_FUNCTIONS.has(key)) || this.isNew(object, key, place, found, byCalls);
        else if (own && typeof was.value === "function" && value !== was.value) found.add(`${place} was replaced`);
      }
    }
    for (const [name, made] of Object.entries(Module._cache)) {
      const real = made instanceof Module && (made === DRIVER || name === FILE || this.files.has(made) || (made.filename === name && fs.existsSync(name)));
      if (!real) found.add(`require.cache[${JSON.stringify(name)}] was added`);
    }
    for (const name of loadedOfEngine()) {
      if (this.builtIn.has(name)) continue;
      const [space, exports] = [await import(`node:${name}`), require(`node:${name}`)];
            for (const key of Object.keys(exports)) {
        if (!(key in space)) found.add(`${dotted(name, key)} was added`);
        else if (typeof space[key] === "function" && space[key] !== exports[key]) found.add(`${dotted(name, key)} was replaced`);
      }
    }
    const now = processState();
    for (const key of Object.keys(differing(this.state.environment, now.environment, () => null))) found.add(`process.env.${key} was changed`);
    for (const [name, more] of Object.entries(leftBetween(this.state, now).signals)) {
      if (more > 0) found.add(`a listener for the event ${name} of process was added`);
    }
    for (const flag of this.flags) found.add(`the engine's flag ${flag} was set`);
    for (const [name, module] of Object.entries(OF_LATE)) {
      // They are made when they are first asked for.
      if (process.moduleLoadList?.includes(`NativeModule ${module}`)) for (const key of Object.keys(globalThis[name] ?? {})) found.add(`${name}.${key} was added`);
    }
    if (perf.getEntries().length > 0) found.add("an entry of the performance timeline was added");
    if (this.workers.some((w) => w.threadId > 0 && typeName(w) !== "InternalWorker")) found.add("a worker thread is still there");
    if (childrenNow().some((id) => !this.children.includes(id))) found.add("a child process is still there");
    for (const [kind, count] of Object.entries(openNow())) if (count > (this.open[kind] ?? 0)) found.add(`${kind} is still there`);
    return [...found].sort();
  }

  compare(object, { name, keys, lively, above }, found, byCalls) {
    if (Object.getPrototypeOf(object) !== above) found.add(`${name} has another prototype`);
    const now = Reflect.ownKeys(object);
    for (const [key, fits] of lively ?? []) {
      const property = Reflect.getOwnPropertyDescriptor(object, key);
      if (property !== undefined && !fits(object[key])) found.add(`${dotted(name, key)} was changed`);
    }
    for (const key of now) {
      const was = keys.get(key);
      if (was === undefined) {
        if (!isLively(lively, key)) this.isNew(object, key, dotted(name, key), found, byCalls);
        continue;
      }
      const is = Reflect.getOwnPropertyDescriptor(object, key);
      if (Object.is(is.value, was.value) && is.get === was.get && is.set === was.set) continue;
      // What the engine makes when it is first asked for has then a value.
      if (was.get && !is.get && isNativeGetter(was.get, object, is.value)) continue;
      found.add(`${dotted(name, key)} was replaced`);
    }
    for (const key of keys.keys()) if (!Object.hasOwn(object, key)) found.add(`${dotted(name, key)} was removed`);
  }

  isNew(object, key, name, found, byCalls) {
    found.add(`${name} was added`);
    if (!byCalls) this.withModule.add(name);
    // The module needs what it has put there itself while it was loaded, and functions may be needed from then on.
    const { configurable, value } = Reflect.getOwnPropertyDescriptor(object, key);
    if (byCalls && !this.withModule.has(name) && configurable && value !== undefined && typeof value !== "function") this.put.push([object, key]);
  }

  /** How many timers there are that were not there before. */
  timers() {
    const count = (all) => Object.entries(all).reduce((sum, [kind, n]) => (kind.startsWith("a timer") ? sum + n : sum), 0);
    return count(openNow()) - count(this.open);
  }

  /** Takes away what calls have put there. */
  putBack() {
    for (const [object, key] of this.put) delete object[key];
  }
}

const dotted = (name, key) => {
  if (typeof key === "symbol") return `${name}[${String(key)}]`;
  if (name === "globalThis" || name === "") return name === "" ? key : `globalThis.${key}`;
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `${name}.${key}` : `${name}[${JSON.stringify(key)}]`;
};

function isNativeGetter(get, object, value) {
  try {
    return Object.is(get.call(object), value);
  } catch {
    return false;
  }
}

/** Prototypes that have no name. */
function* hiddenPrototypes() {
  const up = Object.getPrototypeOf;
  yield ["TypedArray", up(Uint8Array)];
  yield ["TypedArray.prototype", up(Uint8Array.prototype)];
  const iterators = { Array: [][Symbol.iterator](), Map: new Map().entries(), Set: new Set().values(), String: ""[Symbol.iterator](), RegExpString: "".matchAll(/./g) };
  for (const [name, iterator] of Object.entries(iterators)) yield [`${name}Iterator.prototype`, up(iterator)];
  yield ["Iterator.prototype", up(up([][Symbol.iterator]()))];
  const kinds = { GeneratorFunction: function* () {}, AsyncFunction: async () => {}, AsyncGeneratorFunction: async function* () {} };
  for (const [name, fn] of Object.entries(kinds)) {
    yield [`${name}.prototype`, up(fn)];
    if (up(fn).prototype) yield [`${name}.prototype.prototype`, up(fn).prototype];
  }
}

function loadedOfEngine() {
  const loaded = process.moduleLoadList ?? [];
  return loaded.map((name) => name.replace(/^NativeModule /, "")).filter((name) => Module.isBuiltin(name) && !name.startsWith("internal/") && !name.startsWith("_"));
}

/** Timers, servers and the like that are alive. */
function openNow() {
  const found = {};
  const add = (kind) => (found[kind] = (found[kind] ?? 0) + 1);
  for (const kind of process.getActiveResourcesInfo?.() ?? []) if (/Server|Watcher|FSEvent|UDP|MessagePort/.test(kind)) add(`a ${kind}`);
  try {
    // Those that keep nothing alive are not among the resources.
    for (const list of Object.values(require("internal/timers").timerListMap)) {
      for (let at = list._idlePrev; at !== list; at = at._idlePrev) add(at._repeat ? "a timer that comes again and again" : "a timer");
    }
  } catch {}
  return found;
}

function childrenNow() {
  try {
    return readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").split(" ").filter(Boolean);
  } catch {
    return [];
  }
}

// ------------------------------------------------------------------------------------ making the calls

const PLAIN = 0;
const ITERATOR = 1;
const PROMISE = 2;
const ASYNC_ITERATOR = 3;

/** How a result must be used so that its work is done. */
function manner(value) {
  if (value === null || typeof value !== "object") return PLAIN;
  if (typeof value.then === "function") return PROMISE;
  if (typeof value.next === "function" && typeof value[Symbol.asyncIterator] === "function") return ASYNC_ITERATOR;
  return typeof value[Symbol.iterator] === "function" && isIterator(value) ? ITERATOR : PLAIN;
}

async function collected(iterator, call) {
  const seen = new AsTheyCome(call);
  try {
    for await (const item of iterator) if (!seen.add(item)) break;
  } catch (thrown) {
    return seen.drained({ thrown });
  }
  return seen.drained(undefined);
}

let sink; // results go here, so that the engine cannot leave the calls out

function bare(calls) {
  for (let i = 0; i < calls.length; i++) {
    const call = calls[i];
    try {
      sink = call.fn.apply(call.self, call.args);
    } catch {}
  }
}

function bareIterators(calls) {
  for (let i = 0; i < calls.length; i++) {
    const call = calls[i];
    try {
      let left = CAP;
      for (sink of call.fn.apply(call.self, call.args)) if (--left === 0) break;
    } catch {}
  }
}

async function bareMixed(calls) {
  for (let i = 0; i < calls.length; i++) {
    const call = calls[i];
    try {
      sink = call.fn.apply(call.self, call.args);
      const how = manner(sink);
      if (how === PROMISE) sink = await sink;
      else if (how === ASYNC_ITERATOR) {
        let left = CAP;
        for await (sink of sink) if (--left === 0) break;
      } else if (how === ITERATOR) {
        let left = CAP;
        for (sink of sink) if (--left === 0) break;
      }
    } catch {}
  }
}

let current = 0;
let finished = false;

/**
 * Makes all calls of a pass and returns the outcome of each as a line, and the manners of their results.
 * @param beside whether it is seen what they do beside their results: then what each left, as a text
 */
async function lookedAt(prepared, before, times, beside = false) {
  prepared.put?.();
  results = new WeakSet();
  const lines = [];
  const left = [];
  const manners = new Set();
  // Asking for the environment takes longer than most calls.
  const often = beside && prepared.calls.length <= STATES;
  let state = beside ? processState() : null;
  const whole = beside ? { globals: new Variables(prepared.calls[0].instance), files: new Files() } : null;
  for (const [at, call] of prepared.calls.entries()) {
    const one = await oneLookedAt(at + 1, call, before[at], times, beside);
    manners.add(one.how);
    lines.push(one.line);
    const was = state;
    const states = often || (beside && at === prepared.calls.length - 1) ? leftText(leftBetween(was, (state = processState()))) : "";
    left.push(states === "" ? one.left : [one.left, states].filter(Boolean).join(","));
  }
  if (whole !== null) {
    // Values and files are compared once for all calls: it takes its time, and only what is there in the end can be of use to others.
    const more = leftText({ globals: whole.globals.changed(), files: whole.files.changed() });
    left.push([left.pop(), more].filter(Boolean).join(","));
  }
  return { lines, left, manners, names: whole?.globals.names };
}

/** Lines with what the calls left. */
function withLeft(lines, left) {
  return lines.map((line, at) => (left[at] ? `${line.slice(0, -1)},"left":{${left[at]}}}` : line)).join("\n");
}

/** Makes one call: its outcome as a line, the manner of its result, what it printed, and, where that is asked for, what it left. */
async function oneLookedAt(number, call, was, times, beside = false) {
  const seen = beside ? new Witness() : null;
  heard = [];
  witness = seen;
  current = number;
  let result;
  let error;
  let how = PLAIN;
  try {
    result = call.fn.apply(call.self, call.args);
    how = manner(result);
    if (how === PROMISE) result = await result;
    else if (how === ASYNC_ITERATOR) result = await collected(result, call);
    else if (how === ITERATOR) result = drained(result, call);
  } catch (thrown) {
    error = new Thrown(thrown);
  }
  const said = heard.join("");
  heard = witness = null;
  current = 0;
  let left = "";
  if (beside) {
    const { logging, warnings, stderr, sleep } = seen;
    const sharing = error === undefined ? sharingOf(result, call) : [];
    if (logging.length > 0 || warnings.length > 0 || stderr !== "" || sleep > 0 || sharing.length > 0) left = leftText({ logging, warnings, stderr, sleep, sharing });
  }
  return { line: toldOf(number, result, error, said, call, was, times), how, said, left };
}

/** What a call threw. */
class Thrown {
  constructor(thrown) {
    this.thrown = thrown;
  }
}

/** The outcome of a call as a line. */
function toldOf(number, result, error, said, call, was, times) {
  const line = [`"call":${number}`];
  if (error === undefined) {
    const encoder = new Encoder(true, call);
    let text;
    for (let i = 0; i < times; i++) text = encoded(encoder, result);
    line.push(`"returned":${text}`);
    // A caller who keeps all items sees them change.
    if (encoder.reused) line.push('"reused":true');
  } else {
    const { thrown } = error;
    const isError = thrown instanceof Error || util.types.isNativeError(thrown);
    line.push(`"raised":${textOf(isError ? typeName(thrown) : `a value (${typeName(thrown)})`)}`);
    let message = "";
    try {
      message = isError ? String(thrown.message) : encoded(new Encoder(true, call), thrown);
    } catch {}
    line.push(`"message":${JSON.stringify(message.slice(0, 10_000).replace(/\p{Surrogate}/gu, "?"))}`);
  }
  const changed = [];
  places(call).forEach(([name, value], i) => {
    const encoder = new Encoder(false);
    let now;
    for (let k = 0; k < times; k++) now = encoded(encoder, value);
    if (now !== was[i]) changed.push(`${JSON.stringify(name)}:${now}`);
  });
  // What a setter keeps may be where only its getter finds it.
  if (ACCESS === "set" && error === undefined) line[1] = `"returned":${encoded(new Encoder(true, call), readBack(call))}`;
  if (changed.length > 0) line.push(`"changed":{${changed.join(",")}}`);
  if (said !== "") line.push(`"printed":${encoded(new Encoder(), said)}`);
  return `{${line.join(",")}}`;
}

/** What a getter of the same name gives after a setter was called. */
function readBack(call) {
  try {
    return call.me[call.name];
  } catch (thrown) {
    return thrown;
  }
}

/** What a call could change, each with its name. */
function places(call) {
  const found = call.me === undefined ? [] : [["this", call.me]];
  if (call.fn !== get) call.args.forEach((value, i) => found.push([`args[${i}]`, value]));
  return found;
}

// ------------------------------------------------------------------------------------------- bursts

/**
 * A loop over calls with at most so many arguments, none of which has a receiver that is not its object: calls are made as a
 * program does that has them in its text. It makes some passes, and then those whose results are kept.
 */
function loopOver(calls, waits) {
  const counts = [...new Set(calls.map((c) => c.args.length))];
  const objects = new Set(calls.map((c) => c.self === undefined));
  if (counts.length > 4 || Math.max(...counts) > 8 || objects.size > 1) return null;
  const plain = objects.has(true);
  const made = (count) => {
    const values = Array.from({ length: count }, (_, n) => `args[${n}]`);
    return plain ? `fn(${values.join(", ")})` : `fn.call(${["call.self", ...values].join(", ")})`;
  };
  const written = counts.map((c, n) => `${n === counts.length - 1 ? "" : `if (args.length === ${c}) `}$ = ${waits ? "await " : ""}${made(c)};`).join(" else ");
  const loop = (list, to) => `for (const calls of ${list}) for (let at = 0; at < calls.length; at++) {
    const call = calls[at], { fn, args } = call;
    try { ${written.replaceAll("$ =", `${to} =`)} } catch (thrown) { ${to} = new Thrown(thrown); }
  }`;
  return new Function("Thrown", `let sink; return ${waits ? "async " : ""}function burst(passes, last, results) { ${loop("passes", "sink")} ${loop("last", "results[at]")} return sink; }`)(Thrown);
}

async function mixedBurst(passes, last) {
  for (const calls of passes) await bareMixed(calls);
  for (const calls of last) await bareMixed(calls);
}

function iteratorBurst(passes, last) {
  passes.forEach(bareIterators);
  last.forEach(bareIterators);
}

function plainBurst(passes, last, results) {
  passes.forEach(bare);
  for (const calls of last) {
    for (let i = 0; i < calls.length; i++) {
      const call = calls[i];
      try {
        results[i] = call.fn.apply(call.self, call.args);
      } catch (thrown) {
        results[i] = new Thrown(thrown);
      }
    }
  }
}

/** Whether something in the arguments of a call has properties that nobody sees. */
function keepsHidden(call) {
  for (const [name, value] of places(call)) {
    if (!isShared(value)) continue;
    for (const [, object] of objectsIn(name, value)) {
      const own = Array.isArray(object) ? Object.getOwnPropertySymbols(object).length : ArrayBuffer.isView(object) ? 0 : Reflect.ownKeys(object).length - Object.keys(object).length;
      if (own > 0) return true;
    }
  }
  return false;
}

const WARM = 40; // milliseconds of processor time in which calls are made before those that count
const now = performance.now.bind(performance);
const cpuUsage = process.cpuUsage.bind(process);

/** Processor time in microseconds. */
function cpu() {
  const { user, system } = cpuUsage();
  return user + system;
}

/** A draw that is the same for the same seed. */
function drawn(seed) {
  let state = (seed >>> 0) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

/** Answers requests: prepares passes, makes them in one burst, and looks at outcomes before the next one. */
class Server {
  constructor(line, spare, before, first, next, load, surroundings) {
    Object.assign(this, { line, before, first, next, load, surroundings, count: spare.calls.length });
    this.texts = before.map((texts) => texts.join("\0"));
    this.known = new Array(this.count).fill(null); // the outcome of each call, as it was seen at once
    this.left = new Array(this.count).fill(""); // and what it left elsewhere
    this.counts = new Array(this.count).fill([]); // how much of each kind of event that was
    this.fewer = new Map(); // kinds of events that are missing where nobody looks at calls, with the number of the pass
    this.early = []; // outcomes that were seen before those
    this.other = new Map(); // outcomes that differ from those
    this.otherPass = this.passes = this.seeing = 0;
    this.lasting = new Array(this.count).fill(null); // calls that change nothing serve every pass
    this.again = new Map();
    this.manners = new Set();
    this.warm = new Set();
    this.prints = this.aliased = false;
    this.pending = null;
    this.room = Buffer.allocUnsafe(65536);
    this.plain = loopOver(spare.calls, false) ?? plainBurst;
    this.waiting = loopOver(spare.calls, true);
  }

  /** The next message; what wants to be done without waiting for anything has its turn before. */
  read(room = this.room.length) {
    for (;;) {
      try {
        return this.room.toString("utf8", 0, readSync(this.line, this.room, 0, room, null));
      } catch (error) {
        if (error.code !== "EAGAIN") throw error;
      }
    }
  }

  async run() {
    const reply = `d{"calls":${this.count},"different":${new Set(this.texts).size}}`;
    for (;;) {
      const said = this.read();
      if (said === "") reallyExit(1);
      const request = JSON.parse(said);
      this.countBack();
      await this.lookBack();
      if (request.end) return;
      const chosen = this.chosen(request);
      if (request.known) await this.see(chosen);
      this.surroundings.putBack();
      if (request.known) await this.warmUp(chosen);
      const passes = request.instance ? await this.inOthers(chosen, request) : await this.prepared(chosen, request.passes);
      const results = new Array(chosen.length).fill(undefined);
      const { work, waits, kept } = this.work();
      const bare = passes.map((one) => one.calls);
      const last = [];
      if (request.look && passes.length > 0) {
        this.pending = { chosen, one: passes.at(-1), number: this.passes + passes.length, results, kept };
        last.push(bare.pop());
      }
      this.passes += passes.length;
      this.counting = { chosen, passes: passes.length, before: { ...counts } };
      writeSync(this.line, "r");
      if (this.read(16) !== "g") reallyExit(1);
      if (this.next === null) {
        if (waits) await work(bare, last, results);
        else work(bare, last, results);
      } else {
        for (let at = 0; at < passes.length; at++) {
          passes[at].put?.();
          const how = at < bare.length ? [[bare[at]], []] : [[], last];
          if (waits) await work(...how, results);
          else work(...how, results);
        }
      }
      writeSync(this.line, reply);
    }
  }

  /**
   * Makes calls that are known, some of them first and then all, until the engine has compiled what it compiles: the function, again where other
   * arguments have shown something new, and at last the loop around it. It does so in another thread, and a good while after it has seen
   * that code is called often; all that would lie in the first bursts that count, of one contender sooner than of the other.
   */
  async warmUp(chosen) {
    const part = chosen.length < this.count ? "a half" : "all";
    if (this.warm.has(part)) return;
    this.warm.add(part);
    // Code of calls that take so long is compiled while they run.
    if (this.seeing > 5 * WARM) return;
    const { work, waits } = this.work();
    const [busy, since] = [cpu(), now()];
    for (let passes = 1; cpu() - busy < WARM * 1000 && now() - since < WARM * 5 && this.passes < 20_000; ) {
      const begun = now();
      const made = await this.prepared(chosen, passes);
      this.passes += passes;
      for (const one of this.next === null ? [made] : made.map((one) => [one])) {
        one[0].put?.();
        const done = work(one.map((one) => one.calls), [], []);
        if (waits) await done;
      }
      if (now() - begun < 1) passes *= 2;
    }
  }

  /** How the passes of a burst are made, whether that waits, and whether results can be kept. */
  work() {
    const { manners } = this;
    if (manners.has(ASYNC_ITERATOR) || (manners.has(ITERATOR) && manners.size > 1)) return { work: mixedBurst, waits: true, kept: false };
    if (manners.has(ITERATOR)) return { work: iteratorBurst, waits: false, kept: false };
    if (!manners.has(PROMISE)) return { work: this.plain, waits: false, kept: true };
    return manners.size === 1 && this.waiting ? { work: this.waiting, waits: true, kept: true } : { work: mixedBurst, waits: true, kept: false };
  }

  chosen(request) {
    const all = Array.from({ length: this.count }, (_, at) => at);
    if (request.range) return all.slice(...request.range);
    if (request.half === undefined) return all;
    // Calls that are alike are in the same half.
    const draw = drawn(request.seed);
    const alike = [...new Set(this.texts)].map((text) => [draw(), text]).sort((a, b) => a[0] - b[0]);
    const first = new Set(alike.slice(0, (alike.length + 1) >> 1).map(([, text]) => text));
    return all.filter((at) => first.has(this.texts[at]) === (request.half === 0));
  }

  /** Passes with an instance of the module of their own each: new ones, or the same again. New ones have made all the other
   * calls before. */
  async inOthers(chosen, request) {
    if (request.instance === "new") {
      this.others = [];
      while (this.others.length < request.passes) this.others.push(await this.load());
      if (request.half !== undefined) {
        const rest = this.chosen({ ...request, half: 1 - request.half });
        const { work, waits } = this.work();
        const bare = this.others.map((one) => prepare(one, rest).calls);
        const done = work(bare, [], new Array(rest.length).fill(undefined));
        if (waits) await done;
      }
    }
    const made = this.others.map((one) => prepare(one, chosen));
    if (request.instance === "again") {
      // Where the very same values serve again, what was kept for them by identity is seen.
      made.forEach(({ calls }, i) => chosen.forEach((at, n) => this.lasting[at] && this.given?.[i]?.has(at) && (calls[n] = this.given[i].get(at))));
    }
    this.given = made.map(({ calls }) => new Map(chosen.map((at, n) => [at, calls[n]])));
    this.first.put?.();
    return made;
  }

  async instance() {
    return this.next === null ? this.first : this.next();
  }

  async prepared(chosen, passes) {
    const made = [];
    for (let i = 0; i < passes; i++) {
      if (this.next !== null) {
        made.push(prepare(await this.next(), chosen));
        continue;
      }
      const anew = chosen.filter((at) => this.lasting[at] === null);
      if (anew.length === 0) {
        const key = chosen.join();
        if (!this.again.has(key)) this.again.set(key, { calls: chosen.map((at) => this.lasting[at]) });
        const one = this.again.get(key);
        while (made.length < passes) made.push(one);
        break;
      }
      const { calls } = prepare(this.first, anew);
      const news = new Map(anew.map((at, n) => [at, calls[n]]));
      made.push({ calls: chosen.map((at) => news.get(at) ?? this.lasting[at]) });
    }
    return made;
  }

  /** Makes those of the calls whose outcomes are not known yet, and looks at each at once. */
  async see(asked) {
    const chosen = asked.filter((at) => this.known[at] === null);
    if (chosen.length === 0) return;
    const one = prepare(await this.instance(), chosen);
    const since = now();
    for (const { at, n, line, how, said, left } of await this.seen(one, chosen)) {
      this.known[at] = line;
      this.left[at] = left;
      this.manners.add(how);
      this.prints ||= said !== "";
      if (this.next === null && said === "" && this.lasts(at, line, one.calls[n])) this.lasting[at] = one.calls[n];
    }
    this.seeing += now() - since;
    if (!this.looked) await this.surroundings.look(true);
    this.looked = true;
    const { early } = this;
    this.early = [];
    for (const [at, line, number] of early) this.compare(at, line, number);
  }

  async seen(one, chosen) {
    one.put?.();
    const all = [];
    results = new WeakSet();
    for (const [n, at] of chosen.entries()) {
      const before = { ...counts };
      const seen = await oneLookedAt(at + 1, one.calls[n], this.before[at], 1, true);
      if (this.known[at] === null) this.counts[at] = Object.entries(counts).map(([kind, count]) => [kind, count - before[kind]]);
      all.push({ at, n, ...seen });
    }
    return all;
  }

  /** Whether a call may be made again with the very same values: it has left them as they were, as far as can be seen, and
   * nothing that cannot be seen is in them. */
  lasts(at, line, call) {
    const text = this.texts[at];
    return !keepsHidden(call) && !line.includes('"changed":') && !["$iter", "$unencodable", "$type"].some((mark) => text.includes(`"${mark}"`));
  }

  /** Whether calls of the last burst told as much as they did when they were looked at: a version may know when that is. */
  countBack() {
    if (!this.counting) return;
    const { chosen, passes, before } = this.counting;
    this.counting = null;
    if (chosen.some((at) => this.known[at] === null)) return;
    const wanted = {};
    for (const at of chosen) for (const [kind, count] of this.counts[at]) wanted[kind] = (wanted[kind] ?? 0) + count * passes;
    for (const [kind, count] of Object.entries(wanted)) {
      // Much less, so that a text which varies in its length is nothing.
      if (counts[kind] - before[kind] < count / 2 && !this.fewer.has(kind)) this.fewer.set(kind, this.passes);
    }
  }

  /** Looks at what came of the last burst's last pass, where that was asked for. */
  async lookBack() {
    if (this.pending === null) return;
    const { chosen, one, results, number, kept } = this.pending;
    this.pending = null;
    if (!kept || this.prints || this.aliased) {
      const [again] = await this.prepared(chosen, 1);
      for (const { at, line } of await this.seen(again, chosen)) this.compare(at, line, number);
      return;
    }
    const found = this.lines(chosen, one, results);
    const strange = [...chosen.keys()].filter((n) => this.known[chosen[n]] !== null && found[n] !== this.known[chosen[n]]);
    if (strange.length > 0) {
      // What a call gave may have been changed by a later one; then it is so each time.
      const [again] = await this.prepared(chosen, 1);
      const twice = new Array(chosen.length).fill(undefined);
      const { work, waits } = this.work();
      again.put?.();
      if (waits) await work([], [again.calls], twice);
      else work([], [again.calls], twice);
      const second = this.lines(chosen, again, twice);
      if (strange.every((n) => second[n] === found[n])) {
        this.aliased = true;
        this.early = [];
        return;
      }
    }
    for (const [n, at] of chosen.entries()) {
      // The same values serve from now on, so that it is seen what is kept for them by identity.
      if (this.known[at] === null && this.next === null && this.lasts(at, found[n], one.calls[n])) this.lasting[at] = one.calls[n];
      this.compare(at, found[n], number);
    }
  }

  lines(chosen, one, results) {
    return chosen.map((at, n) => {
      const threw = results[n] instanceof Thrown;
      return toldOf(at + 1, threw ? undefined : results[n], threw ? results[n] : undefined, "", one.calls[n], this.before[at], 1);
    });
  }

  compare(at, line, number) {
    if (this.known[at] === null) this.early.push([at, line, number]);
    else if (line !== this.known[at]) {
      if (this.other.size === 0) this.otherPass = number;
      if (number === this.otherPass) this.other.set(at, line);
    }
  }

  async end() {
    await this.see(Array.from({ length: this.count }, (_, at) => at));
    // What was put off has its turn, and is seen by the clocks.
    for (const since = now(); this.surroundings.timers() > 0 && now() - since < 250; ) await new Promise((done) => later(done, 5));
    await this.surroundings.look(true);
    const other = this.other.size > 0 ? this.otherPass : this.fewer.size > 0 ? Math.min(...this.fewer.values()) : 0;
    const pass = other > 0 ? `,"pass":${other}` : "";
    let lines = this.known.map((line, at) => this.other.get(at) ?? line);
    let { left } = this;
    if (this.other.size === 0 && this.fewer.size > 0) {
      left = left.map((text) => (text === "" ? "" : leftText(Object.fromEntries(Object.entries(JSON.parse(`{${text}}`)).filter(([kind]) => !this.fewer.has(kind))))));
      if (this.fewer.has("printed")) lines = lines.map((line) => line.replace(/,"printed":.*$/, "}"));
    }
    finish(`{"reheat":"outcomes","calls":${this.count},"numbers":"one","left":{}${pass}}\n${withLeft(lines, left)}`);
  }
}

// -------------------------------------------------------------------------------------------- the run

function why(error) {
  const stack = String(error?.stack ?? "");
  const at = stack
    .split("\n")
    .map((line) => /\(?((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/.exec(line.trim()) ?? /^((?:file:\/\/)?\/[^:]+):(\d+)$/.exec(line.trim()))
    .find((found) => found && !found[1].includes(path.basename(__filename)));
  const place = at ? ` (${at[1].replace("file://", "").replace(ROOT + "/", "")}, line ${at[2]})` : "";
  const message = complaint(error).split("\n")[0];
  const missing = /Cannot find (?:module|package) '([^'./][^']*)'/.exec(message);
  const name = missing && missing[1].split("/").slice(0, missing[1].startsWith("@") ? 2 : 1).join("/");
  return `${MODULE} cannot be imported: ${message}${place}${name ? `; the package ${name} is not there` : ""}`;
}

/** The text that the version takes the place of; null where it cannot be read. */
function originalText() {
  try {
    return withoutTypes(readFileSync(FILE, "utf8").replace(/^\ufeff/, ""), FILE);
  } catch {
    return null;
  }
}

function namesIn(value) {
  if (Array.isArray(value)) value.forEach(namesIn);
  else if (value && typeof value === "object") {
    if (value.$new && typeof value.$new.class === "string") wanted.add(value.$new.class);
    Object.values(value).forEach(namesIn);
  }
}

async function main() {
  const given = takeStreams().toString("utf8");
  takeSideEffects();
  const end = given.indexOf("\n");
  const header = JSON.parse(given.slice(0, end));
  const input = given.slice(end + 1);
  process.argv.splice(2);
  process.exit = (code) => {
    throw new Exit(code ?? process.exitCode);
  };
  process.on("unhandledRejection", () => {});
  process.on("uncaughtException", () => {});
  process.on("exit", () => {
    if (finished) return;
    say("failed", current > 0 ? `call ${current} waits for something that never comes` : `${MODULE} waits for something that never comes`);
    reallyExit(1);
  });

  wanted.add(NAME.split(".")[0]);
  if (GENERATOR) {
    const said = JSON.parse(input || "{}");
    seeds = said.seeds ?? [said.seed];
  }
  if (!GENERATOR) {
    lines = input.split("\n").filter((l) => l.trim()).map((text) => ({ text, plain: !text.includes("$") }));
    for (const { text } of lines) {
      try {
        const said = JSON.parse(text);
        namesIn(said);
        if (typeof said?.init?.class === "string") wanted.add(said.init.class);
      } catch {}
    }
  }
  const outside = [...wanted].filter((n) => n.includes("::"));
  for (const name of outside) wanted.delete(name);
  for (const name of [...wanted]) wanted.add(name.split(".")[0]);

  let text = readFileSync(TARGET, "utf8");
  if (text.startsWith("\ufeff")) text = text.slice(1);
  const typed = [FILE, GENERATOR].find((file) => file && TYPED.test(file));
  if (typed) takeTypeScript(typed);
  try {
    text = withoutTypes(text, FILE);
  } catch (error) {
    fail(`${MODULE} cannot be read as TypeScript: ${String(error.message).trim()}`);
  }
  // Whether it is the original or another version, two texts are parsed.
  const ofOriginal = variablesOf(originalText() ?? text);
  forgetTrees();
  standing = topFunctions(text);
  exportedName = nameOfExports(text);
  for (const [name] of standing) wanted.add(name);
  variables = [...new Set([...variablesOf(text), ...ofOriginal])];
  for (const name of variables) wanted.add(name);
  let source;
  let first;
  const surroundings = new Surroundings();
  try {
    source = await maker(text);
    first = await source.load();
    for (const name of outside) {
      const [file, kind] = name.split("::");
      const space = await import(url.pathToFileURL(path.resolve(ROOT, file)).href);
      const found = space[kind] ?? space.default?.[kind];
      if (typeof found !== "function") fail(`${file} has no class ${kind}`);
      elsewhere.set(name, found);
    }
    if (GENERATOR) {
      const space = await import(url.pathToFileURL(GENERATOR).href);
      generator = space[GENERATOR_FUNCTION] ?? space.default?.[GENERATOR_FUNCTION];
      if (typeof generator !== "function") fail(`${path.basename(GENERATOR)} does not export a function ${GENERATOR_FUNCTION}`);
    }
  } catch (error) {
    fail(why(error));
  }
  checkDefinition(first, text);
  forgetTrees();
  await surroundings.look(false);
  const spare = prepare(first); // never called: tells what the arguments were
  let kept = header.keep || !source.twice;
  if (!header.keep && !source.twice) say("kept", `${source.why}, so all passes share one instance of the module`);
  const next = async () => {
    if (kept) return first;
    try {
      return await source.load();
    } catch (error) {
      first.put?.();
      say("kept", `the module cannot be loaded a second time (${complaint(error)}), so all passes share one`);
      kept = true;
      return first;
    }
  };
  const before = spare.calls.map((call) => places(call).map(([, value]) => encoded(new Encoder(false), value)));
  if (header.stamps) {
    const server = new Server(header.stamps, spare, before, first, header.fresh && !kept ? next : null, next, surroundings);
    await server.run();
    return server.end();
  }

  const passes = Math.max(1, header.passes ?? 1);
  const todo = [];
  for (let i = 0; i < Math.max(passes, header.prepare ?? 0); i++) todo.push(prepare(i === 0 ? first : await next()));

  const looked = new Set([0, passes - 1]);
  while (passes >= 4 && looked.size < ENCODINGS) looked.add(1 + Math.floor(random() * (passes - 2)));
  const times = ENCODINGS / looked.size;
  const numbers = [...looked].sort((a, b) => a - b);
  const one = await lookedAt(todo[0], before, times, true);
  await surroundings.look(true);
  const waits = one.manners.has(PROMISE) || one.manners.has(ASYNC_ITERATOR) || (one.manners.has(ITERATOR) && one.manners.size > 1);
  const run = waits ? bareMixed : one.manners.has(ITERATOR) ? bareIterators : bare;
  let other = null;
  let at = 0;
  for (const number of numbers.slice(1)) {
    for (let i = at + 1; i < number; i++) {
      todo[i].put?.();
      surroundings.putBack();
      if (waits) await run(todo[i].calls);
      else run(todo[i].calls);
    }
    surroundings.putBack();
    const { lines } = await lookedAt(todo[number], before, times);
    if (other === null && lines.some((line, i) => line !== one.lines[i])) other = { number, lines };
    at = number;
  }
  await surroundings.look(true);
  const head = `{"reheat":"outcomes","calls":${spare.calls.length},"numbers":"one"${other ? `,"pass":${other.number + 1}` : ""},"left":{"names":${JSON.stringify(one.names)}}}`;
  finish(`${head}\n${withLeft((other ?? one).lines, one.left)}`);
}

const random = Math.random;

function finish(text) {
  finished = true;
  all(1, text + "\n");
  reallyExit(0);
}

main().catch((error) => fail(`the driver itself went wrong: ${complaint(error)} ${String(error?.stack).split("\n")[1] ?? ""}`));
