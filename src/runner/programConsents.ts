import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isRecord, readJson, replacePrivately } from './privateFile.ts';

/** What would be run: all that decides what it does. */
export interface Program {
  /** Absolute, as it is run. */
  readonly path: string;
  /** Where its links lead. */
  readonly target: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The programs that this person has agreed to, by a hash of what is run: in their own state (0600), never in the workspace. A program
 * with other arguments or another environment is another program. A "no" holds as long as this session.
 */
export class ProgramConsents {
  readonly #folder: string;
  readonly #refused = new Set<string>();

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'programs');
  }

  /** Whether it may run; `ask` is called only if nobody has said so yet. */
  async agreed(program: Program, ask: () => Promise<boolean>): Promise<boolean> {
    const name = hashOf(program);
    if (this.#refused.has(name)) return false;
    const file = join(this.#folder, `${name}.json`);
    if ((await readJson(file, (value) => isRecord(value) && value['hash'] === name)) === true) return true;
    if (!(await ask())) {
      this.#refused.add(name);
      return false;
    }
    // The hash alone: arguments and environment may hold what is nobody else's to read.
    await replacePrivately(file, `${JSON.stringify({ hash: name, path: program.path })}\n`);
    return true;
  }
}

function hashOf({ path, target, args, env }: Program): string {
  const variables = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([path, target, args, variables]))
    .digest('hex');
}
