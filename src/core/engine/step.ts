import { AnswerLost, NotYet, Refused, SignedOut, Unseen } from '../graph/errors.ts';
import { inputsOf } from '../graph/inputs.ts';
import type { AnyResource, StepContext } from '../graph/resource.ts';
import type { Act } from './decide.ts';
import { graceful } from './graceful.ts';
import type { Run } from './run.ts';

/** What is on the wire when a run is cancelled may still be answered, for so long (ms). */
const GRACE = 1_500;
/** A create that AWS cannot repeat is worth waiting for. */
const GRACE_ONCE = 30_000;

/** What became of one mutating call. */
export type Sent = 'done' | 'refused-for-now' | 'answer-lost';

export interface StepReport {
  /** The request goes to the wire now. */
  started(): void;
  progress(message: string): void;
}

/** Creates that the world may hide for a while are announced, so that the next run knows what may still show up. */
export const isAnnounced = (resource: AnyResource, act: Act): boolean =>
  act.step === 'create' && (resource.repeatable !== undefined || resource.hiddenFor !== undefined);

/**
 * Exactly one mutating call: in a slot of its provider, after the guard, announced where that matters, and with a last look at the
 * signal directly before the wire.
 *
 * @throws Refused, SignedOut, NotYet (surely not done), AnswerLost (may be done), and whatever a defect throws.
 */
export async function send(run: Run, resource: AnyResource, act: Act, report: StepReport): Promise<void> {
  const announced = isAnnounced(resource, act);
  await run.request(resource.provider, async () => {
    await run.guard();
    if (announced) await run.ports.intents.begin(resource.id, run.clock.now());
    try {
      if (run.signal.aborted) throw new NotYet('the run was cancelled before this was sent');
      report.started();
      const grace = resource.repeatable === false && act.step === 'create' ? GRACE_ONCE : GRACE;
      await graceful(run.clock, run.signal, grace, (signal) =>
        call(run, resource, act, { signal, run: run.ports.run, progress: report.progress }),
      );
    } catch (error) {
      if (announced && isSurelyNotDone(error)) await run.ports.intents.end(resource.id);
      throw error;
    }
  });
}

const isSurelyNotDone = (error: unknown): boolean =>
  error instanceof NotYet || error instanceof Refused || error instanceof SignedOut || error instanceof Unseen;

/** Worth another look, and another try after it. */
export const isWorthAnotherLook = (error: unknown): error is NotYet | AnswerLost | Unseen =>
  error instanceof NotYet || error instanceof AnswerLost || error instanceof Unseen;

async function call(run: Run, resource: AnyResource, act: Act, context: StepContext): Promise<void> {
  const { steps } = resource;
  const inputs = inputsOf(resource.needs, (id) => run.outputs.get(id));
  switch (act.step) {
    case 'create':
      if (!steps?.create) throw new Refused(`${resource.title} cannot be made by Slipway`);
      return steps.create(inputs, context);
    case 'update':
      if (!steps?.update) throw new Refused(`${resource.title} cannot be changed in place`);
      return steps.update(act.seen, inputs, context);
    case 'delete':
      if (!steps?.delete) throw new Refused(`${resource.title} cannot be deleted by Slipway`);
      return steps.delete(act.seen, context);
  }
}
