import { givenSecrets, type GivenSecrets, type SecretValues } from '../kubernetes/secretValues.ts';
import type { Connection } from './connection.ts';
import { credentialNeeds, secretsFrom, type LackingSecret } from './credentialNeeds.ts';
import { lackingSecrets } from './lackingSecrets.ts';
import type { CredentialNeed, CredentialValues } from './objectCalls.ts';
import type { PlatformFile } from './platformFile.ts';
import type { Reach } from './protocol.ts';
import { checkRehearsed } from './rehearsedValues.ts';

export interface EnteredSecretsPorts {
  readonly reach: Reach;
  document(): Promise<PlatformFile>;
  connect(document: PlatformFile): Promise<Connection>;
  readonly signal: AbortSignal;
}

interface Lacking {
  readonly lacking: readonly LackingSecret[];
  /** Absent where the platform has no manifests, and so lacks nothing. */
  readonly connection?: Connection;
}

/** What a person gives for Secrets that nothing defines: in memory for as long as the session lives, and told to nobody. */
export class EnteredSecrets {
  readonly #ports: EnteredSecretsPorts;
  #given: GivenSecrets = new Map();

  constructor(ports: EnteredSecretsPorts) {
    this.#ports = ports;
  }

  /** For the steps that send them. */
  values(): SecretValues {
    return givenSecrets(() => this.#given);
  }

  /** What a person has to be asked for, so that every Secret that nothing defines can be made. */
  async needs(): Promise<readonly CredentialNeed[]> {
    const { lacking, connection } = await this.#lacking();
    return credentialNeeds(lacking, connection?.mode === 'rehearsal');
  }

  /** What was entered for them; real values have no business in a rehearsal. @throws RunnerError exit 2 */
  async enter(values: CredentialValues): Promise<void> {
    const { lacking, connection } = await this.#lacking();
    const given = secretsFrom(lacking, values);
    if (connection?.mode === 'rehearsal') checkRehearsed(given);
    this.give(given);
  }

  /** By `namespace/name` and key. */
  give(given: GivenSecrets): void {
    this.#given = new Map([...this.#given, ...given]);
  }

  async #lacking(): Promise<Lacking> {
    const { reach, signal, document, connect } = this.#ports;
    const file = await document();
    const { manifests } = file;
    if (manifests === undefined) return { lacking: [] };
    const connection = await connect(file);
    return { connection, lacking: await lackingSecrets({ connection, manifests, reach, signal }) };
  }
}
