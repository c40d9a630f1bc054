import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isRecord, readJson, replacePrivately } from './privateFile.ts';

/** What a person said yes to, per platform file: this identity, in this account and region. */
export interface Pin {
  readonly account: string;
  readonly region: string;
  readonly identity: string;
}

/** Pins live in the person's own state (0600), never in the workspace: platform.yml cannot vouch for itself. */
export class Pins {
  readonly #folder: string;
  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'pins');
  }

  async of(file: string): Promise<Pin | undefined> {
    return readJson(this.#path(file), readPin);
  }

  async set(file: string, pin: Pin): Promise<void> {
    await replacePrivately(this.#path(file), `${JSON.stringify({ file, ...pin })}\n`);
  }

  #path(file: string): string {
    return join(this.#folder, `${createHash('sha256').update(file).digest('hex').slice(0, 24)}.json`);
  }
}

function readPin(value: unknown): Pin | undefined {
  if (!isRecord(value)) return undefined;
  const { account, region, identity } = value;
  return typeof account === 'string' && typeof region === 'string' && typeof identity === 'string'
    ? { account, region, identity }
    : undefined;
}
