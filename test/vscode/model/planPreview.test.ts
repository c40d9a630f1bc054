import assert from 'node:assert/strict';
import { planLines } from '../../../src/cli/text/planText.ts';
import { createStyle } from '../../../src/cli/text/style.ts';
import type { PlanView } from '../../../src/runner/protocol.ts';
import { planSummary, planText } from '../../../src/vscode/model/planPreview.ts';

type Change = PlanView['changes'][number];

const change = (changes: Partial<Change> = {}): Change => ({
  resource: 'vpc',
  stage: 'vpc',
  title: 'VPC 10.0.0.0/16',
  action: 'create',
  summary: `create ${changes.title ?? 'VPC 10.0.0.0/16'}`,
  diff: [],
  ...changes,
});
const planOf = (changes: readonly Change[], rest: Partial<PlanView> = {}): PlanView => ({
  verb: 'apply',
  fingerprint: 'f00d',
  changes,
  cost: { monthlyUsd: 283, stages: {} },
  duration: { seconds: 1560, criticalPath: [] },
  findings: [],
  ...rest,
});
const context = { name: 'cauchy', rehearsal: false, stages: [{ id: 'vpc', title: 'Virtual Private Cloud' }] };
const dialog = (plan: PlanView): string => planSummary(plan, context).join('\n');
const terminal = (plan: PlanView): string => planLines(plan, createStyle(false), false).join('\n');

describe('a plan as people read it', () => {
  it('calls what left platform.yml by its title, under words and not under an id', () => {
    const orphan = change({
      resource: 'nat/10.0.16.0-20',
      stage: 'orphans',
      title: 'NAT gateway for 10.0.16.0/20',
      action: 'delete',
      summary: 'delete NAT gateway for 10.0.16.0/20: no longer in the platform file',
      consent: 'delete',
    });
    assert.match(dialog(planOf([orphan])), /^No longer in the platform file: 1 to delete$/m);
    const text = planText(planOf([orphan]), context);
    assert.match(
      text,
      /^ {4}delete NAT gateway for 10\.0\.16\.0\/20 \[needs its own consent: delete\]\n {6}no longer in the platform file$/m,
    );
    assert.doesNotMatch(text, /orphans|nat\//);
  });

  it('says which are blocked and why, where a run may begin all the same', () => {
    const summary = 'Storage class gp3 could not be looked at: the cluster lets nobody in yet';
    const waiting = change({ resource: 'sc', title: 'Storage class gp3', action: 'blocked', summary, waits: true });
    const told = 'Storage class gp3 could not be looked at: the cluster lets nobody in yet (the run looks again)';
    assert.ok(dialog(planOf([change(), waiting])).includes(`\nBlocked: ${told}\nTotal: `));
    assert.ok(terminal(planOf([change(), waiting])).includes(told));
  });

  it('of a destroy says beside the total, once, whose data goes', () => {
    const message = 'The cluster takes 2 volumes of 16 GiB along, and what is on them: minio/data-minio-0, kafka/broker.';
    const plan = planOf([change({ action: 'delete' })], {
      verb: 'destroy',
      findings: [{ code: 'data-lost', severity: 'warning', message }],
    });
    assert.ok(dialog(plan).includes(`\n${message}\nTotal: `));
    assert.equal(planText(plan, context).replaceAll(/\s+/g, ' ').split(message).length, 2);
  });

  it('begins with what refuses it, and says that nothing would be done', () => {
    const summary = 'Private subnet: cidr cannot be changed in place. Put it back.';
    const blocked = change({ resource: 'b', title: 'Private subnet', action: 'blocked', summary });
    const error = { code: 'immutable', severity: 'error', message: summary } as const;
    const plan = planOf([change(), blocked], { findings: [error, error] });
    assert.equal(dialog(plan).split('Put it back').length, 2, 'told once');
    assert.match(dialog(plan), /^Nothing would be done before this is put right:\n {2}Private subnet: cidr cannot be changed in place\./);
    assert.match(dialog(plan), /\nTotal: nothing as it stands · otherwise 1 to create, 1 blocked · ≈\$283\/mo$/);
    const [told, nothing, , first] = planLines(plan, createStyle(false), false);
    assert.match(told ?? '', /^error: Private subnet: cidr cannot/);
    assert.equal(nothing, 'Nothing would be done before this is put right.');
    assert.match(first ?? '', /^blocked/);
    assert.match(terminal(plan), /\nNothing as it stands; otherwise 2 changes, /);
  });

  it('shows of tags only those that differ', () => {
    const before = { team: 'a', 'slipway:platform': 'cauchy', old: 'x' };
    const after = { team: 'b', 'slipway:platform': 'cauchy' };
    const tagged = change({ action: 'update', summary: 'update VPC 10.0.0.0/16: tags', diff: [{ path: 'tags', before, after }] });
    const document = planText(planOf([tagged]), context);
    assert.match(document, /^ {6}tags\.old: "x" → \(nothing\)\n {6}tags\.team: "a" → "b"$/m);
    assert.match(terminal(planOf([tagged])), /^ +tags\.old +x → none\n +tags\.team +a → b$/m);
    assert.doesNotMatch(document + terminal(planOf([tagged])), /slipway:platform/);
  });

  it('shows what hides or turns text round as what it is', () => {
    const before = { team: '[x](command:workbench.action.quit) \u001b[2J\u202egnp' };
    const tagged = change({ action: 'update', summary: '', title: 'VPC \u202e', diff: [{ path: 'tags', before, after: { team: 'a' } }] });
    const text = planText(planOf([tagged]), context) + dialog(planOf([tagged])) + terminal(planOf([tagged]));
    assert.doesNotMatch(text, /[\u001b\u202e]/);
    assert.match(text, /\[x\]\(command:workbench\.action\.quit\)/);
  });

  it('tells a finding once, in lines that fit beside the tree', () => {
    const message = `${'Pod slots are what small instances run out of, and memory is not. '.repeat(4)}End.`;
    const finding = { code: 'pod-slots', severity: 'information', message } as const;
    const text = planText(planOf([change()], { findings: [finding, finding] }), context);
    assert.equal(text.split('End.').length, 2);
    for (const line of text.split('\n')) assert.ok(line.length <= 88, line);
    assert.equal(terminal(planOf([change()], { findings: [finding, finding] })).split('End.').length, 2);
  });
});
