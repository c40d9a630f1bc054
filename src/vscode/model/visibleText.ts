// C0 and C1 controls, soft hyphen, zero-width and bidi marks, line and paragraph separators, byte order mark, tag characters:
// what hides text, turns it round, or ends a line.
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/**
 * Text from AWS, Kubernetes or a file, safe to show in one line: what is invisible or changes direction is spelled out (`\u{202e}`),
 * and what is longer than `limit` characters is cut with an ellipsis.
 */
export function visibleText(text: string, limit = 200): string {
  const spelled = text.replace(HIDDEN, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
  const characters = Array.from(spelled);
  return characters.length <= limit ? spelled : `${characters.slice(0, limit - 1).join('')}…`;
}
