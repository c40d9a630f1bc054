import type { Writable } from 'node:stream';
import { jsonLine } from '../runner/printable.ts';

/** Where results (stdout) and messages (stderr) go. A reader that has gone (EPIPE) is not an error: a run goes on without it. */
export interface Output {
  /** The next reader's width, and whether it is a terminal that takes control sequences. */
  readonly columns: number;
  readonly live: boolean;
  /** Colours, for results and for messages: each goes where it goes. */
  readonly color: { readonly results: boolean; readonly messages: boolean };
  /** Results: whole lines. The text is already safe to print. */
  result(line: string): void;
  json(value: unknown): void;
  /** Progress and messages. */
  message(line: string): void;
  /** Raw control of the message stream, for a list that is redrawn; only where `live`. */
  redraw(text: string): void;
  flush(): Promise<void>;
}

export interface Stream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export function createOutput(stdout: Stream, stderr: Stream, env: NodeJS.ProcessEnv, noColor: boolean): Output {
  const results = quietly(stdout);
  const messages = quietly(stderr);
  const live = stderr.isTTY === true && env['TERM'] !== 'dumb';
  // no-color.org: any non-empty NO_COLOR turns colours off.
  const wanted = !noColor && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return {
    columns: stderr.columns ?? 100,
    live,
    color: { results: wanted && stdout.isTTY === true, messages: wanted && stderr.isTTY === true },
    result: (line) => {
      results.write(`${line}\n`);
    },
    json: (value) => {
      results.write(`${jsonLine(value)}\n`);
    },
    message: (line) => {
      messages.write(`${line}\n`);
    },
    redraw: (text) => {
      messages.write(text);
    },
    flush: async () => {
      await Promise.all([results.flush(), messages.flush()]);
    },
  };
}

/** Writes until the reader has gone, and nothing from then on. */
function quietly(stream: Stream): { write(text: string): void; flush(): Promise<void> } {
  let gone = false;
  stream.on('error', () => {
    gone = true;
  });
  return {
    write(text) {
      if (!gone) stream.write(text);
    },
    flush: () =>
      new Promise((resolve) => {
        if (gone || stream.destroyed) resolve();
        else
          stream.write('', () => {
            resolve();
          });
      }),
  };
}
