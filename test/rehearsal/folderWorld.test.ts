import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderWorld, forgetWorld, REHEARSAL_KEY_PREFIX, WorldInUse } from '../../src/rehearsal/folderWorld.ts';
import { WorldUnreadable } from '../../src/rehearsal/worldFiles.ts';
import { ManualWall, startAccount } from './account.ts';

describe('world in a folder', () => {
  let folder: string;
  const wall = new ManualWall();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-world-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function open(seed = 7): FolderWorld {
    return FolderWorld.open({ folder, seed, timeScale: 30, wall: wall.now });
  }

  it('keeps state, identity and time, which stands still while nobody serves it', () => {
    const first = open();
    wall.advance(10_000);
    first.part<{ things: string[] }>('things', () => ({ things: [] })).things.push('canary');
    const at = first.now();
    first.close();
    wall.advance(3_600_000);
    const second = open(8);
    assert.equal(second.now(), at);
    assert.deepEqual(second.credentials, first.credentials);
    assert.equal(second.account, first.account);
    assert.deepEqual(
      second.part('things', () => ({ things: [] })),
      { things: ['canary'] },
    );
    wall.advance(1000);
    assert.equal(second.now() - at, 30_000);
    second.close();
  });

  it('is private', () => {
    const world = open();
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    for (const name of ['world.json', 'world.log', 'clock.json', 'server.pid'])
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    assert.ok(world.credentials.accessKeyId.startsWith(REHEARSAL_KEY_PREFIX));
    world.close();
  });

  it('draws the same ids from the same seed, also over a restart, but never the same secrets', () => {
    const draw = (world: FolderWorld): string[] => [world.id('vpc'), world.token(8), String(world.random())];
    const one = open();
    const first = draw(one);
    one.close();
    const again = open();
    const second = draw(again);
    again.close();
    forgetWorld(folder);
    const other = open();
    assert.deepEqual([...draw(other), ...draw(other)], [...first, ...second]);
    assert.notEqual(other.credentials.secretAccessKey, one.credentials.secretAccessKey);
    assert.notEqual(other.bearerToken, one.bearerToken);
    other.close();
  });

  it('has one server at a time', () => {
    const world = open();
    assert.throws(open, WorldInUse);
    world.close();
    open().close();
  });

  it('says so when the file is no world, and lets go of the folder', () => {
    open().close();
    writeFileSync(join(folder, 'world.json'), '{"version":');
    assert.throws(open, WorldUnreadable);
    assert.throws(open, WorldUnreadable, 'not WorldInUse');
    forgetWorld(folder);
    open().close();
  });

  it('survives a SIGKILL of its server, with everything that was answered', async function () {
    this.timeout(60_000);
    const server = spawn(process.execPath, ['-e', SERVER, folder], { stdio: ['ignore', 'pipe', 'inherit'], cwd: process.cwd() });
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const { endpoint, credentials } = JSON.parse(line.toString()) as {
      endpoint: string;
      credentials: { accessKeyId: string; secretAccessKey: string };
    };
    const ec2 = new EC2Client({ endpoint, credentials, region: 'us-west-2', maxAttempts: 1 });
    const made = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    ec2.destroy();
    const saved = (JSON.parse(readFileSync(join(folder, 'clock.json'), 'utf8')) as { now: number }).now;
    server.kill('SIGKILL');
    await once(server, 'exit');

    const account = await startAccount({ folder });
    assert.ok(account.world.now() >= saved);
    account.pass(5);
    const again = new EC2Client(account.client);
    const seen = await again.send(new DescribeVpcsCommand({ VpcIds: [made.Vpc?.VpcId ?? ''] }));
    assert.equal(seen.Vpcs?.length, 1);
    again.destroy();
    await account.stop();
  });
});

/** A server process that a test can kill. */
const SERVER = `
const { startRehearsal } = await import('${new URL('../../src/rehearsal/rehearse.ts', import.meta.url).href}');
const rehearsal = await startRehearsal({ folder: process.argv[1], port: 0, reset: false, allowHosts: [], timeScale: 30, faults: [] });
console.log(JSON.stringify({ endpoint: rehearsal.endpoint, credentials: rehearsal.world.credentials }));
`;
