import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../runner/temporaryFolder.ts';
import { jsonLines, runCli, startCli, type CliOptions, type CliResult } from './runCli.ts';

const PLATFORM = `name: cauchy
region: us-west-2
cluster: { endpoint: { public: true, private: true } }
`;

/** A platform folder with a rehearsed account of its own, driven through the CLI alone. */
export class RehearsedCli implements AsyncDisposable {
  readonly folder: string;
  readonly #dispose: () => PromiseLike<void>;
  readonly #timeScale: number;

  private constructor(folder: string, dispose: () => PromiseLike<void>, timeScale: number) {
    this.folder = folder;
    this.#dispose = dispose;
    this.#timeScale = timeScale;
  }

  static async make(timeScale = 300, platform = PLATFORM): Promise<RehearsedCli> {
    const folder = await temporaryFolder();
    await writeFile(join(folder.path, 'platform.yml'), platform);
    return new RehearsedCli(folder.path, () => folder[Symbol.asyncDispose](), timeScale);
  }

  arguments(verb: string, ...more: readonly string[]): readonly string[] {
    return [
      verb,
      '--rehearsal',
      '--world',
      join(this.folder, 'world'),
      '--time-scale',
      String(this.#timeScale),
      '--format',
      'json',
      ...more,
    ];
  }

  run(verb: string, ...more: readonly string[]): Promise<CliResult> {
    return this.runWith({}, verb, ...more);
  }

  runWith(options: Omit<CliOptions, 'cwd'>, verb: string, ...more: readonly string[]): Promise<CliResult> {
    return runCli(this.arguments(verb, ...more), { cwd: this.folder, ...options });
  }

  /** Runs until `when` says so of an event, then kills the process (the account goes with it, its world stays). */
  async killed(
    signal: NodeJS.Signals,
    verb: string,
    when: (event: Readonly<Record<string, unknown>>) => boolean,
  ): Promise<{ readonly code: number | null; readonly stderr: string; readonly sent: boolean }> {
    const child = startCli(this.arguments(verb, '--yes'), { cwd: this.folder });
    let stderr = '';
    let rest = '';
    let sent = false;
    child.stdin.end();
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (!sent && jsonLines(lines.join('\n')).some(when)) {
        sent = true;
        child.kill(signal);
      }
    });
    await once(child, 'close');
    return { code: child.exitCode, stderr, sent };
  }

  /** The world's own log of requests. */
  async requests(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return jsonLines(await readFile(join(this.folder, 'world', 'requests.jsonl'), 'utf8'));
  }

  /** Requests that could have changed something, from the `from`th on. */
  async writes(from = 0): Promise<readonly string[]> {
    return (await this.requests())
      .slice(from)
      .filter(({ mutating }) => mutating === true)
      .map(({ service, operation }) => `${String(service)}:${String(operation)}`);
  }

  /** Everything that was written outside the world: state, journals, locks. */
  async stateTexts(): Promise<ReadonlyMap<string, string>> {
    const state = join(this.folder, '.state');
    const files = (await readdir(state, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    return new Map(
      await Promise.all(
        files.map(async (file) => [join(file.parentPath, file.name), await readFile(join(file.parentPath, file.name), 'utf8')] as const),
      ),
    );
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#dispose();
  }
}
