/** Who leaves when a signal is aborted: one listener a signal, since a thousand on one cost each other more than what they wait for. */
const leavers = new WeakMap<AbortSignal, Set<() => void>>();

function leaversOf(signal: AbortSignal): Set<() => void> {
  const known = leavers.get(signal);
  if (known) return known;
  const all = new Set<() => void>();
  leavers.set(signal, all);
  signal.addEventListener('abort', () => [...all].forEach((leave) => leave()), { once: true });
  return all;
}

/** The promise's value, unless the signal is aborted first: then nobody waits for it any longer. @throws the signal's reason. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const all = leaversOf(signal);
  let leave = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }));
    if (signal.aborted) leave();
    else all.add(leave);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    all.delete(leave);
  }
}
