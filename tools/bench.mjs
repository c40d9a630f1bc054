// npm run bench: ratios against something run beside it, never seconds alone. `--only apply|status|size|tree|window|objects`.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { secondOfChanges } from './benchTree.mjs';
import { activation, heap } from './benchWindow.mjs';
import { node, root } from './paths.mjs';

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, 'time-scale': { type: 'string', default: '10' } } });
const wanted = (name) => values.only === undefined || values.only.includes(name);
const rows = [];
const report = (what, value, limit, note = '') => {
  rows.push({ what, value: Number(value.toFixed(3)), limit, holds: value <= limit, note });
  console.log(`${what}: ${value.toFixed(3)} (limit ${limit}) ${note}`);
};

execFileSync(node, ['tools/package.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
const cli = path.join(root, 'dist/cli.js');
const dir = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
// The AWS half alone: its world tells when each thing was asked for and ready, and its requests have limits of their own.
const file = path.join(dir, 'platform/platform.yml');
mkdirSync(path.dirname(file));
writeFileSync(file, 'name: cauchy\nregion: us-west-2\n');

/** `slipway rehearse` with a world of its own. */
async function rehearse(world, ...args) {
  const child = spawn(node, [cli, 'rehearse', '--world', world, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error('slipway rehearse has ended')));
  });
  const { endpoint, env } = JSON.parse(line);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  return {
    endpoint,
    env: { ...process.env, ...env, XDG_STATE_HOME: path.join(dir, 'state'), HOME: dir },
    stop: () => (child.kill('SIGTERM'), exited),
  };
}

function slipway(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [cli, ...args, '--platform', file, '--format', 'json'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    child.on('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`slipway ${args[0]} ended with ${code}: ${err.slice(-800)}${out.slice(-800)}`)),
    );
  });
}

/** The longest chain of things of which each was asked for after the one before was ready: no run can be shorter. */
function longestChain(timeline) {
  const spans = timeline.filter((e) => e.readyAt).map((e) => ({ ...e, from: Date.parse(e.askedAt), to: Date.parse(e.readyAt) }));
  spans.sort((a, b) => a.to - b.to);
  const best = new Map();
  let longest = { seconds: 0, chain: [] };
  for (const span of spans) {
    let before = { seconds: 0, chain: [] };
    for (const other of spans)
      if (other.to <= span.from && best.has(other) && best.get(other).seconds > before.seconds) before = best.get(other);
    const own = {
      seconds: before.seconds + (span.to - span.from) / 1000,
      chain: [...before.chain, `${span.kind} ${((span.to - span.from) / 1000).toFixed(0)} s`],
    };
    best.set(span, own);
    if (own.seconds > longest.seconds) longest = own;
  }
  return longest;
}

async function benchApply() {
  const world = path.join(dir, 'world-apply');
  const rehearsal = await rehearse(world, '--time-scale', values['time-scale']);
  try {
    const out = await slipway(['apply', '--rehearsal', '--yes', '--endpoint', rehearsal.endpoint], rehearsal.env);
    const finished = JSON.parse(out.trim().split('\n').at(-1));
    const timeline = JSON.parse(
      await (
        await fetch(`${rehearsal.endpoint}/_rehearsal/timeline`, {
          headers: { authorization: `Bearer ${rehearsal.env.SLIPWAY_REHEARSAL_TOKEN ?? ''}` },
        })
      ).text(),
    );
    const chain = longestChain(timeline.entries ?? timeline);
    report(
      'apply / critical path of the world',
      finished.seconds / chain.seconds,
      1.05,
      `${finished.seconds.toFixed(0)} s of world time; ${chain.chain.join(' → ')}`,
    );
  } finally {
    await rehearsal.stop();
  }
  return world;
}

/** With every answer slowed by the same time, a status takes as many of them as it has rounds. */
async function benchStatus(world) {
  const slow = 2;
  const rehearsal = await rehearse(world, '--time-scale', '1', '--fault', `slow=${slow}`);
  try {
    const log = path.join(world, 'requests.jsonl');
    const before = readFileSync(log, 'utf8').split('\n').length;
    await slipway(['status', '--rehearsal', '--endpoint', rehearsal.endpoint], rehearsal.env);
    const requests = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .slice(before - 1)
      .map((line) => JSON.parse(line));
    const cloud = requests.filter((r) => r.service !== 'kubernetes');
    report('AWS requests of a healthy status', cloud.length, 20, cloud.map((r) => r.operation).join(' '));
    report('Kubernetes requests of a healthy status', requests.length - cloud.length, 4);
    const times = cloud.map((r) => Date.parse(r.time));
    const rounds = (Math.max(...times) - Math.min(...times)) / 1000 / slow + 1;
    report(
      'status / two rounds of the slowest request',
      rounds / 2,
      1.3,
      `requests arrived over ${(rounds - 1).toFixed(2)} round(s) after the first`,
    );
  } finally {
    await rehearsal.stop();
  }
}

function benchSize() {
  report('VSIX, MB', statSync(path.join(root, 'dist/slipway.vsix')).size / 1e6, 1.5);
  report('extension host bundle, MB', statSync(path.join(root, 'dist/extension.js')).size / 1e6, 0.25);
}

/** The middle of three: a window's first second is noisy. */
async function median(measure) {
  const values = [];
  for (let time = 0; time < 3; time++) values.push(await measure());
  return values.sort((a, b) => a - b)[1];
}

function benchTree() {
  for (const rows of [30, 1_000]) {
    secondOfChanges(rows); // compiled by then
    report(`500 changes in a second, tree of ${rows}, ms of the host`, Math.min(...[0, 1, 2].map(() => secondOfChanges(rows))), 50);
  }
}

async function benchWindow() {
  const vsix = path.join(root, 'dist/slipway.vsix');
  const empty = [];
  const own = await median(async () => {
    const measured = await activation(vsix);
    empty.push(measured.empty);
    return measured.ours - measured.empty;
  });
  report('activation, ms of our own code', own, 15, `load and call, less those of an empty extension beside it (${empty.join(', ')} ms)`);
  const without = await heap();
  const difference = (await median(() => heap(vsix))) - without;
  report('extension host heap with us, MB more', difference / 1e6, 60, `${(without / 1e6).toFixed(1)} MB without`);
}

try {
  if (wanted('size')) benchSize();
  if (wanted('tree')) benchTree();
  if (wanted('window')) await benchWindow();
  if (wanted('objects')) {
    // Only then: it needs engines that not every machine has.
    const { benchObjects } = await import('./benchObjects.mjs');
    const missing = await benchObjects(report);
    if (missing !== undefined) console.log(`objects: not measured, ${missing}`);
  }
  const world = wanted('apply') || wanted('status') ? await benchApply() : undefined;
  if (wanted('status')) await benchStatus(world);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
console.table(rows.map(({ note, ...row }) => row));
process.exit(rows.every((row) => row.holds) ? 0 : 1);
