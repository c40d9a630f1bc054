import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the stand-in asks the rehearsal that it belongs to: its clock, and what is to go wrong. */
export interface WorldConnection {
  /** World time, ms. */
  now(): Promise<number>;
  /** How many times faster than the wall the world runs. */
  readonly timeScale: number;
  /** Whether a fault is armed with that argument. One that strikes once is disarmed by that. */
  strikes(name: string, argument: string, once?: boolean): Promise<boolean>;
  /** Arguments of a fault that is armed. */
  armed(name: string): Promise<readonly string[]>;
}

const WITHIN_MS = 10_000;

/** @param folder of the world: its server has left its address there (`server.json`) */
export function worldConnection(folder: string): WorldConnection {
  const server = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as {
    readonly endpoint: string;
    readonly timeScale: number;
    readonly env: Readonly<Record<string, string>>;
  };
  const headers = { authorization: `Bearer ${server.env['SLIPWAY_REHEARSAL_TOKEN'] ?? ''}`, 'content-type': 'application/json' };
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(new URL(`/_rehearsal/${path}`, server.endpoint), {
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(WITHIN_MS),
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    return answer.json();
  };
  const armed = async (name: string): Promise<readonly string[]> => {
    const { faults } = (await ask('faults')) as {
      readonly faults: readonly { readonly name: string; readonly armed: readonly string[] }[];
    };
    return faults.find((each) => each.name === name)?.armed ?? [];
  };
  return {
    timeScale: server.timeScale,
    now: async () => ((await ask('clock')) as { readonly now: number }).now,
    armed,
    async strikes(name, argument, once = false) {
      if (!(await armed(name)).includes(argument)) return false;
      if (once) await ask('faults', { disarm: `${name}=${argument}` });
      return true;
    },
  };
}
