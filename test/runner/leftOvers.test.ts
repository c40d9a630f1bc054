import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlatformStatus } from '../../src/core/status/platformStatus.ts';
import type { Person } from '../../src/runner/person.ts';
import { Session } from '../../src/runner/session.ts';
import { CLI } from '../product.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const YAML = 'name: cauchy\nregion: us-west-2\n';
const FEWER = `${YAML}network: { natGateways: single }\n`;
const IDS = ['address/10.0.128.0-20', 'nat/10.0.128.0-20'];

/** A first use of an identity is agreed to; nothing else is. */
const agreeable: Person = { ask: (question) => Promise.resolve((question === 'confirmIdentity') as never) };

const idsIn = (left: PlatformStatus['left']): readonly string[] | undefined => left?.map(({ resource }) => resource).sort();

describe('a session and what left the file', () => {
  it('tells it in each status since a plan looked for it, as long as it stands and the platform is the same', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'platform.yml');
    await writeFile(file, YAML);
    const session = new Session(
      {
        file,
        mode: 'rehearsal',
        world: join(folder.path, 'world'),
        stateFolder: join(folder.path, 'state'),
        timeScale: 600,
      },
      { person: agreeable, env: process.env, cliEntry: CLI, emit: () => undefined, tell: () => undefined },
    );
    try {
      assert.equal((await session.apply({ stages: ['vpc'], allow: [] })).outcome, 'succeeded');
      await writeFile(file, FEWER);
      assert.equal((await session.status()).left, undefined, 'nobody looked');
      assert.deepEqual(idsIn((await session.plan('apply')).left), IDS);
      assert.deepEqual(idsIn((await session.status()).left), IDS);
      await writeFile(file, YAML);
      assert.deepEqual((await session.status()).left, [], 'back in the file');
      await writeFile(file, FEWER.replace('cauchy', 'galois'));
      assert.equal((await session.status()).left, undefined, 'another platform');
      await writeFile(file, FEWER);
      assert.equal((await session.destroy({ allow: [] })).outcome, 'succeeded');
      assert.deepEqual((await session.status()).left, [], 'gone');
    } finally {
      await session.close();
    }
  }).timeout(120_000);
});
