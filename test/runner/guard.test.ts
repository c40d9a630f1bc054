import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configuredEndpoints } from '../../src/aws/configuredEndpoints.ts';
import type { CallerOut } from '../../src/aws/outputs.ts';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import { REHEARSAL_KEY_PREFIX } from '../../src/rehearsal/folderWorld.ts';
import { profileOf } from '../../src/runner/connection.ts';
import { checkEndpoints, isRehearsalKey, namedEndpoints, type NamedEndpoint } from '../../src/runner/endpoints.ts';
import { guard, stableIdentity, type GuardOptions } from '../../src/runner/guard.ts';
import type { Person } from '../../src/runner/person.ts';
import { Pins } from '../../src/runner/pins.ts';
import type { Questions, Reach } from '../../src/runner/protocol.ts';
import { RunnerError } from '../../src/runner/runnerError.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const CALLER: CallerOut = { account: '123456789012', partition: 'aws', arn: 'arn:aws:sts::123456789012:assumed-role/admin/monday' };
const REAL = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' };
const REHEARSED = { accessKeyId: `${REHEARSAL_KEY_PREFIX}0000000` };

class ScriptedPerson implements Person {
  readonly asked: Questions['confirmIdentity']['detail'][] = [];
  readonly #answer: boolean;
  constructor(answer: boolean) {
    this.#answer = answer;
  }
  ask<Q extends keyof Questions>(question: Q, detail: Questions[Q]['detail']): Promise<Questions[Q]['answer']> {
    assert.equal(question, 'confirmIdentity');
    this.asked.push(detail as Questions['confirmIdentity']['detail']);
    return Promise.resolve(this.#answer as Questions[Q]['answer']);
  }
}

function options(folder: string, person: Person, more: Partial<GuardOptions> = {}): GuardOptions {
  return {
    file: '/w/platform.yml',
    region: 'us-west-2',
    fileAccount: undefined,
    personAccount: undefined,
    endpoints: [],
    person,
    pins: new Pins(folder),
    rehearsal: false,
    signal: new AbortController().signal,
    ...more,
  };
}

async function refusal(work: () => unknown): Promise<RunnerError> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof RunnerError, String(error));
    return error;
  }
  return assert.fail('it was let through');
}

describe('guard', () => {
  it('asks once for a file, account, region and identity, and again when one of them changes', async () => {
    await using folder = await temporaryFolder();
    const yes = new ScriptedPerson(true);
    await guard(CALLER, options(folder.path, yes));
    await guard({ ...CALLER, arn: CALLER.arn.replace('monday', 'tuesday') }, options(folder.path, yes));
    assert.equal(yes.asked.length, 1, 'a new session of the same role is the same identity');
    const changes: readonly (readonly [CallerOut, Partial<GuardOptions>])[] = [
      [{ ...CALLER, account: '999999999999' }, {}],
      [{ ...CALLER, arn: 'arn:aws:iam::123456789012:user/other' }, {}],
      [CALLER, { region: 'eu-west-1' }],
      [CALLER, { file: '/other/platform.yml' }],
    ];
    for (const [caller, more] of changes) {
      const before: number = yes.asked.length;
      await guard(caller, options(folder.path, yes, more));
      assert.equal(yes.asked.length, before + 1);
    }
    assert.match(yes.asked[1]?.previous ?? '', /assumed-role\/admin in 123456789012, us-west-2/);
  });

  it('keeps no pin after a no, and names what was expected and what is', async () => {
    await using folder = await temporaryFolder();
    const error = await refusal(() => guard(CALLER, options(folder.path, new ScriptedPerson(false))));
    assert.equal(error.fields.exit, 3);
    assert.equal(error.fields.actual?.['account'], CALLER.account);
    assert.equal(await new Pins(folder.path).of('/w/platform.yml'), undefined);
  });

  it('refuses another account than the file or the person names, without asking', async () => {
    await using folder = await temporaryFolder();
    for (const more of [
      { fileAccount: '000000000001' },
      { personAccount: '000000000001' },
      { fileAccount: '000000000001', rehearsal: true },
    ]) {
      const person = new ScriptedPerson(true);
      const error = await refusal(() => guard(CALLER, options(folder.path, person, more)));
      assert.equal(error.fields.exit, 3);
      assert.deepEqual(error.fields.expected, { account: '000000000001' });
      assert.equal(error.fields.actual?.['account'], CALLER.account);
      assert.equal(person.asked.length, 0);
    }
  });

  it('does not let platform.yml vouch for itself, but the person who names the account', async () => {
    await using folder = await temporaryFolder();
    const person = new ScriptedPerson(true);
    await guard(CALLER, options(folder.path, person, { fileAccount: CALLER.account }));
    assert.equal(person.asked.length, 1);
    await guard(CALLER, options(folder.path, new ScriptedPerson(false), { file: '/new/platform.yml', personAccount: CALLER.account }));
  });

  it('names other addresses of AWS in its question', async () => {
    await using folder = await temporaryFolder();
    const person = new ScriptedPerson(true);
    const endpoints = namedEndpoints(undefined, [{ source: 'AWS_ENDPOINT_URL_EKS', url: 'https://eks.example', service: 'EKS' }]);
    await guard(CALLER, options(folder.path, person, { endpoints }));
    assert.equal(person.asked[0]?.endpoint, 'AWS_ENDPOINT_URL_EKS=https://eks.example');
  });

  it('leaves the profile to the person: the file only proposes one, where nothing was chosen', () => {
    const spec = parsePlatform('name: cauchy\nregion: us-west-2\nprofile: proposed\n', '/w/platform.yml').spec;
    const reach: Reach = { file: '/w/platform.yml', mode: 'live', stateFolder: '/s' };
    assert.equal(profileOf({ ...reach, profile: 'chosen' }, spec, { AWS_PROFILE: 'environment' }), 'chosen');
    assert.equal(profileOf(reach, spec, { AWS_PROFILE: 'environment' }), undefined, 'the SDK reads the environment itself');
    assert.equal(profileOf(reach, spec, { AWS_ACCESS_KEY_ID: 'canary-id' }), undefined);
    assert.equal(profileOf(reach, spec, {}), 'proposed');
  });

  it('takes the role for the identity, not its session', () => {
    assert.equal(
      stableIdentity('arn:aws-us-gov:sts::123456789012:assumed-role/AWSReservedSSO_x/a@b.c'),
      'arn:aws-us-gov:sts::123456789012:assumed-role/AWSReservedSSO_x',
    );
    assert.equal(stableIdentity('arn:aws:iam::123456789012:user/a/b'), 'arn:aws:iam::123456789012:user/a/b');
  });
});

describe('endpoints', () => {
  it('are found in the environment and in the profile that is used, the strongest first', async () => {
    await using folder = await temporaryFolder();
    const config = join(folder.path, 'config');
    await writeFile(
      config,
      [
        '[default]\nendpoint_url = http://127.0.0.1:9\n',
        '[profile dev]\nendpoint_url = http://127.0.0.1:4\nservices = local\n',
        '[services local]\nsts =\n  endpoint_url = http://127.0.0.1:5\nelastic_load_balancing_v2 =\n  endpoint_url = http://127.0.0.1:6\n',
        '[profile deaf]\nendpoint_url = http://127.0.0.1:7\nignore_configured_endpoint_urls = true\n',
      ].join('\n'),
    );
    const files = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: join(folder.path, 'none') };
    const env = {
      ...files,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_EKS: 'http://127.0.0.1:2',
      AWS_ENDPOINT_URLS: 'x',
      AWS_ENDPOINT_URL_STS: '',
    };
    const listed = async (variables: Readonly<Record<string, string>>, profile?: string): Promise<readonly string[]> =>
      (await configuredEndpoints(variables, profile)).map(({ source, url, service = 'all' }) => `${service} ${url} by ${source}`);
    assert.deepEqual(await listed(env, 'dev'), [
      'EKS http://127.0.0.1:2 by AWS_ENDPOINT_URL_EKS',
      'all http://127.0.0.1:1 by AWS_ENDPOINT_URL',
      'STS http://127.0.0.1:5 by sts.endpoint_url of services local',
      'ELASTIC_LOAD_BALANCING_V2 http://127.0.0.1:6 by elastic_load_balancing_v2.endpoint_url of services local',
      'all http://127.0.0.1:4 by endpoint_url of profile dev',
    ]);
    assert.deepEqual(await listed(files), ['all http://127.0.0.1:9 by endpoint_url of profile default']);
    assert.deepEqual(await listed({ ...files, AWS_PROFILE: 'deaf' }), []);
    assert.deepEqual(await listed({ ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, 'dev'), []);
    assert.deepEqual(
      namedEndpoints('http://127.0.0.1:3/', await configuredEndpoints(files, undefined)).map(({ source, url }) => `${source} ${url}`),
      ['--endpoint http://127.0.0.1:3', 'endpoint_url of profile default http://127.0.0.1:9'],
    );
  });

  it('takes only http and https without a password in it', () => {
    for (const url of ['ftp://x', 'file:///etc/passwd', 'x', 'http://user:canary-password@x']) {
      assert.throws(
        () => namedEndpoints(url, []),
        (error: unknown) => error instanceof RunnerError && error.fields.exit === 2 && !error.message.includes('canary'),
      );
    }
  });

  it('are not given real credentials, unless told so', async () => {
    const variable = (source: string, url: string, service?: string): NamedEndpoint => ({ source, url, ...(service ? { service } : {}) });
    for (const endpoints of [
      namedEndpoints('http://127.0.0.1:1', []),
      namedEndpoints(undefined, [variable('AWS_ENDPOINT_URL', 'https://sts.amazonaws.com.evil.example')]),
      namedEndpoints(undefined, [variable('AWS_ENDPOINT_URL_IAM', 'http://x', 'IAM')]),
      namedEndpoints(undefined, [variable('endpoint_url of profile default', 'http://127.0.0.1:1')]),
    ]) {
      const error = await refusal(() => {
        checkEndpoints(endpoints, REAL, false);
      });
      assert.equal(error.fields.exit, 3);
      checkEndpoints(endpoints, REAL, true);
    }
    checkEndpoints(namedEndpoints('https://vpce-1.sts.us-west-2.vpce.amazonaws.com', []), REAL, false);
    checkEndpoints([], REAL, false);
  });

  it('of AWS are not given the credentials of a rehearsal', async () => {
    assert.ok(isRehearsalKey(REHEARSED));
    checkEndpoints(namedEndpoints('http://127.0.0.1:1', []), REHEARSED, false);
    for (const endpoints of [
      [],
      namedEndpoints(undefined, [{ source: 'AWS_ENDPOINT_URL_EKS', url: 'http://127.0.0.1:1', service: 'EKS' }]),
      namedEndpoints('https://sts.amazonaws.com', []),
    ]) {
      const error = await refusal(() => {
        checkEndpoints(endpoints, REHEARSED, true);
      });
      assert.equal(error.fields.exit, 3);
    }
  });
});
