import assert from 'node:assert/strict';
import type { Outcome } from '../../../src/core/engine/events.ts';
import type { PlanView } from '../../../src/runner/protocol.ts';
import type { Dialogs } from '../../../src/vscode/dialogs.ts';
import { planAndRun } from '../../../src/vscode/flows/runFlow.ts';
import { runToRepeat } from '../../../src/vscode/model/platformView.ts';
import { Platform } from '../../../src/vscode/platform.ts';
import { RunnerClient, RunnerGone } from '../../../src/vscode/runnerClient.ts';
import { Validator } from '../../../src/vscode/validator.ts';
import { ManualClock, stage, status } from '../example.ts';
import { platformOf } from '../platformOf.ts';
import { ScriptedChannel } from '../scriptedChannel.ts';

type Change = PlanView['changes'][number];
const change = (changes: Partial<Change> = {}): Change => ({
  resource: 'vpc',
  stage: 'vpc',
  title: 'VPC',
  action: 'create',
  summary: '',
  diff: [],
  ...changes,
});
const planOf = (changes: readonly Change[], rest: Partial<PlanView> = {}): PlanView => ({
  verb: 'apply',
  fingerprint: 'f00d',
  changes,
  cost: { monthlyUsd: 283, stages: { vpc: 73 } },
  duration: { seconds: 1560, criticalPath: [] },
  findings: [],
  ...rest,
});

const SUCCEEDED: Outcome = { outcome: 'succeeded', changed: [], failed: [], skipped: [], seconds: 1, residue: [], monthlyUsd: 0 };

/** A person who says these things in turn, and remembers what they were asked. */
function person(said: readonly (string | undefined)[]): { dialogs: Dialogs; asked: string[]; shown: string[] } {
  const asked: string[] = [];
  const shown: string[] = [];
  const left = [...said];
  const next = (question: string): string | undefined => {
    asked.push(question);
    return left.shift();
  };
  const dialogs: Dialogs = {
    confirm: async (message, detail) => next(`${message}\n${detail}`),
    async tell(_level, message, actions = []) {
      const answer = next(message);
      assert.ok(answer === undefined || actions.includes(answer), `${answer ?? ''} is offered`);
      return answer;
    },
    choose: async () => assert.fail('nothing is chosen here'),
    type: async ({ prompt, validate }) => {
      const typed = next(prompt);
      return typed !== undefined && validate?.(typed) === undefined ? typed : undefined;
    },
    busy: (_title, work) => work(),
    show: async (name, _text, planOf) => void shown.push(planOf === undefined ? name : `${name}, of ${planOf}`),
    showYaml: async () => undefined,
    compareYaml: async () => undefined,
    outdatePlans: (platform, olderThan) => void shown.push(`plans of ${platform} are older than ${olderThan}`),
  };
  return { dialogs, asked, shown };
}

function platformWith(
  plan: PlanView,
  runs: 'ends' | 'dies' | 'fails' = 'ends',
  settings = { timeScale: 30 },
): { platform: Platform; requests: unknown[] } {
  const requests: unknown[] = [];
  const channel = new ScriptedChannel((message, self) => {
    if (!('call' in message)) return;
    const results: Record<string, unknown> = { open: { findings: [] }, plan, status: status() };
    const isRun = message.call === 'apply' || message.call === 'destroy';
    if (isRun) requests.push(message.params);
    if (isRun && runs === 'dies') queueMicrotask(() => self.die());
    else
      queueMicrotask(() =>
        self.say({
          id: message.id,
          result: isRun ? { outcome: runs === 'fails' ? 'failed' : 'succeeded', residue: [] } : results[message.call],
        }),
      );
  });
  const clock = new ManualClock();
  const platform = new Platform(
    { key: 'k', file: '/w/platform.yml', fallbackName: 'w', mode: 'live' },
    {
      clock,
      fold: (shown) => shown,
      validator: new Validator(() => assert.fail('nothing is read here')),
      startRunner: (_, onEvent) =>
        new RunnerClient(
          channel,
          {
            mfaCode: async () => undefined,
            confirmIdentity: async () => false,
            runProgram: async () => false,
            adoptCluster: async () => false,
            signIn: async () => false,
          },
          onEvent,
        ),
      reachOf: () => ({ file: '/w/platform.yml', mode: 'live', stateFolder: '/s', ...settings }),
      log: () => undefined,
      onFindings: () => undefined,
      settledRuns: new Set(),
      onRunEvent: () => undefined,
    },
  );
  platform.model.setStatus(status([stage({ id: 'vpc', title: 'Virtual Private Cloud' })]));
  return { platform, requests };
}

describe('apply and destroy', () => {
  it('shows what it would do, for how much and how long, and does what was approved', async () => {
    const { platform, requests } = platformWith(planOf([change()]));
    const { dialogs, asked } = person(['Apply']);
    const outcome = await planAndRun(platform, dialogs, 'apply');
    assert.equal(outcome?.outcome, 'succeeded');
    assert.deepEqual(requests, [{ allow: [], approved: 'f00d' }]);
    assert.match(
      asked[0] ?? '',
      /^Apply cauchy\?\nVirtual Private Cloud: 1 to create · \$73\/mo\nTotal: 1 to create · ≈26 min · ≈\$283\/mo afterwards\n/,
    );
    assert.match(asked[0] ?? '', /If this window closes, AWS finishes what was started; you continue later\.$/);
  });

  it('does nothing when the person says no, at any of the questions', async () => {
    const changes = [change({ action: 'delete', consent: 'delete' }), change({ resource: 'b', action: 'replace', consent: 'replace' })];
    for (const said of [[undefined], ['Apply', undefined], ['Apply', 'Delete', undefined]]) {
      const { platform, requests } = platformWith(planOf(changes));
      assert.equal(await planAndRun(platform, person(said).dialogs, 'apply'), undefined);
      assert.deepEqual(requests, []);
    }
  });

  it('asks for each consent on its own and passes on those that were given', async () => {
    const { platform, requests } = platformWith(
      planOf([change({ action: 'delete', consent: 'delete' }), change({ resource: 'b', action: 'replace', consent: 'replace' })]),
    );
    const { dialogs } = person(['Apply', 'Delete', 'Replace']);
    await planAndRun(platform, dialogs, 'apply');
    assert.deepEqual(requests, [{ allow: ['delete:vpc', 'replace:b'], approved: 'f00d' }]);
  });

  it('destroys only after the name was typed', async () => {
    const plan = planOf([change({ action: 'delete' })], { verb: 'destroy', cost: { monthlyUsd: 0, stages: {} } });
    const wrong = platformWith(plan);
    assert.equal(await planAndRun(wrong.platform, person(['Destroy...', 'cauch']).dialogs, 'destroy'), undefined);
    assert.deepEqual(wrong.requests, []);
    const right = platformWith(plan);
    await planAndRun(right.platform, person(['Destroy...', 'cauchy']).dialogs, 'destroy');
    assert.equal(right.requests.length, 1);
  });

  it('opens the details and asks again beside them', async () => {
    const { platform, requests } = platformWith(planOf([change()]));
    const { dialogs, shown } = person(['Show Details', 'Apply']);
    await planAndRun(platform, dialogs, 'apply');
    // what was shown is no longer the latest word once the run has ended
    assert.deepEqual(shown, ['Plan of cauchy, of k', 'plans of k are older than the latest run']);
    assert.equal(requests.length, 1);
  });

  it('offers to enter the Secrets that a plan was refused for, and plans again once they are there', async () => {
    const lacks = { code: 'secret-missing', severity: 'error', message: 'Secret mer/github has no token' } as const;
    const plans = [planOf([change()], { findings: [lacks] }), planOf([change()])];
    const need = {
      id: 'mer/github',
      title: 'mer/github',
      fields: [{ id: 'token', title: 'token', hidden: true }],
      fills: ['mer/github'],
      neededBy: [],
    };
    const { platform, asked } = platformOf(status(), { credentials: [need], apply: SUCCEEDED });
    platform.plan = () => Promise.resolve(plans.shift() ?? assert.fail('planned once more than needed'));
    const { dialogs } = person(['Enter Secrets...', 'canary-token', 'Apply...', 'Apply']);
    assert.equal((await planAndRun(platform, dialogs, 'apply'))?.outcome, 'succeeded');
    assert.deepEqual(
      asked.map(({ call }) => call),
      ['credentials', 'enterCredentials', 'apply'],
    );
  });

  it('refuses a plan with errors, and says that there is nothing to do', async () => {
    const broken = platformWith(
      planOf([change()], { findings: [{ code: 'quota', severity: 'error', message: 'needs 2 Elastic IPs, 1 of 5 left' }] }),
    );
    const told = person([undefined]);
    assert.equal(await planAndRun(broken.platform, told.dialogs, 'apply'), undefined);
    assert.deepEqual([told.asked, broken.requests], [['needs 2 Elastic IPs, 1 of 5 left'], []]);
    const done = person([undefined]);
    await planAndRun(platformWith(planOf([])).platform, done.dialogs, 'apply');
    assert.match(done.asked[0] ?? '', /nothing to do/);
  });

  it('leaves the platform interrupted when the runner dies in mid-run', async () => {
    const { platform } = platformWith(planOf([change()]), 'dies');
    await assert.rejects(planAndRun(platform, person(['Apply']).dialogs, 'apply'), RunnerGone);
    assert.equal(platform.model.view.run, undefined);
    assert.equal(platform.model.view.interrupted?.verb, 'apply');
  });

  it('outdates the plans that are open when the run fails too', async () => {
    const { dialogs, shown } = person(['Apply']);
    await assert.rejects(planAndRun(platformWith(planOf([change()]), 'dies').platform, dialogs, 'apply'), RunnerGone);
    assert.deepEqual(shown, ['plans of k are older than the latest run']);
  });

  it('keeps what a plan found of what left platform.yml', async () => {
    const left = [{ resource: 'nat/b', kind: 'AWS::EC2::NatGateway', title: 'NAT gateway', reason: '' }];
    const { platform } = platformWith(planOf([], { left }));
    await planAndRun(platform, person([undefined]).dialogs, 'apply');
    assert.deepEqual(platform.model.view.status?.left, left);
  });

  it('repeats the verb of the run that failed: a destroy is not retried as an apply', async () => {
    const { platform } = platformWith(planOf([change({ action: 'delete' })], { verb: 'destroy' }), 'fails');
    assert.deepEqual(runToRepeat(platform.model.view), { verb: 'apply' });
    await planAndRun(platform, person(['Destroy...', 'cauchy']).dialogs, 'destroy', ['vpc']);
    assert.deepEqual(runToRepeat(platform.model.view), { verb: 'destroy', stages: ['vpc'] });
    assert.deepEqual(runToRepeat(platform.model.view, 'compute'), { verb: 'destroy', stages: ['compute'] });
    platform.model.runStarts('apply', '2026-11-22T14:00:00.000Z');
    assert.deepEqual(runToRepeat(platform.model.view), { verb: 'apply' });
  });

  it('is not disturbed by a changed setting, which counts after it', async () => {
    const settings = { timeScale: 30 };
    const { platform } = platformWith(planOf([change()]), 'ends', settings);
    await platform.open();
    assert.equal(platform.reachChanged({ mode: 'live' }), 'nothing');
    settings.timeScale = 60;
    platform.model.runStarts('apply', '2026-11-22T14:00:00.000Z');
    assert.equal(platform.reachChanged({ mode: 'live' }), 'afterRun');
    platform.model.runEnds();
    assert.equal(platform.reachChanged({ mode: 'live' }), 'now');
    platform.dispose();
  });
});
