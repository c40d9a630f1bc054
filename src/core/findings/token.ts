/** Code points of document text that a sentence shows at most. */
const longest = 60;

/** Control, format (bidi, zero width), line and paragraph separators, private use, lone surrogates. */
const hostile = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

/**
 * A token of a document as a sentence may show it: in quotes, cut, and with every character that could deceive a reader
 * or a terminal (ESC, U+202E, …) written as an escape. Document text reaches people in no other way.
 */
export function token(text: string): string {
  const points = [...text.slice(0, longest * 2)];
  const cut = points.length > longest || text.length > longest * 2;
  const shown = points.slice(0, longest).join('').replace(hostile, escape);
  return `"${shown}${cut ? '…' : ''}"`;
}

function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
