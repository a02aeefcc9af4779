// Prints data/marks.txt: what Unicode calls alphabetic beside letters and numbers, vowel signs of Indian scripts for
// instance, as ranges in hexadecimal. Python is the one language that doesn't know them. Run by hand:
//
//   node tools/marks.mjs > data/marks.txt
const ranges = [];
for (let c = 0x80; c <= 0x10ffff; c++) {
  if (!/^[\p{Alphabetic}--[\p{L}\p{N}]]$/v.test(String.fromCodePoint(c))) continue;
  const range = ranges.at(-1);
  if (range && range[1] === c - 1) range[1] = c;
  else ranges.push([c, c]);
}
for (const [first, last] of ranges) console.log(`${first.toString(16)} ${last.toString(16)}`);
