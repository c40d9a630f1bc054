import assert from 'node:assert/strict';
import { decide, type Situation } from '../../../src/core/engine/decide.ts';
import type { AnyResource } from '../../../src/core/graph/resource.ts';

/** What is done about a thing that is not seen, a second after its create was announced. */
function doneAbout(repeatable: AnyResource['repeatable'], changes: Partial<Situation>): string {
  const resource: AnyResource = {
    id: 'nat',
    kind: 'nat',
    provider: 'aws',
    title: 'NAT',
    needs: {},
    hiddenFor: 60_000,
    ...(repeatable === undefined ? {} : { repeatable }),
    observe: async () => ({ state: 'absent' }),
    steps: { plan: () => ({ action: 'create', summary: 'create NAT', diff: [] }), create: async () => undefined },
  };
  const situation: Situation = {
    now: 1_000,
    inputs: {},
    asked: new Map(),
    announcedAt: 0,
    wasInterrupted: true,
    planned: undefined,
    consent: new Set(),
    since: 0,
    ...changes,
  };
  return decide(resource, 'there', { state: 'absent' }, situation).do;
}

describe('a create that was announced and is not seen', () => {
  it('is believed in until it must have shown, where a second one would be another thing', () => {
    assert.equal(doneAbout(false, {}), 'wait');
    assert.equal(doneAbout(false, { wasInterrupted: false }), 'wait');
    assert.equal(doneAbout('in-run', {}), 'wait');
    for (const repeatable of [false, 'in-run'] as const) assert.equal(doneAbout(repeatable, { now: 60_001 }), 'act');
  });

  it('is asked for again where its token or its name makes it one thing', () => {
    assert.equal(doneAbout('in-run', { wasInterrupted: false }), 'act');
    assert.equal(doneAbout(undefined, {}), 'act');
  });

  it('was none where nothing was announced', () => {
    for (const repeatable of [false, 'in-run'] as const) assert.equal(doneAbout(repeatable, { announcedAt: undefined }), 'act');
  });
});
