

// Keeps what a call is given, in a file of the home folder: of the first calls all, of later ones ever fewer.
globalThis.reheatSaw = ((number, next, bytes) => {
  const builtin = (name) => (process.getBuiltinModule ?? process.mainModule?.require)(name);
  // Objects of classes come back as plain ones, so that calls with them would be other calls.
  const plain = (value, depth = 0) => {
    if (value === null || typeof value !== "object") return typeof value !== "function" && typeof value !== "symbol";
    if (ArrayBuffer.isView(value) || value instanceof Date) return true;
    const kind = Object.getPrototypeOf(value);
    if (depth > 100 || (kind !== Object.prototype && kind !== Array.prototype && kind !== Map.prototype && kind !== Set.prototype)) return false;
    const inside = kind === Map.prototype ? [...value].flat() : kind === Set.prototype ? [...value] : Object.values(value);
    return inside.every((item) => plain(item, depth + 1));
  };
  return (args) => {
    number += 1;
    if (number < next || bytes > 4_000_000) return;
    next = number < 16 ? number + 1 : Math.trunc(number * 1.25);
    try {
      if (!plain([...args])) return;
      const line = `${builtin("node:v8").serialize([...args]).toString("base64")}\n`;
      if (line.length > 1_500_000) return;
      bytes += line.length;
      builtin("node:fs").appendFileSync(`${process.env.HOME}/REHEAT_FILE`, line);
    } catch {
      // What cannot be kept is not compared.
    }
  };
})(0, 1, 0);
