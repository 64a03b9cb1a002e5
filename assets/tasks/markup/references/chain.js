const text = require('fs').readFileSync(0, 'utf8');

const escaped = text
  .split('&').join('&amp;')
  .split('<').join('&lt;')
  .split('>').join('&gt;')
  .split('"').join('&quot;');

const paragraphs = escaped
  .split('\n')
  .map((line) => line.trim())
  .join('\n')
  .split(/\n\n+/)
  .map((p) => p.trim())
  .filter((p) => p !== '');

process.stdout.write(paragraphs.map((p) => '<p>' + p.split('\n').join('<br>\n') + '</p>\n').join(''));
