const fs = require('fs');

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeLine(line) {
  let out = '';
  for (const c of line) {
    out += escapes[c] || c;
  }
  return out;
}

const out = [];
let open = false;
for (const raw of fs.readFileSync(0, 'utf8').split('\n')) {
  const line = raw.trim();
  if (line === '') {
    if (open) out.push('</p>\n');
    open = false;
    continue;
  }
  out.push(open ? '<br>\n' : '<p>', escapeLine(line));
  open = true;
}
if (open) out.push('</p>\n');
process.stdout.write(out.join(''));
