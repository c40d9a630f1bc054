/**
 * Text from outside (AWS, Kubernetes, a file) made safe to print: control characters, ANSI sequences, line separators
 * and bidirectional overrides become visible escapes, so that it can neither move the cursor nor lie about its order.
 * Newlines are escaped too: what is printed stays on its line.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, escape);
}

/** The same for a line of JSON: escaped as JSON does, so that the line reads back to the same value. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, escape);
}

// Controls (C0, DEL, C1), everything that changes reading order, line and paragraph separators, the byte order mark.
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;

const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
