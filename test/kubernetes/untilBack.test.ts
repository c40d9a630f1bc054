import assert from 'node:assert/strict';
import { Unseen } from '../../src/core/graph/errors.ts';
import { untilBack } from '../../src/kubernetes/untilBack.ts';
import type { Answer } from '../../src/kubernetes/wire.ts';

const away: Answer = { status: 503, body: '' };
const there: Answer = { status: 200, body: 'there' };
const noWay = new Unseen('nobody answers', { code: 'kubernetes-unreachable' });

/** A server that says one thing after another, the last of them for good, and how long was waited for it. */
function asked(...script: readonly (Answer | Error)[]) {
  const waited: number[] = [];
  const run = new AbortController();
  let times = 0;
  const ask = (): Promise<Answer> => {
    const said = script[Math.min(times++, script.length - 1)];
    return said instanceof Error || said === undefined ? Promise.reject(said ?? new Error('nothing')) : Promise.resolve(said);
  };
  const sleep = (ms: number): Promise<void> => Promise.resolve(void waited.push(ms));
  const look = (wasThere: boolean): Promise<Answer> => untilBack(ask, sleep, { signal: run.signal, wasThere: () => wasThere });
  return { look, waited, run };
}

describe('an API server that is away for a moment', () => {
  it('is asked again until it is back', async () => {
    const { look, waited } = asked(away, away, there);
    assert.equal(await look(false), there);
    assert.deepEqual(waited, [1_000, 2_000]);
  });

  it('is waited for half a minute and a little, and then its answer counts', async () => {
    const { look, waited } = asked(away);
    assert.equal(await look(true), away);
    assert.equal(
      waited.reduce((sum, ms) => sum + ms),
      39_000,
    );
  });

  it('that does not answer at all is waited for where it has answered before, and nowhere else', async () => {
    const known = asked(noWay, there);
    assert.equal(await known.look(true), there);
    const never = asked(noWay, there);
    await assert.rejects(never.look(false), noWay);
    assert.deepEqual(never.waited, []);
  });

  it('is asked once where it says something else', async () => {
    const refused: Answer = { status: 500, body: '' };
    const { look, waited } = asked(refused);
    assert.equal(await look(true), refused);
    assert.deepEqual(waited, []);
  });

  it('is asked no more by who has stopped', async () => {
    const { look, waited, run } = asked(away);
    run.abort();
    await assert.rejects(look(true), { name: 'AbortError' });
    assert.equal(waited.length, 1);
  });
});
