import assert from 'node:assert/strict';
import { givenSecrets } from '../../src/kubernetes/secretValues.ts';
import { credentialNeeds, secretsFrom, type LackingSecret } from '../../src/runner/credentialNeeds.ts';

const lacking: readonly LackingSecret[] = [
  { namespace: 'minio', name: 'minio', keys: ['accesskey', 'secretkey'], neededBy: ['StatefulSet minio/minio'] },
  { namespace: 'pascal', name: 'minio', keys: ['accesskey', 'secretkey'], neededBy: ['Deployment pascal/ledger'] },
  { namespace: 'argo-events', name: 'kaniko', keys: ['config.json'], neededBy: ['WorkflowTemplate argo-events/build'] },
  { namespace: 'mer', name: 'mailer', keys: ['password'], neededBy: ['Deployment mer/mailer'] },
];

describe('what a person is asked for', () => {
  it('is a credential once, for all the Secrets that it fills; what is of no known kind, Secret by Secret', () => {
    assert.deepEqual(
      credentialNeeds(lacking, false).map(({ id, fields, fills }) => [id, fields.map((field) => field.id), fills]),
      [
        ['minio', ['user', 'password'], ['minio/minio', 'pascal/minio']],
        ['docker-hub', ['username', 'token'], ['argo-events/kaniko']],
        ['mer/mailer', ['password'], ['mer/mailer']],
      ],
    );
    assert.deepEqual(credentialNeeds(lacking, false)[0]?.neededBy, ['StatefulSet minio/minio', 'Deployment pascal/ledger']);
  });

  it('has suggestions in a rehearsal only', () => {
    const suggestions = (rehearsal: boolean): readonly (string | undefined)[] =>
      credentialNeeds(lacking, rehearsal).flatMap(({ fields }) => fields.map(({ suggestion }) => suggestion));
    assert.ok(suggestions(true).every((each) => each?.startsWith('rehearsal-') === true));
    assert.ok(suggestions(false).every((each) => each === undefined));
  });

  it('becomes the values of every Secret that it fills', () => {
    const entered = {
      minio: { user: 'canary-user', password: 'canary-password' },
      'docker-hub': { username: 'ops', token: 'canary-token' },
      'mer/mailer': { password: '' },
    };
    const values = givenSecrets(() => secretsFrom(lacking, entered));
    for (const secret of lacking.slice(0, 2))
      assert.deepEqual(values.give(secret), { accesskey: 'canary-user', secretkey: 'canary-password' });
    const kaniko = lacking[2];
    assert.ok(kaniko !== undefined && values.covers(kaniko));
    assert.match(values.give(kaniko)['config.json'] ?? '', /index\.docker\.io/);
    const mailer = lacking[3];
    assert.ok(mailer !== undefined && !values.covers(mailer), 'what was left empty is not given');
  });

  describe('for Secrets that name no keys', () => {
    const whole: LackingSecret = { namespace: 'mer', name: 'settings', keys: [], neededBy: ['Deployment mer/shop'] };
    const pull: LackingSecret = { namespace: 'mer', name: 'pull', keys: ['.dockerconfigjson'], neededBy: ['Deployment mer/shop'] };

    it('is keys and values of the one that is used as a whole, and the login of the one that pulls images', () => {
      assert.deepEqual(
        credentialNeeds([whole, pull], true).map(({ id, fields }) => [id, ...fields.map((field) => field.id)]),
        [
          ['mer/settings', '*'],
          ['mer/pull', 'username', 'token'],
        ],
      );
      const entered = { 'mer/settings': { '*': 'KEY=canary-a=b' }, 'mer/pull': { username: 'ops', token: 'canary-token' } };
      const values = givenSecrets(() => secretsFrom([whole, pull], entered));
      assert.deepEqual(values.give(whole), { KEY: 'canary-a=b' });
      assert.match(values.give(pull)['.dockerconfigjson'] ?? '', /index\.docker\.io/);
      const json = givenSecrets(() => secretsFrom([whole], { 'mer/settings': { '*': '{"A": "canary-1", "B": "canary-2"}' } }));
      assert.deepEqual(json.give(whole), { A: 'canary-1', B: 'canary-2' });
    });

    it('refuses what has no keys, and quotes nothing of it', () => {
      for (const text of ['canary', '{"canary": 1}', '["canary"]', '{}']) {
        assert.throws(
          () => secretsFrom([whole], { 'mer/settings': { '*': text } }),
          (error: unknown) => error instanceof Error && !JSON.stringify([error.message, error]).includes('canary'),
        );
      }
    });
  });
});
