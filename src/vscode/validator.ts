import type { Finding } from '../core/findings/finding.ts';
import type { Calls } from '../runner/protocol.ts';
import { RunnerGone, type RunnerClient } from './runnerClient.ts';

/** How often one file may bring the runner down before it is left alone. */
const MOST_CRASHES = 3;

/**
 * The runner process that reads files and connects to nothing: what a workspace that is not trusted gets. A document that brings it
 * down (a YAML bomb) is tried three times; then it is off for that file, with a finding that says so.
 */
export class Validator {
  readonly #start: () => RunnerClient;
  readonly #crashes = new Map<string, number>();
  #client: RunnerClient | undefined;

  constructor(start: () => RunnerClient) {
    this.#start = start;
  }

  async validate(file: string, text?: string): Promise<readonly Finding[]> {
    const findings = await this.#read(file, 'validate', { file, ...(text === undefined ? {} : { text }) });
    return findings ?? [crashed(file)];
  }

  /** The rows that the file alone tells; `undefined` where reading it brings the runner down. Rejects `RunnerFailure` for an invalid file. */
  outline(file: string): Promise<Calls['outline']['result'] | undefined> {
    return this.#read(file, 'outline', { file });
  }

  async locate(file: string, paths: Calls['locate']['params']['paths']): Promise<Calls['locate']['result']> {
    return (await this.#read(file, 'locate', { file, paths })) ?? {};
  }

  /** The file was changed: it gets its three tries back. */
  forgive(file: string): void {
    this.#crashes.delete(file);
  }

  dispose(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  async #read<C extends 'validate' | 'outline' | 'locate'>(
    file: string,
    call: C,
    params: Calls[C]['params'],
  ): Promise<Calls[C]['result'] | undefined> {
    while ((this.#crashes.get(file) ?? 0) < MOST_CRASHES) {
      const client = this.#running();
      try {
        return await client.call(call, params);
      } catch (error) {
        if (!(error instanceof RunnerGone)) throw error;
        this.#crashes.set(file, (this.#crashes.get(file) ?? 0) + 1);
      }
    }
    return undefined;
  }

  #running(): RunnerClient {
    if (!this.#client || this.#client.gone) this.#client = this.#start();
    return this.#client;
  }
}

function crashed(file: string): Finding {
  const start = { line: 1, column: 1 };
  return {
    code: 'validation-off',
    severity: 'error',
    message: `Reading ${file} ended the validation process ${MOST_CRASHES} times: it is not checked until it is changed.`,
    range: { file, start, end: start },
  };
}
