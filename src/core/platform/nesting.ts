import { Lexer } from 'yaml';

/** How deep collections may lie in each other. A parser that recurses ends the whole process some thousand levels further. */
export const deepest = 256;

/**
 * The offset at which a YAML text goes deeper than `deepest`, or `undefined`. Linear, without recursion, and before any
 * parser sees the text: it reads the tokens of the parser's own lexer, so what is quoted or commented out counts for both
 * or for neither.
 */
export function tooDeepAt(text: string): number | undefined {
  let offset = 0;
  let column = 0;
  let flow = 0;
  /** Columns at which the block collections that are open here began. */
  const blocks: number[] = [];
  /** Whether a block collection may begin here: at the start of a line, or after an indicator of another. */
  let fresh = true;
  let colons = 0;
  for (const token of new Lexer().lex(text)) {
    if (isMark(token)) continue;
    const blank = isBlank(token);
    const entry = token === '-' || token === '?';
    if (token === '[' || token === '{') flow++;
    else if (token === ']' || token === '}') flow = Math.max(0, flow - 1);
    else if (flow === 0 && !blank && (fresh || entry || (token === ':' && colons > 0))) {
      while ((blocks.at(-1) ?? -1) >= column) blocks.pop();
      blocks.push(column);
    }
    if (flow + blocks.length > deepest) return offset;
    if (token === ':') colons++;
    if (!blank) fresh = entry || (fresh && token === ':');
    offset += token.length;
    const lineEnd = token.lastIndexOf('\n');
    column = lineEnd < 0 ? column + token.length : token.length - lineEnd - 1;
    if (lineEnd >= 0) fresh = true;
    if (lineEnd >= 0 || entry) colons = 0;
  }
  return undefined;
}

/** The lexer's own marks (start of a document, end of flow content, start of a scalar): they stand for no text. */
function isMark(token: string): boolean {
  return token === '\u0002' || token === '\u0018' || token === '\u001f';
}

function isBlank(token: string): boolean {
  return token.trim() === '' || token === '\ufeff' || token.startsWith('#');
}
