import { SignedOut } from '../core/graph/errors.ts';
import type { Person } from './person.ts';
import type { Questions } from './protocol.ts';

/**
 * A person who is asked only while something that they wanted themselves is under way. A poll may need a code or a consent too: it does
 * without, and shows *signed out* (face.md: no prompt from a poll, ever).
 */
export class Attendance implements Person {
  readonly #person: Person;
  #wanted = 0;

  constructor(person: Person) {
    this.#person = person;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#wanted++;
    try {
      return await work();
    } finally {
      this.#wanted--;
    }
  }

  /** @throws SignedOut `unattended`; no "no" is remembered of somebody who was not asked. */
  async ask<Q extends keyof Questions>(question: Q, detail: Questions[Q]['detail'], signal: AbortSignal): Promise<Questions[Q]['answer']> {
    if (this.#wanted > 0) return this.#person.ask(question, detail, signal);
    throw new SignedOut(question === 'mfaCode' ? 'An MFA code is needed to go on.' : 'A consent is needed to go on.', {
      code: 'unattended',
      next: 'Choose Sign In.',
    });
  }
}
