import assert from 'node:assert/strict';
import { LINES_KEPT, LOG_PACE, LogFollower } from '../../../src/vscode/model/logFollower.ts';
import { ManualClock, settled } from '../example.ts';

/** A follower of a source that plays these answers in turn; the last one again and again. */
function followed(...answers: readonly (readonly string[] | Error)[]): {
  clock: ManualClock;
  follower: LogFollower;
  asked: (string | undefined)[];
  shown: string[];
} {
  const clock = new ManualClock();
  const asked: (string | undefined)[] = [];
  const shown: string[] = [];
  const follower = new LogFollower(clock, {
    async read(after) {
      asked.push(after);
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (answer instanceof Error || answer === undefined) throw answer ?? new Error('nothing to say');
      return { lines: answer, cursor: `c${asked.length}` };
    },
    explain: (error) => (error instanceof Error ? error.message : ''),
    show: (text) => shown.push(text),
  });
  return { clock, follower, asked, shown };
}

describe('followed logs', () => {
  it('ask for what is newer than what is shown, while they are shown', async () => {
    const { clock, follower, asked, shown } = followed(['web/app: one'], ['web/app: two'], []);
    follower.visible = true;
    await settled();
    await clock.pass(2 * LOG_PACE.reading);
    assert.deepEqual(asked, [undefined, 'c1', 'c2']);
    assert.deepEqual(shown, ['web/app: one\n', 'web/app: one\nweb/app: two\n']);
    follower.dispose();
  });

  it('have no timer and ask nothing while they are hidden, and go on where they were', async () => {
    const { clock, follower, asked } = followed(['one'], []);
    follower.visible = true;
    await settled();
    follower.visible = false;
    await clock.pass(600_000);
    assert.deepEqual([asked.length, clock.pending], [1, 0]);
    follower.visible = true;
    await settled();
    assert.deepEqual(asked, [undefined, 'c1']);
    follower.dispose();
    assert.equal(clock.pending, 0);
  });

  it('hidden during a reading, set no timer when it ends', async () => {
    const { clock, follower } = followed(['one']);
    follower.visible = true;
    follower.visible = false;
    await settled();
    assert.equal(clock.pending, 0);
  });

  it('say once what is wrong, ask ever more rarely, and take it back when they are read again', async () => {
    const trouble = new Error('The cluster cannot be reached.');
    const { clock, follower, asked, shown } = followed(['one'], trouble, trouble, ['two'], []);
    follower.visible = true;
    await settled();
    await clock.pass(LOG_PACE.reading);
    await clock.pass(2 * LOG_PACE.reading);
    assert.equal(asked.length, 3);
    assert.deepEqual(shown.slice(1), ['one\n-- The cluster cannot be reached. (tried again while this is shown)\n']);
    await clock.pass(2 * LOG_PACE.reading);
    assert.equal(asked.length, 3, 'the pause has grown');
    await clock.pass(2 * LOG_PACE.reading);
    assert.equal(shown.at(-1), 'one\ntwo\n');
    follower.dispose();
  });

  it('keep the newest lines, each as one line of visible text, and say when there is none', async () => {
    const many = Array.from({ length: LINES_KEPT + 3 }, (_, index) => `line ${index}`);
    const { follower, shown } = followed(many, ['\u001b[2Jcleared\u202e']);
    await follower.refresh();
    assert.equal(shown[0]?.split('\n').length, LINES_KEPT + 1);
    assert.match(shown[0] ?? '', /^line 3\n/);
    await follower.refresh();
    assert.match(shown[1] ?? '', /\n\\u\{1b\}\[2Jcleared\\u\{202e\}\n$/);
    const empty = followed([]);
    await empty.follower.refresh();
    assert.deepEqual(empty.shown, ['-- no line yet\n']);
  });
});
