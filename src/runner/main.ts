import { fileURLToPath } from 'node:url';
import type { FromRunner } from './protocol.ts';
import { printable } from './printable.ts';
import { serveHost } from './process.ts';

/** The runner's process: forked by the extension, speaking plain JSON over the fork's channel. */
const self = fileURLToPath(import.meta.url);
const cliEntry = self.endsWith('.ts')
  ? fileURLToPath(new URL('../cli/main.ts', import.meta.url))
  : fileURLToPath(new URL('../cli.js', import.meta.url));

const runner = serveHost(
  {
    send: (message: FromRunner) => {
      // A message that cannot be sent any more has nobody to read it: `disconnect` follows.
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
    },
    log: (line) => {
      process.stderr.write(`${printable(line)}\n`);
    },
  },
  cliEntry,
  process.env,
);

process.stderr.on('error', () => undefined);
process.on('message', (message) => {
  runner.receive(message);
});
process.once('disconnect', () => {
  void runner.lost().finally(() => process.exit(0));
});
// Ctrl-C in a terminal that started VS Code goes to the whole group: the channel, not the signal, tells when to end.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.once('SIGTERM', () => {
  void runner.lost().finally(() => process.exit(0));
});
