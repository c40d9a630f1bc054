import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One line of the engine made wrong: the suite has to notice. */
interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The suite that notices, and which of its tests, so that a mutation costs a second and not the whole suite. */
  readonly suite: string;
  readonly grep: string;
}

const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the signal is not looked at before the wire',
    file: 'step.ts',
    from: 'if (run.signal.aborted) throw',
    to: 'if (false) throw',
    suite: 'run',
    grep: 'directly before the wire',
  },
  {
    name: 'creates are not announced',
    file: 'step.ts',
    from: 'if (announced) await run.ports.intents.begin',
    to: 'if (false) await run.ports.intents.begin',
    suite: 'interruption',
    grep: 'apply, die after',
  },
  { name: 'the guard is not asked', file: 'step.ts', from: 'await run.guard();', to: '', suite: 'apply', grep: 'guard refuses' },
  {
    name: 'unknown counts as absent in a destroy',
    file: 'decide.ts',
    from: "{ do: 'wait', reason: seen.reason };\n  if (isLeaving(seen)) return { do: 'wait', reason: whyStillThere(seen) ?? 'waiting until it is gone' };",
    to: "{ do: 'done' };\n  if (isLeaving(seen)) return { do: 'wait', reason: whyStillThere(seen) ?? 'waiting until it is gone' };",
    suite: 'destroy',
    grep: 'could not be seen',
  },
  {
    name: 'what is leaving counts as gone',
    file: 'decide.ts',
    from: "if (isLeaving(seen)) return { do: 'wait', reason: whyStillThere(seen) ?? 'waiting until it is gone' };",
    to: "if (isLeaving(seen)) return { do: 'done' };",
    suite: 'destroy',
    grep: 'leaves nothing',
  },
  {
    name: 'absence is believed at once in a destroy',
    file: 'decide.ts',
    from: "seen.state === 'absent' && announcedAt !== undefined",
    to: 'false',
    suite: 'interruption',
    grep: 'destroy comes at once',
  },
  {
    name: 'absence is believed at once in an apply',
    file: 'decide.ts',
    from: 'if (wouldMakeTwo && unbelieved)',
    to: 'if (false && wouldMakeTwo && unbelieved)',
    suite: 'interruption',
    grep: 'apply, die after',
  },
  {
    name: 'what was asked for is asked again at once',
    file: 'decide.ts',
    from: "if (now < last.at + windowOf(resource)) return { do: 'wait', reason: 'what was done does not show yet' };",
    to: '',
    suite: 'apply',
    grep: 'asks three times',
  },
  {
    name: 'it is asked for without end',
    file: 'decide.ts',
    from: 'if (last.times < TRIES) return decision;',
    to: 'return decision;',
    suite: 'apply',
    grep: 'asks three times',
  },
  {
    name: 'what failed under our own hands is made anew',
    file: 'decide.ts',
    from: "if (planned !== 'recreate' || asked.has('create'))",
    to: 'if (false)',
    suite: 'apply',
    grep: 'under its own hands',
  },
  {
    name: 'a foreign thing is deleted',
    file: '../graph/observation.ts',
    from: "presentIn(seen)?.owner === 'slipway'",
    to: 'presentIn(seen) !== undefined',
    suite: 'apply',
    grep: 'foreign',
  },
  {
    name: 'a degraded one does not let its dependants go',
    file: 'settle.ts',
    from: 'this.#surroundings.usable();',
    to: '',
    suite: 'apply',
    grep: 'still degraded',
  },
  {
    name: 'a degraded one is good enough',
    file: 'settle.ts',
    from: 'if (end === undefined) return this.#done(seen);',
    to: 'return this.#done(seen);',
    suite: 'run',
    grep: 'awaiting each other',
  },
  {
    name: 'what awaits something outside the run is waited for',
    file: 'settle.ts',
    from: 'if (end === undefined) return this.#done(seen);',
    to: 'if (end === undefined) return undefined;',
    suite: 'apply',
    grep: 'outside the run',
  },
  {
    name: 'a read from before the own write is believed',
    file: 'sharedReads.ts',
    from: 'isFresh && known.turn >= since',
    to: 'isFresh',
    suite: 'sharedReads',
    grep: 'own write',
  },
  {
    name: 'reads are not shared',
    file: 'sharedReads.ts',
    from: 'if (isFresh && known.turn >= since)',
    to: 'if (false)',
    suite: 'run',
    grep: 'one read serves',
  },
  {
    name: 'requests are not bounded',
    file: 'slots.ts',
    from: 'if (this.#free > 0) this.#free--;',
    to: 'if (true) this.#free--;',
    suite: 'run',
    grep: 'are bounded',
  },
  {
    name: 'a slot is not given back',
    file: 'slots.ts',
    from: 'if (next) next();',
    to: 'if (next) return;',
    suite: 'run',
    grep: 'are bounded',
  },
  {
    name: 'twins are left',
    file: 'engine.ts',
    from: 'run.signal.aborted ? new Map<string, Result>() : await healTwins(run, graph)',
    to: 'new Map<string, Result>()',
    suite: 'interruption',
    grep: 'intents are lost',
  },
  {
    name: 'two used twins are not refused',
    file: 'decide.ts',
    from: 'if (used.length > 0) return',
    to: 'if (false) return',
    suite: 'twins',
    grep: 'in use',
  },
  {
    name: 'orphans go without a consent',
    file: 'planning.ts',
    from: 'if (consent.has(`${change.action}:${resource}`) ||',
    to: 'if (true ||',
    suite: 'destroy',
    grep: 'stay without',
  },
  {
    name: 'the approval is not held to',
    file: 'approval.ts',
    from: 'if (!more) return;',
    to: 'return;',
    suite: 'apply',
    grep: 'does not cover',
  },
  {
    name: 'dependants of a failure go on',
    file: 'schedule.ts',
    from: 'if (blocker) return skip(run, resource, blocker);',
    to: '',
    suite: 'apply',
    grep: 'foreign',
  },
  {
    name: 'a cluster goes before its nodes',
    file: 'schedule.ts',
    from: '(id) => dependants.get(id) ?? []',
    to: '() => []',
    suite: 'destroy',
    grep: 'leaves nothing',
  },
  {
    name: 'a pause counts as waiting',
    file: 'run.ts',
    from: '(this.#pausedAt ?? this.clock.now()) - this.began - this.#pausedMs',
    to: 'this.clock.now() - this.began',
    suite: 'run',
    grep: 'uses up nobody',
  },
  {
    name: 'old news is told',
    file: 'run.ts',
    from: 'if (this.#told.get(resource.id) === text) return;',
    to: '',
    suite: 'run',
    grep: 'only when it is news',
  },
  {
    name: 'objects of a dying cluster are deleted one by one',
    file: 'planning.ts',
    from: 'if (!home || resource.leaves ||',
    to: 'if (true || !home || resource.leaves ||',
    suite: 'destroy',
    grep: 'would outlive',
  },
];

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ENGINE = 'src/core/engine';
/** Slower than any healthy suite: one that hangs is noticed, too. */
const LIMIT_MS = 6_000;

async function copyOfCore(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-mutations-'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  await mkdir(join(folder, 'src'));
  await mkdir(join(folder, 'test/core'), { recursive: true });
  await cp(join(ROOT, 'src/core'), join(folder, 'src/core'), { recursive: true });
  await cp(join(ROOT, 'test/core/engine'), join(folder, 'test/core/engine'), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Whether the tests named pass; a suite that hangs does not. @throws AssertionError when no test of that name is there. */
async function passes(folder: string, { suite, grep }: Pick<Mutation, 'suite' | 'grep'>): Promise<boolean> {
  const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const file = join(folder, `test/core/engine/${suite}.test.ts`);
  const child = spawn(process.execPath, [mocha, '--bail', '--reporter', 'dot', '--grep', grep, file], { cwd: folder, timeout: LIMIT_MS });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  assert.ok(code !== 0 || /[1-9]\d* passing/.test(output), `no test of ${suite} is called ${grep}: ${output}`);
  assert.doesNotMatch(output, /ERR_MODULE_NOT_FOUND|SyntaxError/, output);
  return code === 0;
}

describe('one-line mutations of the engine', function () {
  this.timeout(120_000);
  let folder = '';

  before(async () => {
    folder = await copyOfCore();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('the copy itself passes', async () => {
    assert.ok(await passes(folder, { suite: 'apply', grep: 'Engine.apply' }));
  });

  for (const mutation of MUTATIONS) {
    it(`is noticed: ${mutation.name}`, async () => {
      const file = join(folder, ENGINE, mutation.file);
      const source = await readFile(file, 'utf8');
      assert.ok(source.includes(mutation.from), `${mutation.file} has no ${mutation.from}`);
      await writeFile(file, source.replace(mutation.from, mutation.to));
      try {
        assert.ok(!(await passes(folder, mutation)), 'nothing failed');
      } finally {
        await writeFile(file, source);
      }
    });
  }
});
