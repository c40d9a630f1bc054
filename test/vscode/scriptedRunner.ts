import { setTimeout as pause } from 'node:timers/promises';
import type { Outcome, RunEventBody } from '../../src/core/engine/events.ts';
import type { PlatformStatus } from '../../src/core/status/platformStatus.ts';
import { reduce } from '../../src/core/status/reduce.ts';
import type { Calls, Failure, FaultView, FromRunner, PlanView, RunRequest, ToRunner } from '../../src/runner/protocol.ts';
import { openPlatformFile } from '../../src/runner/platformFile.ts';
import { failureOf } from '../../src/runner/runnerError.ts';
import { outlineStatus } from '../../src/runner/statusView.ts';

// A runner without an account: files are read by the real code, everything else follows a script. It lets the face be tried in a
// real window in seconds, also for what a rehearsal does not do on demand: hostile text, a storm of events, a session that ends.
// The faults of Break Something are its knobs.
const FAULTS = {
  'no-spot-capacity': 'The node group finds no spot capacity.',
  hostile: 'AWS answers with text that wants to be a link, an icon and an escape sequence.',
  storm: 'The run tells 500 changes in a second.',
  'expired-credentials': 'The session ends in mid-run.',
  'signed-out': 'The session ends before the next look.',
  slow: 'Every step takes a second.',
} as const;
type Fault = keyof typeof FAULTS;
const HOSTILE = '[x](command:workbench.action.quit) $(flame) \u001b[31mred\u202egnp.exe <img src=x>';
const ACCOUNT = '123456789012';

const armed = new Set<Fault>();
let status: PlatformStatus | undefined;
let stop = new AbortController();
let nextQuestion = 1;
const answers = new Map<number, (value: unknown) => void>();

function send(message: FromRunner): void {
  if (process.connected) process.send?.(message);
}

function ask(question: 'signIn', detail: { reason: string }): Promise<unknown> {
  const id = nextQuestion++;
  const answered = new Promise((resolve) => answers.set(id, resolve));
  send({ ask: id, question, detail });
  return answered;
}

function opened(): PlatformStatus {
  if (!status) throw new Error('No platform is open.');
  return status;
}

function tell(body: RunEventBody): void {
  const event = { ...body, time: new Date().toISOString(), run: 'scripted' };
  status = reduce(opened(), event);
  send({ event });
}

function planOf(verb: 'apply' | 'destroy', wanted: readonly string[] | undefined): PlanView {
  const stages = opened().stages.filter(({ id }) => wanted === undefined || wanted.includes(id));
  const changes = stages.flatMap((stage) =>
    stage.resources
      .filter(({ state }) => (verb === 'apply' ? state !== 'ready' : state !== 'absent'))
      .map(({ id, title }) => ({
        resource: id,
        stage: stage.id,
        title,
        action: verb === 'apply' ? 'create' : 'delete',
        summary: '',
        diff: [],
      })),
  );
  const whole = opened().cost.wholeMonthlyUsd;
  const prices = Object.fromEntries(stages.map(({ id, estimate }) => [id, estimate.monthlyUsd]));
  const cost = { monthlyUsd: verb === 'apply' ? whole : 0, stages: verb === 'apply' ? prices : {} };
  const duration = { seconds: opened().duration.seconds, criticalPath: changes.map(({ resource }) => resource).slice(0, 3) };
  return { verb, fingerprint: 'scripted', changes, cost, duration, findings: [] };
}

async function run(verb: 'apply' | 'destroy', request: RunRequest): Promise<Outcome> {
  stop = new AbortController();
  const { changes } = planOf(verb, request.stages);
  tell({ event: 'run.started', verb, stages: request.stages ?? opened().stages.map(({ id }) => id), total: changes.length });
  if (armed.has('storm')) await storm();
  const failed: string[] = [];
  const skipped: string[] = [];
  const changed: string[] = [];
  for (const { resource, stage } of verb === 'apply' ? changes : changes.toReversed()) {
    if (stop.signal.aborted) break;
    if (failed.length > 0) {
      skipped.push(resource);
      tell({ event: 'resource.skipped', resource, stage, because: failed[0] ?? '' });
      continue;
    }
    tell({ event: 'resource.started', resource, stage, action: verb === 'apply' ? 'create' : 'delete', summary: '', expected: 60 });
    await pause(armed.has('slow') ? 1_000 : 5);
    tell({ event: 'resource.progress', resource, stage, elapsed: 30, expected: 60, message: verb === 'apply' ? 'creating' : 'deleting' });
    if (armed.has('expired-credentials') && stage === 'compute') await signedOut();
    if (verb === 'apply' && resource === 'nodegroup' && (armed.has('no-spot-capacity') || armed.has('hostile'))) {
      failed.push(resource);
      const reason = armed.has('hostile') ? HOSTILE : 'no spot capacity for t3.small';
      tell({
        event: 'resource.failed',
        resource,
        stage,
        reason,
        cause: { code: 'UnfulfillableCapacity', message: `Could not launch Spot Instances. ${reason}`, requestId: 'f00d' },
        next: 'Add another instance type to compute.instanceTypes.',
      });
      continue;
    }
    changed.push(resource);
    tell({ event: 'resource.finished', resource, stage, action: verb === 'apply' ? 'create' : 'delete' });
    tell({
      event: 'resource.observed',
      resource,
      stage,
      state: verb === 'apply' ? 'ready' : 'absent',
      owner: verb === 'apply' ? 'slipway' : 'none',
      ...(verb === 'apply' ? { physicalId: `${resource}-0ab1` } : {}),
    });
  }
  const outcome = stop.signal.aborted ? 'cancelled' : failed.length > 0 ? 'failed' : 'succeeded';
  const result: Outcome = {
    outcome,
    changed,
    failed,
    skipped,
    seconds: 26 * 60,
    residue: [],
    monthlyUsd: verb === 'apply' ? opened().cost.wholeMonthlyUsd : 0,
  };
  tell({ event: 'run.finished', ...result });
  return result;
}

async function storm(): Promise<void> {
  const rows = opened().stages.flatMap(({ id, resources }) => resources.map((resource) => ({ resource: resource.id, stage: id })));
  for (let sent = 0; sent < 500; sent++) {
    const row = rows[sent % rows.length];
    if (row) tell({ event: 'resource.progress', ...row, elapsed: sent, expected: 500, message: `step ${sent}` });
    if (sent % 5 === 4) await pause(10);
  }
}

async function signedOut(): Promise<void> {
  const reason = 'the session has expired';
  tell({ event: 'run.paused', reason });
  if ((await ask('signIn', { reason })) !== true) throw new Error('Nobody signed in, so the run ended.');
  armed.delete('expired-credentials');
  tell({ event: 'run.resumed' });
}

const handlers: { readonly [C in keyof Calls]: (params: Calls[C]['params']) => Promise<Calls[C]['result']> } = {
  async open({ file, mode }) {
    const document = await openPlatformFile(file);
    const outline = outlineStatus(document);
    status = {
      ...outline,
      mode,
      session: 'connected',
      platform: { ...outline.platform, account: ACCOUNT, identity: `arn:aws:sts::${ACCOUNT}:assumed-role/dev-admin/me` },
    };
    return { findings: document.findings };
  },
  async status() {
    status = { ...opened(), session: armed.has('signed-out') ? 'signedOut' : 'connected', observedAt: new Date().toISOString() };
    return status;
  },
  plan: async ({ verb, stages }) => planOf(verb, stages),
  apply: (request) => run('apply', request),
  destroy: (request) => run('destroy', request),
  async cancel() {
    stop.abort();
    return {};
  },
  commands: async () => ["aws ec2 create-vpc --cidr-block '10.0.0.0/16'"],
  faults: async () =>
    Object.entries(FAULTS).map(([name, description]): FaultView => ({ name, description, armed: armed.has(name as Fault) })),
  async breakSomething({ fault, armed: on }) {
    if (on) armed.add(fault as Fault);
    else armed.delete(fault as Fault);
    return {};
  },
  async resetRehearsal() {
    armed.clear();
    status = reduceAll(opened());
    return {};
  },
  validate: async ({ file, text }) => (await openPlatformFile(file, text)).findings,
  outline: async ({ file }) => outlineStatus(await openPlatformFile(file)),
  async locate({ file, paths }) {
    const document = await openPlatformFile(file);
    const range = paths.map((path) => document.rangeOf(path)).find((found) => found !== undefined);
    return range === undefined ? {} : { range };
  },
  objectYaml: async ({ resource }) => {
    const live = `apiVersion: v1\nmetadata:\n  name: ${resource.split('/').at(-1) ?? ''}\nspec:\n  replicas: 1\n`;
    return { live, comparable: live, manifest: live.replace('replicas: 1', 'replicas: 2') };
  },
  objectLogs: async ({ after }) => {
    const line = Number(after ?? 0) + 1;
    return { lines: [`web/app: line ${line}${armed.has('hostile') ? ` ${HOSTILE}` : ''}`], cursor: String(line) };
  },
  restart: async () => ({}),
  credentials: async () => [
    {
      id: 'minio',
      title: armed.has('hostile') ? HOSTILE : 'MinIO',
      fields: [
        { id: 'user', title: 'User', hidden: false, suggestion: 'rehearsal-user' },
        { id: 'password', title: 'Password', hidden: true, suggestion: 'rehearsal-password' },
      ],
      fills: ['mer/minio', 'argo/minio'],
      neededBy: ['mer', 'argo-server'],
    },
  ],
  enterCredentials: async () => ({}),
  close: async () => ({}),
};

function reduceAll(before: PlatformStatus): PlatformStatus {
  const gone = { state: 'absent', reason: '', owner: 'none' } as const;
  return {
    ...before,
    stages: before.stages.map((stage) => ({
      ...stage,
      state: 'absent',
      reason: '',
      resources: stage.resources.map((resource) => ({ ...resource, ...gone })),
    })),
  };
}

async function answer(message: Exclude<ToRunner, { answer: number }>): Promise<void> {
  try {
    const handler = handlers[message.call] as (params: unknown) => Promise<unknown>;
    send({ id: message.id, result: await handler(message.params) });
  } catch (error) {
    const failure: Failure = failureOf(error);
    send({ id: message.id, failure });
  }
}

process.on('message', (raw) => {
  const message = raw as ToRunner;
  if ('answer' in message) answers.get(message.answer)?.(message.value);
  else void answer(message);
});
process.once('disconnect', () => process.exit(0));
