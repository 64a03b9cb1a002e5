// As timer.py, for JavaScript: node timer.cjs both OLD NEW NAME CALLS SECONDS, or one FILE NAME CALLS SECONDS.
"use strict";
const fs = require("node:fs");
const load = (file, name) => {
  const module = { exports: {} };
  new Function("module", "exports", "require", fs.readFileSync(file, "utf8"))(module, module.exports, require);
  return module.exports[name];
};
const calls = (file) => fs.readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line).args);
const copies = (file, count) => Array.from({ length: count }, () => calls(file));
const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
// A loop of its own for each function, `f(a, b)` as a program would call it: one loop for both could inline neither.
const timer = (f, count) => {
  const names = [..."abcdefgh"].slice(0, count).join(", ");
  const text = `let sink; return (passes) => { const begun = clock(); for (const pass of passes) for (const [${names}] of pass) sink = f(${names}); return [clock() - begun, sink][0]; };`;
  return new Function("f", "clock", text)(f, clock);
};
const countFor = (timed, file, seconds) => {
  for (let count = 1; ; count *= 2) if (timed(copies(file, count)) > seconds || count >= 4096) return count;
};
const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
const [how, ...rest] = process.argv.slice(2);
if (how === "both") {
  const [one, two, name, file, seconds] = rest;
  const many = calls(file)[0].length;
  const [old, fresh] = [one, two].map((path) => timer(load(path, name), many));
  old(copies(file, 200)), fresh(copies(file, 200));
  const count = countFor(fresh, file, 0.004);
  const ratios = [];
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end || ratios.length < 5) {
    const a = old(copies(file, count));
    ratios.push(a / fresh(copies(file, count)));
  }
  console.log(median(ratios));
} else {
  const [path, name, file, seconds] = rest;
  const timed = timer(load(path, name), calls(file)[0].length);
  const count = countFor(timed, file, seconds / 10);
  let sum = 0;
  for (let i = 0; i < 5; i++) sum += timed(copies(file, count)) / count;
  console.log(sum / 5);
}
