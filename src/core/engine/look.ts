import { AnswerLost, NotYet, SignedOut, Unseen } from '../graph/errors.ts';
import { outputsIn, seenIn } from '../graph/observation.ts';
import type { AnyResource, Depth, Handle, Look, Observation, ResourceId } from '../graph/resource.ts';
import { failureOf, told } from './failure.ts';
import type { Run } from './run.ts';
import { unlessAborted } from './unlessAborted.ts';

export interface LookSetting {
  readonly provider: string;
  /** Reads that began before this turn are too old. */
  readonly since: number;
  /** Default: the run's. */
  readonly signal?: AbortSignal;
  outputsOf(handle: Handle<unknown>): Promise<unknown>;
}

/** For a look that nothing was written before: whatever was read in this run will do. */
export const BEFORE_ANY_WRITE = 0;

/** The eyes of one resource. The bound is on requests and not on observations, which wait for each other: a bound on those deadlocks. */
export function lookOf(run: Run, setting: LookSetting): Look {
  const { provider, since } = setting;
  return {
    signal: setting.signal ?? run.signal,
    outputs: <O>(handle: Handle<O>) => setting.outputsOf(handle) as Promise<Partial<O> | undefined>, // kept by id; the handle says the type
    share: (key, read) => run.reads.share(`${provider} ${key}`, since, () => run.request(provider, read)),
  };
}

/** Outputs as the run has them now, for a resource whose needs have all been settled. */
export const settledOutputs =
  (run: Run) =>
  (handle: Handle<unknown>): Promise<unknown> => {
    const seen = run.seen.get(handle.id);
    return seen?.state === 'unknown' ? Promise.reject(unseen(handle.id, seen.reason)) : Promise.resolve(run.outputs.get(handle.id));
  };

const unseen = (id: ResourceId, reason: string): Unseen => new Unseen(`${id} could not be looked at: ${reason}`);

function unknownBy(error: Unseen | NotYet | AnswerLost): Observation<unknown> {
  const { reason, cause } = told(failureOf(error));
  // "It could not be looked at" is what `unknown` says already.
  return cause.code === 'unseen' ? { state: 'unknown', reason: error.message } : { state: 'unknown', reason, cause };
}

/** Looks once. What could not be seen is `unknown`. @throws SignedOut, Refused, and whatever a defect throws. */
export async function lookAt(run: Run, resource: AnyResource, depth: Depth, setting: LookSetting): Promise<Observation<unknown>> {
  try {
    return await resource.observe(lookOf(run, setting), depth);
  } catch (error) {
    if (error instanceof Unseen || error instanceof NotYet || error instanceof AnswerLost) return unknownBy(error);
    throw error;
  }
}

/**
 * Looks at all of `asked` at once; what needs another's outputs in order to look waits for that one alone (of `all`).
 * A resource that could not be looked at, for whatever reason, is `unknown` and spoils nothing else.
 *
 * @throws SignedOut; the signal's reason when aborted.
 */
export async function observeAll(
  run: Run,
  all: readonly AnyResource[],
  depth: Depth,
  asked: readonly AnyResource[] = all,
): Promise<ReadonlyMap<ResourceId, Observation<unknown>>> {
  const since = run.reads.mark();
  const looks = new Map<ResourceId, Promise<Observation<unknown>>>();
  const known = new Map(all.map((resource) => [resource.id, resource]));
  const outputsOf = async (handle: Handle<unknown>): Promise<unknown> => {
    const resource = known.get(handle.id);
    const seen = resource ? await see(resource) : run.seen.get(handle.id);
    if (seen?.state === 'unknown') throw unseen(handle.id, seen.reason);
    return outputsIn(seen);
  };
  /** Looked at meanwhile, not before: that would be one round more. */
  const homeOf = async (resource: AnyResource): Promise<Observation<unknown> | undefined> => {
    const home = resource.within && known.get(resource.within.id);
    return home && see(home);
  };
  const look = async (resource: AnyResource): Promise<Observation<unknown>> => {
    const setting = { provider: resource.provider, since, outputsOf };
    const home = homeOf(resource);
    home.catch(() => undefined); // told by whoever asked for it
    const own = await run
      .signedIn(() => unlessAborted(run.signal, lookAt(run, resource, depth, setting)))
      .catch((error: unknown) => {
        if (error instanceof SignedOut) throw error;
        run.signal.throwIfAborted();
        return { state: 'unknown' as const, reason: error instanceof Error ? error.message : String(error) };
      });
    const seen = seenIn(await home, own);
    run.note(resource, seen);
    run.freeze(resource, seen);
    return seen;
  };
  const see = (resource: AnyResource): Promise<Observation<unknown>> => {
    const begun = looks.get(resource.id) ?? look(resource);
    looks.set(resource.id, begun);
    return begun;
  };
  const seen = await Promise.all(asked.map(async (resource) => [resource.id, await see(resource)] as const));
  run.signal.throwIfAborted();
  return new Map(seen);
}
