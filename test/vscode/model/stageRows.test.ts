import assert from 'node:assert/strict';
import type { ResourceStatus, StageStatus } from '../../../src/core/status/platformStatus.ts';
import { clockTime } from '../../../src/vscode/model/wording.ts';
import { contextValue } from '../../../src/vscode/model/row.ts';
import { causeRows, resourceRow, stageRow } from '../../../src/vscode/model/stageRows.ts';
import { NOW, resource, stage, status, view } from '../example.ts';

const seen = clockTime(new Date(NOW).toISOString(), NOW);

// face.md section 2, row by row: what was given, then icon, colour, description, badge.
const STAGES: readonly (readonly [string, Partial<StageStatus>, string, string | undefined, string, string | undefined])[] = [
  ['absent', { state: 'absent' }, 'circle-large-outline', 'disabledForeground', 'not created · ≈9 min · $73/mo', undefined],
  ['queued', { state: 'queued', requires: ['vpc'] }, 'circle-outline', 'disabledForeground', 'after VPC', undefined],
  [
    'pending',
    { state: 'pending', reason: 'creating', resources: [resource({ state: 'pending', elapsed: 250, expected: 540 })] },
    'loading~spin',
    undefined,
    'creating · 4 of ≈9 min',
    undefined,
  ],
  [
    'waiting',
    { state: 'waiting', reason: 'installed, waiting for compute' },
    'watch',
    'charts.blue',
    'installed, waiting for compute',
    undefined,
  ],
  ['blocked', { state: 'blocked', reason: 'needs 2 secrets' }, 'key', 'problemsWarningIcon.foreground', 'needs 2 secrets', '?'],
  [
    'failed',
    { state: 'failed', reason: 'no spot capacity for t3.small' },
    'error',
    'problemsErrorIcon.foreground',
    'failed · no spot capacity for t3.small',
    '!',
  ],
  ['skipped', { state: 'skipped', requires: ['broken'] }, 'circle-slash', 'disabledForeground', 'skipped · Broken failed', undefined],
  [
    'degraded',
    { state: 'degraded', reason: '1 of 3 pods ready' },
    'warning',
    'problemsWarningIcon.foreground',
    'degraded · 1 of 3 pods ready',
    '!',
  ],
  ['ready', { state: 'ready' }, 'pass', 'testing.iconPassed', 'ready', undefined],
  ['ready with a detail', { state: 'ready', reason: '14 nodes' }, 'pass', 'testing.iconPassed', 'ready · 14 nodes', undefined],
  [
    'outdated',
    { state: 'outdated', resources: [resource({ state: 'outdated', changes: 2 })] },
    'diff-modified',
    'charts.blue',
    'ready · 2 changes to apply',
    'M',
  ],
  [
    'there in part',
    {
      state: 'outdated',
      reason: '2 of 3 are missing',
      resources: [resource({ state: 'ready' }), resource({ state: 'absent' }), resource({ state: 'absent' })],
    },
    'diff-modified',
    'charts.blue',
    '2 of 3 to create',
    'M',
  ],
  [
    'there in part, and to be changed',
    { state: 'outdated', resources: [resource({ state: 'outdated', changes: 2 }), resource({ state: 'absent' })] },
    'diff-modified',
    'charts.blue',
    '1 of 2 to create · 2 changes to apply',
    'M',
  ],
  [
    'foreign',
    { state: 'blocked', resources: [resource({ state: 'blocked', owner: 'foreign', physicalId: 'vpc-0ab1', changes: 1 })] },
    'references',
    undefined,
    'not ours · vpc-0ab1 · 1 difference',
    'F',
  ],
  [
    'deleting',
    { state: 'deleting', reason: 'waiting for load balancer' },
    'loading~spin',
    undefined,
    'deleting · waiting for load balancer',
    undefined,
  ],
  [
    'unknown',
    { state: 'unknown', resources: [resource({ state: 'unknown', lastKnown: { state: 'ready', at: new Date(NOW).toISOString() } })] },
    'question',
    'disabledForeground',
    `was ready at ${seen}`,
    undefined,
  ],
];

const others = [stage({ id: 'vpc', title: 'VPC', state: 'pending' }), stage({ id: 'broken', title: 'Broken', state: 'failed' })];

describe('rows of stages and resources', () => {
  for (const [name, given, icon, color, description, badge] of STAGES) {
    it(`shows ${name} as the contract has it`, () => {
      const shown = stage(given);
      const row = stageRow(view(status([shown, ...others])), shown, NOW);
      assert.deepEqual([row.icon.id, row.icon.color, row.description, row.badge?.text], [icon, color, description, badge]);
      assert.equal(row.label, 'Compute');
      assert.ok(row.accessible.startsWith(`Compute, ${shown.state}`), row.accessible);
    });
  }

  it('waits for what requires it when it is destroyed', () => {
    const run = {
      verb: 'destroy',
      stages: [],
      startedAt: '',
      latestAt: '',
      expectedSeconds: 600,
      stopping: false,
      paused: undefined,
    } as const;
    const claim = resource({ id: 'claim', title: 'Claim', state: 'queued', requires: ['vpc'] });
    const group = resource({ id: 'nodegroup', title: 'Node group', state: 'deleting', requires: ['claim'] });
    const vpc = stage({ id: 'vpc', title: 'VPC', state: 'queued', resources: [claim] });
    const compute = stage({ id: 'compute', title: 'Compute', state: 'deleting', requires: ['vpc'], resources: [group] });
    const gone = stage({ id: 'tls', title: 'TLS', state: 'absent', requires: ['vpc'], resources: [] });
    const destroying = view(status([vpc, compute, gone]), { run });
    assert.equal(stageRow(destroying, vpc, NOW).description, 'after Compute');
    assert.equal(resourceRow(destroying, vpc, claim, NOW).description, 'after Node group');
    const skipped = stage({ ...vpc, state: 'skipped' });
    const stopped = view(status([skipped, { ...compute, state: 'failed' }]), { run });
    assert.equal(stageRow(stopped, skipped, NOW).description, 'skipped · Compute failed');
  });

  it('says adopted, and would cost in a rehearsal', () => {
    const shown = resource({ state: 'ready', owner: 'adopted' });
    assert.equal(resourceRow(view(), stage(), shown, NOW).description, 'ready · adopted');
    assert.equal(
      stageRow(view(status([stage()], { mode: 'rehearsal' })), stage(), NOW).description,
      'not created · ≈9 min · would cost $73/mo',
    );
  });

  it('offers on a row what its state allows, and nothing in a run or without a session', () => {
    const failed = stage({
      state: 'failed',
      resources: [resource({ state: 'failed', owner: 'slipway', physicalId: 'arn:aws:eks:us-west-2:1:nodegroup/cauchy/x/1' })],
    });
    const [row] = failed.resources;
    assert.ok(row);
    assert.equal(contextValue(stageRow(view(), failed, NOW)), ';canDestroyStage;canFix;canPlan;canRetry;hasCommands;hasSource;kind=stage;');
    assert.equal(contextValue(resourceRow(view(), failed, row, NOW)), ';canFix;canRetry;hasArn;hasConsole;hasId;hasSource;kind=resource;');
    const run = {
      verb: 'apply',
      stages: [],
      startedAt: '',
      latestAt: '',
      expectedSeconds: undefined,
      stopping: false,
      paused: undefined,
    } as const;
    assert.equal(contextValue(stageRow(view(status(), { run }), failed, NOW)), ';canFix;hasCommands;hasSource;kind=stage;');
    assert.equal(
      contextValue(stageRow(view(status(), { session: 'signedOut' }), failed, NOW)),
      ';canFix;hasCommands;hasSource;kind=stage;',
    );
    assert.ok(contextValue(stageRow(view(), stage(), NOW)).includes(';canApplyTo;'));
  });

  it('tells a cause in at most five different lines, and none for what is fine', () => {
    const cause = { code: 'X', message: 'Could not launch Spot Instances.', requestId: 'f00d' };
    const failed: ResourceStatus = resource({ state: 'failed', reason: 'no spot capacity', cause, next: 'Add a type.' });
    assert.deepEqual(
      causeRows(view(), 'compute/nodegroup', failed).map(({ label }) => label),
      ['no spot capacity', 'Could not launch Spot Instances.', 'AWS request f00d', 'Next: Add a type.'],
    );
    assert.deepEqual(
      causeRows(view(), 'x', resource({ state: 'failed', reason: 'same', cause: { code: 'X', message: 'same' } })).length,
      1,
    );
    assert.deepEqual(causeRows(view(), 'x', resource({ state: 'ready', reason: '14 nodes' })), []);
  });

  it('shows hostile text as text, in one line of bounded length', () => {
    const hostile = `[x](command:quit)\u001b[31m\u202egnp.exe\n${'a'.repeat(500)}`;
    const row = stageRow(view(), stage({ title: hostile, state: 'failed', reason: hostile }), NOW);
    for (const text of [row.label, row.description, row.accessible]) {
      assert.doesNotMatch(text, /[\u0000-\u001f\u202e]/u);
      assert.match(text, /\\u\{202e\}gnp/);
    }
    assert.ok(row.description.length < 150);
  });
});
