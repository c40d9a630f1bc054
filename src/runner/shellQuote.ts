import { printable } from './printable.ts';

export type Shell = 'posix' | 'powershell';

/** The shell that a person on this platform most likely has open. */
export const shellOf = (platform: NodeJS.Platform): Shell => (platform === 'win32' ? 'powershell' : 'posix');

/**
 * An argv array as one line that can be pasted into a shell and gives the same words back. Control and bidirectional
 * characters come out as visible escapes first: a pasted line never holds a newline and never reads other than it runs.
 */
export function shellLine(argv: readonly string[], shell: Shell): string {
  const words = argv.map((word) => shellWord(word, shell));
  // PowerShell would print a quoted first word as a string; `&` runs it.
  return shell === 'powershell' && words[0]?.startsWith("'") === true ? `& ${words.join(' ')}` : words.join(' ');
}

/** The same for words that read `stdin`: still one line, since nobody has the file that it would be. */
export function pipedLine(stdin: string, argv: readonly string[], shell: Shell): string {
  const text = shellWord(stdin, shell);
  return `${shell === 'posix' ? `printf %s ${text}` : text} | ${shellLine(argv, shell)}`;
}

/** The same for words that go on beside the lines that follow. */
export function backgroundLine(argv: readonly string[], shell: Shell): string {
  const line = shellLine(argv, shell);
  return shell === 'posix' ? `${line} &` : `Start-Job { ${line} }`;
}

/** A variable of the environment for the lines that follow. */
export function environmentLine(name: string, value: string, shell: Shell): string {
  // PowerShell: a word that is not quoted would be run.
  return shell === 'powershell' ? `$env:${name} = '${value.replaceAll("'", "''")}'` : `export ${name}=${shellWord(value, shell)}`;
}

/** One word, quoted where it has to be. */
export function shellWord(text: string, shell: Shell): string {
  const word = printable(text);
  if (PLAIN[shell].test(word)) return word;
  // A single quote ends the quoting: POSIX needs '\'' for one, PowerShell doubles it (also the typographic ones, which it reads alike).
  return shell === 'posix' ? `'${word.replaceAll("'", String.raw`'\''`)}'` : `'${word.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
}

/** Words that mean themselves. No leading `=` or `~` (zsh, POSIX expand them); in PowerShell no `,`, `@` or `%` (list, splat, alias). */
const PLAIN: Readonly<Record<Shell, RegExp>> = { posix: /^[\w./:@%+,-][\w./:=@%+,-]*$/, powershell: /^[\w./:+-][\w./:=+-]*$/ };
