import assert from 'node:assert/strict';
import type { State } from '../../../src/core/status/platformStatus.ts';
import { attentionCount, platformRow } from '../../../src/vscode/model/platformRow.ts';
import type { PlatformView, RunView } from '../../../src/vscode/model/platformView.ts';
import { statusBarText } from '../../../src/vscode/model/statusBarText.ts';
import { clockTime } from '../../../src/vscode/model/wording.ts';
import { NOW, resource, stage, status, view } from '../example.ts';

const looked = clockTime(new Date(NOW).toISOString(), NOW);
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();
const run: RunView = {
  verb: 'apply',
  stages: [],
  startedAt: at(0),
  latestAt: at(4),
  expectedSeconds: 600,
  stopping: false,
  paused: undefined,
};
const STANDING = { cost: { standingMonthlyUsd: 175.2, wholeMonthlyUsd: 283 } };
const of = (...states: State[]): PlatformView =>
  view(
    status(
      states.map((state, index) => stage({ id: `s${index}`, title: index === 1 ? 'Compute' : `Stage ${index}`, state })),
      STANDING,
    ),
  );

// face.md section 2, the platform row: name, view, icon, description, badge, flags that its inline actions need.
const ROWS: readonly (readonly [string, PlatformView, string, string, boolean, readonly string[]])[] = [
  ['not connected', { ...of('absent'), session: 'notConnected' }, 'plug', 'us-west-2 · not connected', false, ['canConnect']],
  [
    'nothing exists',
    of('absent', 'absent'),
    'cloud',
    'us-west-2 · 1234…9012 (dev-admin) · not created · ≈26 min · ≈$283/mo',
    false,
    ['canPreview', 'canApply'],
  ],
  [
    'running',
    { ...of('ready', 'pending'), run },
    'sync~spin',
    'us-west-2 · 1234…9012 (dev-admin) · applying 1/2 · ≈6 min left',
    false,
    ['canCancel'],
  ],
  [
    'failed',
    of('ready', 'failed'),
    'error',
    'us-west-2 · 1234…9012 (dev-admin) · stopped at Compute · $0.24/h standing',
    true,
    ['canFix', 'canContinue'],
  ],
  ['ready', of('ready', 'ready'), 'pass', 'us-west-2 · 1234…9012 (dev-admin) · ready · ≈$283/mo', false, []],
  [
    'credentials expired',
    { ...of('unknown'), session: 'signedOut' },
    'account',
    `us-west-2 · 1234…9012 (dev-admin) · signed out · last looked ${looked}`,
    true,
    ['canSignIn'],
  ],
  [
    'unreachable',
    { ...of('unknown'), session: 'unreachable' },
    'debug-disconnect',
    `us-west-2 · 1234…9012 (dev-admin) · cannot reach AWS · last looked ${looked}`,
    true,
    ['canRefresh'],
  ],
];

describe('the row of a platform', () => {
  for (const [name, given, icon, description, badge, flags] of ROWS) {
    it(`shows ${name} as the contract has it`, () => {
      const row = platformRow(given, NOW);
      assert.deepEqual([row.label, row.icon.id, row.description, row.badge !== undefined], ['cauchy', icon, description, badge]);
      for (const flag of flags)
        assert.ok(
          row.flags.some((other) => other === flag),
          `${flag} is missing in ${row.flags.join()}`,
        );
    });
  }

  it('says REHEARSAL first, shows the beaker, and money that would be paid', () => {
    const row = platformRow({ ...of('ready', 'ready'), mode: 'rehearsal' }, NOW);
    assert.match(row.description, /^REHEARSAL · .* · would cost ≈\$283\/mo$/);
    assert.equal(row.icon.id, 'beaker');
    assert.ok(row.flags.includes('canBreak'));
    assert.equal(platformRow({ ...of('ready', 'failed'), mode: 'rehearsal' }, NOW).icon.id, 'error');
  });

  it('offers to continue a run that did not end, but not while signed out', () => {
    const interrupted = { run: 'r', verb: 'apply', stages: [], at: at(0) } as const;
    assert.ok(platformRow({ ...of('ready', 'absent'), interrupted }, NOW).flags.includes('canContinue'));
    assert.ok(!platformRow({ ...of('ready', 'absent'), interrupted, session: 'signedOut' }, NOW).flags.includes('canContinue'));
  });

  it('says of a part what is ready, what is not there, and what has changes, in words that its stages use', () => {
    const words = (given: PlatformView): string => platformRow(given, NOW).description.split(' · ').slice(2, -1).join(' · ');
    assert.equal(words(of('ready', 'waiting', 'absent', 'absent')), '2 of 4 stages ready · 2 not created');
    assert.equal(words(of('ready', 'outdated')), 'ready · 1 change to apply');
    const inPart = [resource({ state: 'ready' }), resource({ id: 'other', state: 'absent' })];
    assert.equal(
      words(view(status([stage({ state: 'outdated', resources: inPart }), stage({ id: 'b', state: 'ready' })], STANDING))),
      '1 of 2 stages ready',
    );
    assert.equal(statusBarText(of('ready', 'outdated')), '$(diff-modified) cauchy: changes to apply');
  });

  it('is named by its folder while the file cannot be read', () => {
    const row = platformRow({ ...view(), status: undefined, errors: 2 }, NOW);
    assert.deepEqual([row.label, row.description, row.icon.id], ['w', 'platform.yml has 2 errors', 'error']);
  });

  it('counts what needs a person', () => {
    assert.equal(attentionCount(of('failed', 'blocked', 'degraded')), 2);
    assert.equal(attentionCount({ ...of('unknown'), session: 'signedOut' }), 1);
    assert.equal(attentionCount(of('ready')), 0);
  });
});

describe('the status bar', () => {
  it('says what the row says, shorter', () => {
    assert.equal(statusBarText({ ...of('ready', 'pending'), mode: 'rehearsal', run }), '$(beaker) REHEARSAL cauchy 1/2');
    assert.equal(statusBarText(of('ready', 'failed')), '$(error) cauchy: Compute failed');
    assert.equal(statusBarText({ ...of('unknown'), session: 'signedOut' }), '$(account) cauchy: signed out');
  });

  it('lets no text from outside draw an icon', () => {
    const named = status([stage({ state: 'failed', title: '$(flame)' })]);
    assert.doesNotMatch(statusBarText(view(named)).slice(8), /\$\(/);
  });
});
