import assert from 'node:assert/strict';
import { clientsOf, Memo, steps, type Clients, type Step } from './contractSteps.ts';
import { knownDifferences } from './knownDifferences.ts';
import { startMoto, type Moto } from './moto.ts';
import { startRehearsed, type Rehearsed } from './rehearsed.ts';
import { shapeOf } from './shapeOf.ts';

type Outcome = { readonly code: string } | { readonly shape: readonly string[] };

/** What a call ended in. Asked again while the world does not show it yet: only the last answer counts. */
async function outcomeOf(step: Step, clients: Clients, memo: Memo): Promise<Outcome> {
  for (let left = 200; ; left--) {
    try {
      const answer = await step.run(clients, memo);
      if (left === 0 || step.waitFor === undefined || step.waitFor(answer as never)) return { shape: shapeOf(answer) };
    } catch (error) {
      const code = error instanceof Error ? error.name : String(error);
      const lag = /NotFound$/.test(code) && !/not there|no such|gone/.test(step.name);
      const propagating = code === 'InvalidParameterException' && /role/i.test((error as Error).message);
      if (left === 0 || !(lag || propagating)) return { code };
    }
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

/** Every difference between two outcomes of one call, in words. */
function differences(step: string, moto: Outcome, rehearsal: Outcome): readonly string[] {
  if ('code' in moto || 'code' in rehearsal) {
    const [theirs, ours] = [moto, rehearsal].map((outcome) => ('code' in outcome ? outcome.code : 'accepted'));
    return theirs === ours ? [] : [`${step}: moto ${theirs}, rehearsal ${ours}`];
  }
  return [
    ...moto.shape.filter((path) => !rehearsal.shape.includes(path)).map((path) => `${step}: only moto answers ${path}`),
    ...rehearsal.shape.filter((path) => !moto.shape.includes(path)).map((path) => `${step}: only the rehearsal answers ${path}`),
  ];
}

describe('the same calls against moto and the rehearsal', function () {
  let moto: Moto;
  let rehearsed: Rehearsed;
  const found: string[] = [];

  before(async () => {
    moto = await startMoto();
    rehearsed = await startRehearsed();
    const theirs = clientsOf(moto.endpoint, { accessKeyId: 'test', secretAccessKey: 'test' });
    const ours = clientsOf(rehearsed.endpoint, {
      accessKeyId: rehearsed.env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: rehearsed.env['AWS_SECRET_ACCESS_KEY'] ?? '',
    });
    const memos = [new Memo(), new Memo()] as const;
    for (const step of steps) {
      const [a, b] = await Promise.all([outcomeOf(step, theirs, memos[0]), outcomeOf(step, ours, memos[1])]);
      found.push(...differences(step.name, a, b));
    }
  });

  after(async () => {
    moto.stop();
    await rehearsed.close();
  });

  it('give the same shapes and error codes, but for the differences that are known', () => {
    assert.deepEqual(
      found.filter((text) => !knownDifferences.some(({ pattern }) => pattern.test(text))),
      [],
    );
  });

  it('has no known difference that is none any more', () => {
    assert.deepEqual(
      knownDifferences.filter(({ pattern }) => !found.some((text) => pattern.test(text))).map(({ pattern }) => pattern.source),
      [],
    );
  });
});
