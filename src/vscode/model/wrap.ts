/** Characters of a line in a document that is read beside the tree. */
const WIDTH = 100;

/** Breaks one line of text between words; what follows the first line stands two characters further in, so that it folds with it. */
export function wrapped(line: string, width = WIDTH): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(' ')) {
    const isEmpty = current.trim() === '';
    if (!isEmpty && current.length + 1 + word.length > width) {
      lines.push(current);
      current = `${indent}  ${word}`;
    } else current = isEmpty ? `${current}${word}` : `${current} ${word}`;
  }
  return [...lines, current];
}
