import assert from 'node:assert/strict';
import type { Outcome } from '../../../src/core/engine/events.ts';
import { announcementOf } from '../../../src/vscode/model/announcement.ts';
import { stage, status, view } from '../example.ts';

const outcome: Outcome = { outcome: 'succeeded', changed: ['vpc'], failed: [], skipped: [], seconds: 180, residue: [], monthlyUsd: 73 };
const both = (mode: 'live' | 'rehearsal') =>
  view(
    status(
      [stage({ id: 'vpc', title: 'Virtual Private Cloud', state: 'ready' }), stage({ id: 'compute', title: 'Compute', state: 'ready' })],
      { mode },
    ),
  );

describe('what is told at the end of a run', () => {
  it('is of the whole platform only if the whole was applied', () => {
    assert.match(announcementOf(both('live'), { verb: 'apply', seconds: 200 }, outcome).text, /^cauchy is ready, after/);
    assert.match(announcementOf(both('rehearsal'), { verb: 'apply', seconds: 6 }, outcome).text, /≈ 26 min and ≈ \$73 a month for real/);
  });

  it('names the stages that were applied, with their own time and what stands', () => {
    const live = announcementOf(both('live'), { verb: 'apply', stages: ['vpc'], seconds: 180 }, outcome);
    assert.equal(live.text, 'cauchy: Virtual Private Cloud is ready, after 3 min. 2 of 2 stages are ready. What stands costs $0.10/h.');
    const rehearsed = announcementOf(both('rehearsal'), { verb: 'apply', stages: ['vpc'], seconds: 6 }, outcome);
    assert.match(rehearsed.text, /6 s here, ≈ 3 min for real\. .*would cost \$0\.10\/h\.$/);
    assert.doesNotMatch(rehearsed.text, /26 min|283/);
  });

  it('does not call a platform gone of which one stage was destroyed', () => {
    const part = announcementOf(both('live'), { verb: 'destroy', stages: ['compute'], seconds: 60 }, outcome);
    assert.match(part.text, /^cauchy: Compute is gone/);
  });
});
