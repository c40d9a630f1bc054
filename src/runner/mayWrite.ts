import { platformTag } from '../core/platform/platformSpec.ts';
import type { CallerOut } from '../aws/outputs.ts';
import { proveCluster } from './clusterProof.ts';
import type { Connection } from './connection.ts';
import { isRehearsalKey } from './endpoints.ts';
import { guard } from './guard.ts';
import type { Person } from './person.ts';
import { Pins } from './pins.ts';
import type { Reach } from './protocol.ts';

export interface Writing {
  readonly connection: Connection;
  readonly reach: Reach;
  readonly person: Person;
  /** `WHAT:RESOURCE`, as `--allow` takes them. */
  readonly allow: readonly string[];
  readonly signal: AbortSignal;
}

/** Before the first write: the account is the right one, and so is the cluster that a kubeconfig names. @throws RunnerError exit 3 */
export async function assertMayWrite(writing: Writing, caller: CallerOut): Promise<void> {
  await assertMayUse(writing, caller);
  const { connection, person, allow, signal } = writing;
  if (connection.namedCluster === undefined) return;
  const { client, server } = connection.namedCluster;
  const claim = { platform: platformTag(connection.spec), account: caller.account, region: connection.spec.region };
  await proveCluster(client, claim, allow, () => person.ask('adoptCluster', { server, ...claim }, signal), signal);
}

/** Whose account it is. @throws RunnerError exit 3 */
export async function assertMayUse({ connection, reach, person, signal }: Writing, caller: CallerOut): Promise<void> {
  await guard(caller, {
    file: reach.file,
    region: connection.spec.region,
    fileAccount: connection.spec.account,
    personAccount: reach.account,
    endpoints: connection.endpoints,
    person,
    pins: new Pins(reach.stateFolder),
    rehearsal: isRehearsalKey(await connection.credentials.provide()),
    signal,
  });
}
