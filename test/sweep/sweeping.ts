import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Outcome, RunEvent } from '../../src/core/engine/events.ts';
import { allClusters } from '../../src/rehearsal/eks/settle.ts';
import { objectsOf } from '../../src/rehearsal/kubernetes/clusterObjects.ts';
import { draw, stateFrom } from '../../src/rehearsal/random.ts';
import { shapeOf } from './shape.ts';
import { SweptWorld } from './sweptWorld.ts';
import type { RunWish, Snapshot, SweptPlatform, Write } from './sweptWorld.ts';

export const REGION = 'us-west-2';
/** `SWEEP=all`: every mutating request, before and after. Else a few, spread by a fixed seed. */
export const isWhole = process.env['SWEEP'] === 'all';
/** After which everything that AWS still shows of what is gone has left the lists (ms). */
const FORGOTTEN = 2 * 3_600_000;

export type How = 'before' | 'after';

/** A moment to be killed at, and what that leaves behind. */
export interface Point {
  readonly name: string;
  readonly left: Snapshot;
}

/** Every write of a whole sweep; of a short one the first of each of `always`, and others that a fixed seed draws, until there are `atLeast`. */
export function points(
  writes: readonly Write[],
  how: How,
  { always = [], atLeast }: { readonly always?: readonly string[]; readonly atLeast: number },
): readonly Point[] {
  const all = writes
    .map((write, index) => ({ name: `${write.operation} (${index + 1})`, operation: write.operation, left: write[how] }))
    .filter(({ left }, index) => how === 'after' || !isSame(left, writes[index - 1]?.after));
  if (isWhole) return all;
  const chosen = new Set(always.flatMap((operation) => all.find((point) => point.operation === operation) ?? []));
  let state = stateFrom('sweep', how, writes.length);
  while (chosen.size < Math.min(atLeast, all.length)) {
    const { value, next } = draw(state);
    state = next;
    const point = all[Math.floor(value * all.length)];
    if (point !== undefined) chosen.add(point);
  }
  return all.filter((point) => chosen.has(point));
}

/** Before a write that nothing came before stands what stood after the one before it: once is enough. */
const isSame = (one: Snapshot, other: Snapshot | undefined): boolean =>
  one.state?.id === other?.state?.id && one.clock === other?.clock && isDeepStrictEqual(one.machine, other?.machine);

/** Every point in an account of its own. All of them are tried, and all that fail are told. */
export async function sweep(
  platform: SweptPlatform,
  tried: readonly Point[],
  judge: (account: SweptWorld, name: string) => Promise<void>,
): Promise<void> {
  const failures: string[] = [];
  for (const { name, left } of tried) {
    await inAccount(platform, left, (account) => judge(account, name)).catch((error: unknown) =>
      failures.push(`${name}: ${String(error)}`),
    );
  }
  assert.ok(tried.length > 0);
  if (process.env['SWEEP_TOLD'] !== undefined) console.log(tried.length, 'points');
  assert.equal(failures.length, 0, `${failures.length} of ${tried.length}\n${failures.join('\n\n')}`);
}

export async function inAccount<T>(platform: SweptPlatform, left: Snapshot, work: (account: SweptWorld) => Promise<T>): Promise<T> {
  const account = await SweptWorld.open(platform, left);
  try {
    return await work(account);
  } finally {
    await account.close();
  }
}

/** What one run writes from there on, with what a kill at each of it leaves behind, and what it ends with. */
export async function record(platform: SweptPlatform, from: Snapshot, ...runs: readonly RunWish[]): Promise<Recording> {
  const account = await SweptWorld.open(platform, from, { recorded: true });
  try {
    for (const wish of runs) await succeeds(account, wish);
    return { writes: account.writes, end: account.snapshot() };
  } finally {
    await account.close();
  }
}

export interface Recording {
  readonly writes: readonly Write[];
  readonly end: Snapshot;
}

/** @throws AssertionError with what failed and why */
export async function succeeds(account: SweptWorld, wish: RunWish): Promise<Outcome> {
  const failures: string[] = [];
  const told = (event: RunEvent): void => {
    if (event.event === 'resource.failed') failures.push(`${event.resource}: ${event.reason}`);
  };
  const outcome = await account.run({ ...wish, told });
  assert.equal(outcome.outcome, 'succeeded', failures.join('\n'));
  if (wish.verb === 'destroy' && wish.stages === undefined) assert.deepEqual(outcome.residue, []);
  return outcome;
}

/** One more run writes nothing and leaves nothing open; and hours later the account is as it should be. */
export async function assertSettled(account: SweptWorld, wish: RunWish, shape: readonly string[]): Promise<void> {
  const before = account.requests.length;
  await succeeds(account, wish);
  assert.deepEqual(account.written(before), []);
  assert.deepEqual([...account.machine.intents.keys()], []);
  assertSame(shapeLater(account), shape);
}

/** Only what differs is told: of hundreds of lines nobody sees the two that matter. */
export function assertSame(shape: readonly string[], wanted: readonly string[]): void {
  const without = (lines: readonly string[], others: readonly string[]): readonly string[] => {
    const rest = others.slice();
    return lines.filter((line) => !(rest.includes(line) && rest.splice(rest.indexOf(line), 1)));
  };
  const [missing, extra] = [without(wanted, shape), without(shape, wanted)];
  assert.ok(missing.length + extra.length === 0, ['missing:', ...missing, 'too much:', ...extra].join('\n'));
}

/** Time passes in the clusters too, though nobody asks them for anything. */
export function pass(account: SweptWorld, ms: number): void {
  for (const cluster of allClusters(account.world)) objectsOf(account.world, cluster);
  account.time.pass(ms);
  for (const cluster of allClusters(account.world)) objectsOf(account.world, cluster);
}

/** Twice: what the clusters' controllers do late lets go of what is in AWS. */
export function shapeLater(account: SweptWorld): readonly string[] {
  pass(account, FORGOTTEN);
  pass(account, FORGOTTEN);
  return shapeOf(account.world, REGION);
}

export const deletions = (operations: readonly string[]): readonly string[] =>
  operations.filter((operation) => /^(Delete|Release|Detach|Disassociate|delete )/.test(operation));
