import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Everything that other users of this machine could read of its processes, looked at again and again while something runs. */
export class ProcessWatch {
  readonly #texts: readonly string[];
  readonly #found = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  /** How often it has looked. */
  looks = 0;

  /** @param texts what must be found nowhere. */
  constructor(texts: readonly string[]) {
    this.#texts = texts;
    this.#timer = setInterval(() => this.look(), 20);
  }

  look(): void {
    this.looks++;
    const all = listing();
    for (const text of this.#texts) if (all.includes(text)) this.#found.add(text);
  }

  /** What was found, and no more looks. */
  stop(): readonly string[] {
    clearInterval(this.#timer);
    return [...this.#found];
  }
}

/** Arguments and environments of all processes but this one, which is where the secrets live. */
function listing(): string {
  if (process.platform !== 'linux') return execFileSync('ps', ['-Aww', '-E', '-o', 'args='], { encoding: 'utf8' });
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => ['cmdline', 'environ'].map((file) => textOf(`/proc/${pid}/${file}`)))
    .join('\n');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // It has ended, or is another user's.
    return '';
  }
}
