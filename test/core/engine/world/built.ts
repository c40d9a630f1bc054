import assert from 'node:assert/strict';
import type { Outcome } from '../../../../src/core/engine/events.ts';
import { Bench, type SessionOptions } from './bench.ts';

/** The outcome of a run whose process lived. */
export function alive(outcome: Outcome | 'dead'): Outcome {
  assert.ok(outcome !== 'dead', 'the process died');
  return outcome;
}

/** @throws AssertionError with the outcome and the failures when the run did not succeed. */
export function assertSucceeded(bench: Bench, outcome: Outcome | 'dead', where = ''): Outcome {
  const ended = alive(outcome);
  const failures = bench.events.filter((event) => event.event === 'resource.failed').map((event) => `${event.resource}: ${event.reason}`);
  assert.equal(ended.outcome, 'succeeded', `${where} ${failures.join('; ')}`);
  return ended;
}

/** A world in which everything stands. */
export async function built(options: SessionOptions = {}): Promise<Bench> {
  const bench = new Bench();
  assertSucceeded(bench, await bench.session(options).apply());
  return bench;
}
