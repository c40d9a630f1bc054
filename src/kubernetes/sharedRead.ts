/**
 * One read for several who ask. It is made with a signal of its own: who stops asking gets their own reason, and the others their answer;
 * only when the last one has gone it is stopped.
 */
export class SharedRead<T> {
  readonly #stop = new AbortController();
  readonly #answer: Promise<T>;
  #waiting = 0;
  #isOver = false;
  #hasFailed = false;

  constructor(read: (signal: AbortSignal) => Promise<T>) {
    this.#answer = read(this.#stop.signal).finally(() => (this.#isOver = true));
    this.#answer.catch(() => (this.#hasFailed = true)); // told to each who asks
  }

  /** It failed, or nobody waited for it any more: whoever comes now needs another. */
  get isLost(): boolean {
    return this.#hasFailed || this.#stop.signal.aborted;
  }

  /** @throws the signal's reason, or what the read throws */
  async answer(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#isOver) return this.#answer;
    this.#waiting++;
    let leave = (): void => undefined;
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }));
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([this.#answer, left]);
    } finally {
      signal.removeEventListener('abort', leave);
      if (--this.#waiting === 0) this.#leave();
    }
  }

  /** Nobody waits any more: what nobody waits for is not read to its end. */
  #leave(): void {
    if (!this.#isOver) this.#stop.abort();
  }
}
