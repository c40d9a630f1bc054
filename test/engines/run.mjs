// npm run test:engines: builds the engines that are missing (once), then runs the suites against them. An engine that cannot be
// had is named and its suites are counted as skipped; with --require-all (CI) it is a failure.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { node, root } from '../../tools/paths.mjs';
import { folderOf, provide } from './engines.mjs';

const { values } = parseArgs({ options: { 'require-all': { type: 'boolean', default: false }, only: { type: 'string', multiple: true } } });
const suites = [
  { name: 'kubernetes', engines: ['etcd', 'kubernetes', 'kwok'] },
  { name: 'kubernetesContract', engines: ['etcd', 'kubernetes', 'kwok'] },
  { name: 'kubernetesObjects', engines: ['etcd', 'kubernetes', 'kwok'] },
  { name: 'manyObjects', engines: ['etcd', 'kubernetes', 'kwok'] },
  { name: 'manifests', engines: ['etcd', 'kubernetes', 'kwok'] },
  { name: 'helm', engines: ['etcd', 'kubernetes', 'kwok', 'helm3', 'helm4'] },
  { name: 'samplePlatform', engines: ['etcd', 'kubernetes', 'kwok', 'helm4', 'minio', 'moto'] },
  { name: 'rehearsalTools', engines: ['helm3', 'helm4'] },
  { name: 'moto', engines: ['moto'] },
  { name: 'contract', engines: ['moto'] },
  { name: 'model', engines: ['moto'] },
  // these need no engine, but more time than npm test has
  { name: 'awsCli', engines: [] },
  // there they kill at a few places, here at every one
  { name: 'sweep', file: 'test/sweep/sweep.test.ts', engines: [], env: { SWEEP: 'all' } },
  { name: 'clusterSweep', file: 'test/sweep/clusterSweep.test.ts', engines: [], env: { SWEEP: 'all' } },
];
const total = { passed: 0, failed: 0, skipped: 0 };
for (const suite of suites) {
  if (values.only !== undefined && !values.only.includes(suite.name)) continue;
  const missing = suite.engines.map((name) => [name, provide(name)]).filter(([, why]) => why !== undefined);
  if (missing.length > 0) {
    for (const [name, why] of missing) console.log(`${suite.name}: ${name} is missing: ${why}`);
    if (values['require-all']) total.failed++;
    else total.skipped++;
    continue;
  }
  const env = {
    ...process.env,
    ...suite.env,
    ...Object.fromEntries(suite.engines.map((name) => [`ENGINE_${name.toUpperCase()}`, folderOf(name)])),
  };
  const run = spawnSync(
    node,
    [
      'node_modules/mocha/bin/mocha.js',
      '--reporter',
      'tools/mochaReporter.cjs',
      '--forbid-only',
      '--timeout',
      '600000',
      suite.file ?? path.join('test/engines', `${suite.name}.test.ts`),
    ],
    { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 64e6 },
  );
  process.stdout.write(run.stdout);
  const counts = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/.exec(run.stdout.trimEnd());
  const [passed, failed, skipped] = counts ? counts.slice(1).map((n) => Number(n ?? 0)) : [0, 1, 0];
  total.passed += passed;
  total.failed += failed + (run.status !== 0 && failed === 0 ? 1 : 0) + (passed + failed + skipped === 0 ? 1 : 0);
  total.skipped += skipped;
}
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed > 0 ? 1 : 0);
