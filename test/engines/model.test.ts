import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startRecorder, type Recorder } from './recorder.ts';
import { slipway, startRehearsed, type Rehearsed } from './rehearsed.ts';

/** What AWS really does and its own service model does not say. */
const exceptions: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  {
    pattern:
      /internetGatewaySet.*attachmentSet.*state.*'available' not in enum|InternetGateways.*Attachments.*State.*'available' not in enum/i,
    reason: 'AWS answers `available` for an internet gateway; the enum says `attached`',
  },
];

const python = path.join(process.env['ENGINE_MOTO'] ?? '', 'bin/python');

/** Every finding of the model check, `operation: request|response : text`. */
function check(capture: string): { readonly exchanges: number; readonly findings: readonly string[] } {
  const run = spawnSync(python, ['test/engines/modelCheck.py', '-q', capture], { encoding: 'utf8', maxBuffer: 64e6 });
  const counted = /^(\d+) exchanges/m.exec(run.stdout);
  assert.ok(counted, `the model check did not end: ${run.stderr.slice(-2000)}`);
  const findings: string[] = [];
  let operation = '';
  for (const line of run.stdout.split('\n')) {
    if (line.startsWith('BAD ')) operation = line.slice(4);
    else if (/^ +(request|response) ?:/.test(line)) findings.push(`${operation}: ${line.trim()}`);
  }
  return {
    exchanges: Number(counted[1]),
    findings: [...new Set(findings)].filter((finding) => !exceptions.some(({ pattern }) => pattern.test(finding))),
  };
}

describe("AWS's service models", () => {
  let dir: string;
  let capture: string;
  let recorder: Recorder;
  let rehearsed: Rehearsed | undefined;

  before(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'slipway-model-'));
    capture = path.join(dir, 'exchanges.jsonl');
    writeFileSync(capture, '');
    recorder = await startRecorder(() => new URL(rehearsed?.endpoint ?? ''), capture);
    rehearsed = await startRehearsed(['--allow-host', new URL(recorder.endpoint).host, '--time-scale', '60']);
    cpSync('manifests', path.join(dir, 'platform'), { recursive: true });
    const env = { ...rehearsed.env, AWS_ENDPOINT_URL: recorder.endpoint, XDG_STATE_HOME: path.join(dir, 'state'), HOME: dir };
    const file = path.join(dir, 'platform', 'platform.yml');
    // behind the recorder the world is not where its server says that it is
    const common = ['--platform', file, '--rehearsal', '--endpoint', recorder.endpoint, '--world', rehearsed.world];
    for (const args of [['plan'], ['apply', '--yes'], ['status'], ['destroy', '--yes']]) {
      const run = await slipway([...args, ...common, '--format', 'json'], env);
      assert.equal(run.code, 0, `slipway ${args.join(' ')}: ${run.stderr.slice(-2000)} ${run.stdout.slice(-2000)}`);
    }
  });

  after(async () => {
    await rehearsed?.close();
    await recorder.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('hold for every request of the product and every answer of the rehearsal', () => {
    const { exchanges, findings } = check(capture);
    assert.ok(exchanges > 150, `only ${exchanges} exchanges were recorded`);
    assert.deepEqual(findings, []);
  });

  it('would notice a member that does not exist', () => {
    const broken = path.join(dir, 'broken.jsonl');
    const lines = readFileSync(capture, 'utf8').split('\n');
    const index = lines.findIndex((line) => decoded(line).includes('CidrBlock='));
    assert.ok(index >= 0, 'a request with a CIDR was recorded');
    const exchange = JSON.parse(lines[index] ?? '') as { body: string };
    exchange.body = Buffer.from(decoded(lines[index] ?? '').replace('CidrBlock=', 'CidrBlok=')).toString('base64');
    writeFileSync(broken, `${JSON.stringify(exchange)}\n`);
    assert.match(check(broken).findings.join('\n'), /CidrBlok/);
  });
});

function decoded(line: string): string {
  if (line === '') return '';
  return Buffer.from((JSON.parse(line) as { body: string }).body, 'base64').toString();
}
