import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { findingLine } from '../../src/cli/text/findingText.ts';
import { planLines } from '../../src/cli/text/planText.ts';
import { outcomeLines, Progress } from '../../src/cli/text/progress.ts';
import { statusLines } from '../../src/cli/text/statusText.ts';
import { createStyle } from '../../src/cli/text/style.ts';
import { createOutput } from '../../src/cli/output.ts';
import type { RunEventBody } from '../../src/core/engine/events.ts';
import type { Finding } from '../../src/core/findings/finding.ts';
import type { PlatformStatus, ResourceStatus } from '../../src/core/status/platformStatus.ts';

/** An Event, a tag, a chart or an error of somebody who wants a terminal to lie: ANSI, a title, a carriage return, a turned word, new lines. */
const HOSTILE = 'evil\u001b[2J\u001b]0;title\u0007\rok\u202egnp.exe\u2028next\nline\u0085\u009b31m';
const style = createStyle(false);

const clean = (lines: readonly string[]): void => {
  const text = lines.join('');
  assert.match(text, /evil\\u001b\[2J/, 'it is told');
  assert.doesNotMatch(text, /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
};

const finding: Finding = {
  code: HOSTILE,
  severity: 'error',
  message: HOSTILE,
  range: { file: HOSTILE, start: { line: 1, column: 1 }, end: { line: 1, column: 2 } },
};
const resource: ResourceStatus = {
  id: 'Deployment.apps/mer/shop',
  title: HOSTILE,
  kind: 'Deployment',
  state: 'failed',
  reason: HOSTILE,
  owner: 'foreign',
  physicalId: HOSTILE,
  requires: [],
  cause: { code: HOSTILE, message: HOSTILE, requestId: HOSTILE },
};
const status: PlatformStatus = {
  platform: { name: HOSTILE, region: 'us-west-2', account: '123456789012', identity: HOSTILE, file: HOSTILE },
  mode: 'live',
  session: 'connected',
  stages: [
    {
      id: 'mer',
      title: HOSTILE,
      state: 'failed',
      reason: HOSTILE,
      requires: [],
      doc: '',
      estimate: { createSeconds: 1, monthlyUsd: 0 },
      resources: [resource],
    },
  ],
  findings: [finding],
  cost: { standingMonthlyUsd: 0, wholeMonthlyUsd: 0 },
  duration: { seconds: 1 },
};

describe('hostile text on a terminal', function () {
  this.timeout(30_000);

  it('is text in a status, whichever word of it', () => {
    for (const line of statusLines(status, style, true).filter((each) => each !== '')) clean([line]);
  });

  it('is text in a plan', () => {
    const change = { resource: HOSTILE, stage: HOSTILE, title: HOSTILE, summary: HOSTILE };
    const diff = [{ path: HOSTILE, before: HOSTILE, after: { [HOSTILE]: HOSTILE } }];
    const changes = [
      { ...change, action: 'update', diff, consent: 'overwrite' as const },
      { ...change, action: 'blocked', diff: [] },
    ];
    const plan = {
      verb: 'apply',
      fingerprint: '',
      changes,
      cost: { monthlyUsd: 0, stages: {} },
      duration: { seconds: 1, criticalPath: [] },
    } as const;
    clean(planLines({ ...plan, findings: [finding] }, style, false, true));
    const many = Array.from({ length: 50 }, () => ({ ...change, action: 'create', diff: [] }));
    clean(planLines({ ...plan, changes: many, findings: [] }, style, false));
  });

  it('is text in a finding', () => {
    clean([findingLine(finding, style)]);
  });

  it('is text in a run, also in the list that is redrawn', (done) => {
    const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 2_000 });
    const output = createOutput(new PassThrough(), stderr, { NO_COLOR: '1' }, true);
    const progress = new Progress(output, style, new Map([['a', HOSTILE]]), true);
    const bodies: readonly RunEventBody[] = [
      { event: 'resource.started', resource: 'a', stage: 'mer', action: 'create', summary: HOSTILE, expected: 100 },
      { event: 'resource.failed', resource: 'a', stage: 'mer', reason: HOSTILE, cause: { code: HOSTILE, message: HOSTILE } },
      { event: 'resource.skipped', resource: 'a', stage: 'mer', because: HOSTILE },
      { event: 'resource.finished', resource: HOSTILE, stage: 'mer', action: 'create' },
      { event: 'run.paused', reason: HOSTILE },
      { event: 'resource.progress', resource: 'a', stage: 'mer', elapsed: 1, message: HOSTILE },
    ];
    for (const body of bodies) progress.tell({ ...body, time: '1970-01-01T00:00:00Z', run: 'r' });
    let told = '';
    stderr.setEncoding('utf8').on('data', (chunk: string) => {
      told += chunk;
      if (!told.includes('\n  … ')) return;
      progress.end();
      stderr.removeAllListeners('data');
      clean(told.split('\n').filter((line) => line !== ''));
      done();
    });
  });

  it('is text in what is left of a destroy', () => {
    const residue = [{ kind: HOSTILE, physicalId: HOSTILE, reason: HOSTILE, monthlyUsd: undefined }];
    const outcome = { outcome: 'succeeded', changed: [], failed: [], skipped: [], seconds: 1, residue, monthlyUsd: 0 } as const;
    clean(outcomeLines(outcome, 'destroy', false));
  });
});
