const fs = require('fs');

function replaceEverywhere(text, what, by) {
  let at = text.indexOf(what);
  while (at !== -1) {
    text = text.slice(0, at) + by + text.slice(at + what.length);
    at = text.indexOf(what, at + by.length);
  }
  return text;
}

function escape(text) {
  text = replaceEverywhere(text, '&', '&amp;');
  text = replaceEverywhere(text, '<', '&lt;');
  text = replaceEverywhere(text, '>', '&gt;');
  text = replaceEverywhere(text, '"', '&quot;');
  return text;
}

// several empty lines are as good as one
function tidy(text) {
  while (text.includes('\n\n\n')) {
    text = text.replace('\n\n\n', '\n\n');
  }
  return text;
}

function toHtml(text) {
  let html = '';
  let paragraph = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') {
      if (paragraph.length > 0) {
        html = html + '<p>' + paragraph.join('<br>\n') + '</p>\n';
        paragraph = [];
      }
    } else {
      paragraph = [...paragraph, line.trim()];
    }
  }
  if (paragraph.length > 0) {
    html = html + '<p>' + paragraph.join('<br>\n') + '</p>\n';
  }
  return html;
}

const text = fs.readFileSync(0, 'utf8');
process.stdout.write(toHtml(escape(tidy(text))));
