// What mail programs do not know of a letter, by caniemail.com's data, as one line per feature:
//   npm install caniemail && node benchmarks/caniemail.mjs letter.html
// The findings are kept, with what was done about them, in tests/mail/test_letter_look.py.
import { readFileSync } from 'node:fs';
import { caniemail } from 'caniemail';

const FAMILIES = ['apple-mail.*', 'gmail.*', 'outlook.*', 'yahoo.*', 'protonmail.*', 'samsung-email.*'];

const { issues } = caniemail({ clients: FAMILIES, html: readFileSync(process.argv[2], 'utf8') });
for (const kind of ['errors', 'warnings']) {
  const clients = new Map();
  for (const [client, found] of issues[kind]) {
    for (const { title } of found) clients.set(title, [...(clients.get(title) ?? []), client]);
  }
  for (const [title, names] of [...clients].sort()) console.log(kind, title, [...new Set(names)].join(' '));
}
