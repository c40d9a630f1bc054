import type { PlatformSpec } from '../core/platform/platformSpec.ts';
import type { Reach } from './protocol.ts';
import { servingRehearsal, startRehearsalProcess, type RunningRehearsal } from './rehearsalProcess.ts';
import { RunnerError } from './runnerError.ts';
import { defaultWorld } from './stateFolder.ts';

export interface OwnRehearsalPorts {
  /** The program that has the command `rehearse`. */
  readonly cliEntry: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** The rehearsal that a session starts for itself, when something first needs it, and stops with itself. */
export class OwnRehearsal {
  readonly #reach: Reach;
  readonly #ports: OwnRehearsalPorts;
  #running: Promise<RunningRehearsal> | undefined;

  constructor(reach: Reach, ports: OwnRehearsalPorts) {
    this.#reach = reach;
    this.#ports = ports;
  }

  /** `undefined` where the account is real, or somebody else serves the rehearsal. @throws RunnerError when it cannot be started. */
  async provide(spec: PlatformSpec): Promise<RunningRehearsal | undefined> {
    const { mode, endpoint } = this.#reach;
    return mode === 'live' || endpoint !== undefined ? undefined : (this.#running ??= this.#start(spec, false));
  }

  /** For what only our own can do: faults, forgetting. @throws RunnerError exit 2 where there is none to have. */
  async demand(spec: PlatformSpec): Promise<RunningRehearsal> {
    const running = await this.provide(spec);
    if (running !== undefined) return running;
    const message = this.#reach.mode === 'live' ? 'This is a real account.' : 'This rehearsal was started by somebody else.';
    throw new RunnerError(message, { code: 'not-a-rehearsal', exit: 2 });
  }

  /** The same folder with a new world in it, which nothing is broken in. The old one has to be stopped before. */
  async startAnew(spec: PlatformSpec): Promise<void> {
    this.#running = this.#start(spec, true);
    await this.#running;
  }

  /** What keeps a pasted line in the rehearsal. Where nobody serves it, placeholders for what `slipway rehearse --print-env` prints: they reach no account. */
  async environment({ region }: PlatformSpec): Promise<Readonly<Record<string, string>>> {
    const { endpoint } = this.#reach;
    const serving = endpoint === undefined ? await (this.#running ?? servingRehearsal(this.#world(), this.#ports.signal)) : undefined;
    return {
      AWS_ENDPOINT_URL: endpoint ?? serving?.endpoint ?? '<ENDPOINT>',
      AWS_ACCESS_KEY_ID: serving?.env['AWS_ACCESS_KEY_ID'] ?? '<ACCESS-KEY-ID>',
      AWS_SECRET_ACCESS_KEY: serving?.env['AWS_SECRET_ACCESS_KEY'] ?? '<SECRET-ACCESS-KEY>',
      AWS_REGION: region,
    };
  }

  async stop(): Promise<void> {
    const running = await this.#running?.catch(() => undefined);
    await running?.stop();
  }

  #world(): string {
    const { world, stateFolder, file } = this.#reach;
    return world ?? defaultWorld(stateFolder, file);
  }

  #start(spec: PlatformSpec, reset: boolean): Promise<RunningRehearsal> {
    const { timeScale, faults, seed, account } = this.#reach;
    const started = startRehearsalProcess({
      ...this.#ports,
      world: this.#world(),
      timeScale,
      faults: reset ? [] : (faults ?? []),
      seed,
      account: account ?? spec.account ?? '000000000000',
      reset,
    });
    started.catch(() => {
      this.#running = undefined;
    });
    return started;
  }
}
