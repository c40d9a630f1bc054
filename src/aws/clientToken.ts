import { createHash } from 'node:crypto';

/**
 * Tokens for one resource's creates. The same token makes AWS answer a repeated request with what the first one made, so it
 * stays until an answer was seen, and is another one after that (what failed and is made anew) and in another run.
 */
export class ClientToken {
  readonly #resource: string;
  #made = 0;

  constructor(platform: string, resource: string) {
    this.#resource = `${platform} ${resource}`;
  }

  /** 36 characters; AWS allows 64. */
  of(run: string): string {
    return createHash('sha256').update(`${this.#resource} ${run} ${this.#made}`).digest('hex').slice(0, 36);
  }

  /** An answer was seen: the next create is a new one. */
  used(): void {
    this.#made += 1;
  }
}
