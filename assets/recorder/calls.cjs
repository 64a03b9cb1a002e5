// Calls that a check and a bench have made, made again.
const { deserialize } = require("node:v8");

const CALLS = `
REHEAT_CALLS
`;

exports.calls = () => CALLS.trim().split("\n").map((line) => ({ args: deserialize(Buffer.from(line, "base64")) }));
