import assert from 'node:assert/strict';
import type { CredentialNeed } from '../../../src/runner/objectCalls.ts';
import { enterSecrets } from '../../../src/vscode/flows/secretsFlow.ts';
import { resource, stage, status } from '../example.ts';
import { personWho, platformOf } from '../platformOf.ts';

const MINIO: CredentialNeed = {
  id: 'minio',
  title: 'MinIO',
  fields: [
    { id: 'user', title: 'User', hidden: false },
    { id: 'password', title: 'Password', hidden: true },
  ],
  fills: ['mer/minio', 'argo/minio', 'pascal/minio'],
  neededBy: ['mer', 'argo-server'],
};
const TOKEN: CredentialNeed = {
  id: 'mer/github',
  title: 'mer/github',
  fields: [{ id: 'token', title: 'token', hidden: true }],
  fills: ['mer/github'],
  neededBy: ['github'],
};
const NOWHERE = { stage: undefined, resource: undefined };

const wanted = (name: string) =>
  resource({ id: `Secret/${name}`, kind: 'Secret', provider: 'kubernetes', title: `Secret ${name}`, state: 'blocked' });

describe('entering Secrets', () => {
  it('asks for a credential once for all that it fills, hidden where it is one, and says what it is for', async () => {
    const { platform, asked } = platformOf(status(), { credentials: [MINIO, TOKEN] });
    const { dialogs, boxes, told } = personWho(['root', 'canary-password', 'canary-token']);
    assert.equal(await enterSecrets(platform, dialogs, NOWHERE), false);
    assert.deepEqual(
      boxes.map(({ title, prompt, secret }) => [title, prompt, secret]),
      [
        ['Enter Secrets (1 of 2): MinIO', 'User · fills mer/minio and 2 more, needed by mer and argo-server', false],
        ['Enter Secrets (1 of 2): MinIO', 'Password · fills mer/minio and 2 more, needed by mer and argo-server', true],
        ['Enter Secrets (2 of 2): mer/github', 'token · fills mer/github, needed by github', true],
      ],
    );
    const values = { minio: { user: 'root', password: 'canary-password' }, 'mer/github': { token: 'canary-token' } };
    assert.deepEqual(asked.at(-1), { call: 'enterCredentials', params: { values } });
    assert.deepEqual(told, ['Kept in memory: 2 credentials for 4 Secrets. They are written by the next apply.']);
    assert.doesNotMatch(JSON.stringify([told, boxes]), /canary/);
    platform.dispose();
  });

  it('keeps nothing of whoever leaves a box, and takes no empty value', async () => {
    for (const typed of [['root', undefined], ['root', ''], [undefined]]) {
      const { platform, asked } = platformOf(status(), { credentials: [MINIO] });
      const { dialogs, told } = personWho(typed);
      assert.equal(await enterSecrets(platform, dialogs, NOWHERE), false);
      assert.deepEqual([asked.map(({ call }) => call), told], [['credentials'], []]);
      platform.dispose();
    }
  });

  it('fills the boxes of a rehearsal beforehand, and goes on to an apply for whoever wants that', async () => {
    const rehearsed = { ...TOKEN, fields: [{ id: 'token', title: 'token', hidden: true, suggestion: 'rehearsal-token' }] };
    const { platform } = platformOf(status(), { credentials: [rehearsed] });
    const { dialogs, boxes } = personWho(['rehearsal-token'], 'Apply All...');
    assert.equal(await enterSecrets(platform, dialogs, NOWHERE), true);
    assert.equal(boxes[0]?.value, 'rehearsal-token');
    platform.dispose();
  });

  it('asks on a row for what fills its own Secrets, and for all where the row has none', async () => {
    const own = stage({ id: 'secrets', state: 'blocked', resources: [wanted('mer/github')] });
    for (const [at, titles] of [
      [{ stage: own, resource: own.resources[0] }, ['mer/github']],
      [{ stage: own, resource: undefined }, ['mer/github']],
      [{ stage: stage(), resource: undefined }, ['MinIO', 'MinIO', 'mer/github']],
    ] as const) {
      const { platform } = platformOf(status(), { credentials: [MINIO, TOKEN] });
      const { dialogs, boxes } = personWho(['a', 'b', 'c']);
      await enterSecrets(platform, dialogs, at);
      assert.deepEqual(
        boxes.map(({ title }) => title.replace(/^.*: /, '')),
        titles,
      );
      platform.dispose();
    }
  });

  it('says so where nothing is missing', async () => {
    const { platform, asked } = platformOf(status(), { credentials: [] });
    const { dialogs, told } = personWho([]);
    await enterSecrets(platform, dialogs, NOWHERE);
    assert.match(told[0] ?? '', /needs no Secret from you/);
    assert.equal(asked.length, 1);
    platform.dispose();
  });
});
