import type { PlatformManifests } from '../stages/kubernetesContext.ts';
import type { SecretValues } from '../kubernetes/secretValues.ts';
import type { PlatformSpec } from '../core/platform/platformSpec.ts';
import { connect, type Connection } from './connection.ts';
import type { OwnRehearsal } from './ownRehearsal.ts';
import type { Person } from './person.ts';
import { specOf, type PlatformFile } from './platformFile.ts';
import type { ProgramConsents } from './programConsents.ts';
import type { Reach } from './protocol.ts';

export interface ConnectionsOptions {
  readonly reach: Reach;
  readonly person: Person;
  readonly consents: ProgramConsents;
  readonly env: NodeJS.ProcessEnv;
  readonly rehearsal: OwnRehearsal;
  readonly secrets: SecretValues;
  /** The program that has the commands `rehearse` and `token`. */
  readonly cliEntry: string;
  /** The end of all of them. */
  readonly signal: AbortSignal;
}

/** A session's connections: the same file, the same connection, so that clients, prices and credentials are kept from question to question. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #known = new Map<string, Promise<Connection>>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** @throws RunnerError for a file with errors, and as `connect` does */
  to(document: PlatformFile): Promise<Connection> {
    const spec = specOf(document);
    const key = `${JSON.stringify(spec)} ${document.manifests?.fingerprint ?? ''}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = this.#make(spec, document.manifests);
    this.#known.set(key, made);
    made.catch(() => this.#known.delete(key));
    return made;
  }

  /** Closes all of them; what is asked next is connected anew. Those through which something is still asked wait until `answered`. */
  async forget(answered?: Promise<unknown>): Promise<void> {
    const known = [...this.#known.values()];
    this.#known.clear();
    await answered;
    for (const connection of await Promise.allSettled(known)) if (connection.status === 'fulfilled') connection.value.close();
  }

  async #make(spec: PlatformSpec, manifests: PlatformManifests | undefined): Promise<Connection> {
    const { rehearsal, ...options } = this.#options;
    return connect({ ...options, spec, manifests, rehearsal: await rehearsal.provide(spec) });
  }
}
