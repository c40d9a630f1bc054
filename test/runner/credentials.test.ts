import assert from 'node:assert/strict';
import { SignedOut } from '../../src/core/graph/errors.ts';
import { loginCommand, signedOut } from '../../src/runner/credentials.ts';
import { failureOf, RunnerError } from '../../src/runner/runnerError.ts';

describe('credentials in words', () => {
  // Texts of the SDK's providers (3.1169).
  const cases: readonly (readonly [string, string | undefined, string])[] = [
    ['Could not load credentials from any providers', undefined, 'no-credentials'],
    ['Could not resolve credentials using profile: [dev] in configuration/credentials file(s).', 'dev', 'no-credentials'],
    [
      'The SSO session associated with this profile has expired. To refresh this SSO session run aws sso login with the corresponding profile.',
      'dev',
      'sso-expired',
    ],
    [
      "The SSO session token associated with profile=dev was not found or is invalid. To refresh this SSO session run 'aws sso login' with the corresponding profile.",
      'dev',
      'sso-expired',
    ],
    ['Profile dev requires multi-factor authentication, but no MFA code callback was provided.', 'dev', 'mfa-refused'],
    ['MultiFactorAuthentication failed with invalid MFA one time pass code.', 'dev', 'mfa-refused'],
  ];
  for (const [text, profile, code] of cases) {
    it(`${code}: ${text.slice(0, 60)}`, () => {
      const error = signedOut(new Error(text), profile);
      assert.equal(error.code, code);
      assert.ok(error.next !== undefined && error.message.length + error.next.length < 200);
      assert.equal(failureOf(error).exit, 4);
    });
  }

  it('name the line that signs in without a browser on this machine', () => {
    assert.equal(loginCommand('dev'), 'aws sso login --use-device-code --profile dev');
  });

  it('a run that ended signed out for a reason of its own tells that reason', () => {
    const guard = new RunnerError('other account', { code: 'guard', exit: 3 });
    assert.equal(failureOf(new SignedOut('expired', { cause: guard })).exit, 3);
  });
});

describe('failures as plain data', () => {
  it('carry no stack and no error object', () => {
    const failure = failureOf(new SignedOut('gone', { cause: new Error('canary-inner') }));
    assert.doesNotMatch(JSON.stringify(failure), /canary-inner|\bat /);
  });

  it('say a full or read-only disk in one sentence', () => {
    for (const code of ['ENOSPC', 'EROFS', 'EACCES']) {
      const failure = failureOf(Object.assign(new Error(`${code}: raw`), { code, path: '/state/x' }));
      assert.equal(failure.exit, 2);
      assert.match(failure.message, /: \/state\/x\.$/);
      assert.doesNotMatch(failure.message, /raw|\bE[A-Z]{4,}\b/);
    }
  });
});
