// Cuts the typefaces of the documents down to the characters that names and amounts in Europe need. A PDF embeds its fonts whole, so each weight
// comes in two parts: Latin, in every document; and what else the face has, only where a name is written so. And each part is there twice, with the
// same glyphs: as it is drawn and embedded, and with the tables by which a text is set (kerning, accents), which would only make every document larger.
// node subset.mjs <target folder>
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import subsetFont from 'subset-font';

const from = dirname(createRequire(import.meta.url).resolve('@expo-google-fonts/noto-sans/package.json'));
const to = process.argv[2];

const range = (first, last) => String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, place) => first + place));
const accents = range(0x300, 0x328);
const latin = range(0x20, 0x7e) + range(0xa0, 0x17f) + range(0x218, 0x21b) + accents + 'ẞ‐‑–—‘’‚“”„†•…‰‹›€™−≤≥≈×·\u2009\u202f\ufffd';
const wide = range(0x180, 0x24f) + range(0x1e00, 0x1eff) + range(0x370, 0x3ff) + range(0x400, 0x4ff) + accents + '№';

mkdirSync(to, { recursive: true });
for (const [weight, file] of [['Regular', 'NotoSans_400Regular'], ['SemiBold', 'NotoSans_600SemiBold']]) {
  const face = readFileSync(join(from, file.slice('NotoSans_'.length), `${file}.ttf`));
  for (const [part, characters] of [['Latin', latin], ['Wide', wide]]) {
    // Only glyphs of characters: small capitals, fractions and the like are never asked for.
    const options = { targetFormat: 'truetype', noLayoutClosure: true };
    writeFileSync(join(to, `${weight}-${part}-Set.ttf`), await subsetFont(face, characters, options));
    writeFileSync(join(to, `${weight}-${part}.ttf`), await subsetFont(face, characters, { ...options, dropTables: ['GDEF', 'GPOS', 'GSUB', 'STAT'] }));
  }
}
writeFileSync(join(to, 'OFL.txt'), readFileSync(join(from, 'LICENSE_FONT')));
