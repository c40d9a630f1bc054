import assert from 'node:assert/strict';
import type { CallerOut } from '../../src/aws/outputs.ts';
import { REHEARSAL_KEY_PREFIX } from '../../src/rehearsal/folderWorld.ts';
import { checkEndpoints, isRehearsalKey, namedEndpoints } from '../../src/runner/endpoints.ts';
import { guard, stableIdentity, type GuardOptions } from '../../src/runner/guard.ts';
import type { Person } from '../../src/runner/person.ts';
import { Pins } from '../../src/runner/pins.ts';
import type { Questions } from '../../src/runner/protocol.ts';
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
    const endpoints = namedEndpoints(undefined, { AWS_ENDPOINT_URL_EKS: 'https://eks.example' });
    await guard(CALLER, options(folder.path, person, { endpoints }));
    assert.equal(person.asked[0]?.endpoint, 'AWS_ENDPOINT_URL_EKS=https://eks.example');
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
  it('finds every address that the environment names', () => {
    const env = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_EKS: 'http://127.0.0.1:2',
      AWS_ENDPOINT_URLS: 'x',
      AWS_ENDPOINT_URL_STS: '',
    };
    assert.deepEqual(
      namedEndpoints('http://127.0.0.1:3/', env).map(({ source, url }) => `${source} ${url}`),
      ['--endpoint http://127.0.0.1:3', 'AWS_ENDPOINT_URL http://127.0.0.1:1', 'AWS_ENDPOINT_URL_EKS http://127.0.0.1:2'],
    );
  });

  it('takes only http and https without a password in it', () => {
    for (const url of ['ftp://x', 'file:///etc/passwd', 'x', 'http://user:canary-password@x']) {
      assert.throws(
        () => namedEndpoints(url, {}),
        (error: unknown) => error instanceof RunnerError && error.fields.exit === 2 && !error.message.includes('canary'),
      );
    }
  });

  it('are not given real credentials, unless told so', async () => {
    for (const [argument, env] of [
      ['http://127.0.0.1:1', {}],
      [undefined, { AWS_ENDPOINT_URL: 'https://sts.amazonaws.com.evil.example' }],
      [undefined, { AWS_ENDPOINT_URL_IAM: 'http://x' }],
    ] as const) {
      const endpoints = namedEndpoints(argument, env);
      const error = await refusal(() => {
        checkEndpoints(endpoints, REAL, false);
      });
      assert.equal(error.fields.exit, 3);
      checkEndpoints(endpoints, REAL, true);
    }
    checkEndpoints(namedEndpoints('https://vpce-1.sts.us-west-2.vpce.amazonaws.com', {}), REAL, false);
    checkEndpoints([], REAL, false);
  });

  it('of AWS are not given the credentials of a rehearsal', async () => {
    assert.ok(isRehearsalKey(REHEARSED));
    checkEndpoints(namedEndpoints('http://127.0.0.1:1', {}), REHEARSED, false);
    for (const endpoints of [
      [],
      namedEndpoints(undefined, { AWS_ENDPOINT_URL_EKS: 'http://127.0.0.1:1' }),
      namedEndpoints('https://sts.amazonaws.com', {}),
    ]) {
      const error = await refusal(() => {
        checkEndpoints(endpoints, REHEARSED, true);
      });
      assert.equal(error.fields.exit, 3);
    }
  });
});
