import { Unseen } from '../core/graph/errors.ts';
import type { Answer } from './wire.ts';

/**
 * How long (ms) is waited before each next look at an API server that is away: 39 s in all. EKS replaces its servers without a word, one
 * after the other, and a look that fails in that half minute says nothing about the cluster.
 */
const PAUSES = [1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000];

/** Resolves after so long, or at once when the signal is aborted. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/**
 * Asks until the server is back. Away is one that answers 503; one that does not answer at all is, where it has answered before: else
 * there is no way to it, and waiting would only hide that.
 * @param wasThere asked each time
 * @throws what the last `ask` throws; the signal's reason
 */
export async function untilBack(
  ask: () => Promise<Answer>,
  sleep: Sleep,
  { signal, wasThere }: { readonly signal: AbortSignal; readonly wasThere: () => boolean },
): Promise<Answer> {
  for (const pause of PAUSES) {
    const answer = await ask().catch((error: unknown) => {
      if (wasThere() && error instanceof Unseen && error.code === 'kubernetes-unreachable') return undefined;
      throw error;
    });
    if (answer !== undefined && answer.status !== 503) return answer;
    await sleep(pause, signal);
    signal.throwIfAborted();
  }
  return ask();
}
