const fs = require('fs');

const table = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const text = fs.readFileSync(0, 'utf8').replace(/[&<>"]/g, (c) => table[c]);

let html = '';
let open = false;
for (const raw of text.split('\n')) {
  const line = raw.trim();
  if (line === '') {
    if (open) html += '</p>\n';
    open = false;
  } else {
    html += (open ? '<br>\n' : '<p>') + line;
    open = true;
  }
}
if (open) html += '</p>\n';
process.stdout.write(html);
