import { AnswerLost } from '../graph/errors.ts';
import type { Clock } from './ports.ts';

/**
 * Lets `work` end for `graceMs` after `signal` is aborted; only then its own signal is aborted and nobody waits for it any longer,
 * whether or not it listens.
 *
 * @throws AnswerLost when the grace is over; whatever `work` throws.
 */
export async function graceful<T>(
  clock: Clock,
  signal: AbortSignal,
  graceMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  let over: AbortController | undefined;
  const expire = (): void => {
    const ended = (over = new AbortController());
    void clock.sleep(graceMs, ended.signal).then(() => {
      if (!ended.signal.aborted) late.abort(signal.reason);
    });
  };
  const given = new Promise<never>((_, reject) => {
    late.signal.addEventListener('abort', () => reject(new AnswerLost('stopped waiting for the answer')), { once: true });
  });
  if (signal.aborted) expire();
  else signal.addEventListener('abort', expire, { once: true });
  try {
    return await Promise.race([work(late.signal), given]);
  } finally {
    over?.abort();
    signal.removeEventListener('abort', expire);
  }
}
