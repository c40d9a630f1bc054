/** Characters of a line in a document that is read beside the tree. */
const WIDTH = 88;

/** Breaks one line of text between words. All of it stands equally far in: what is indented further would be folded away. */
export function wrapped(line: string, width = WIDTH): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(' ')) {
    const isEmpty = current.trim() === '';
    if (!isEmpty && current.length + 1 + word.length > width) {
      lines.push(current);
      current = `${indent}${word}`;
    } else current = isEmpty ? `${current}${word}` : `${current} ${word}`;
  }
  return [...lines, current];
}
