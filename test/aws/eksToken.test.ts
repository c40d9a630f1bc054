import assert from 'node:assert/strict';
import { eksToken, tokenSource } from '../../src/aws/eksToken.ts';

/** aws-iam-authenticator `pkg/token/token.go`: every other parameter is a 401. */
const ALLOWED = new Set([
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
]);
const at = new Date('2026-11-22T12:00:00Z');
const credentials = { accessKeyId: 'AKIDCANARY', secretAccessKey: 'canary-secret', sessionToken: 'canary/session+token==' };
const request = { credentials, region: 'us-west-2', cluster: 'cauchy', at };

function urlOf(token: string): URL {
  return new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
}

describe('eksToken', () => {
  it('is a presigned GetCallerIdentity with the whitelisted parameters and no other', async () => {
    const { token } = await eksToken(request);
    const url = urlOf(token);
    assert.equal(`${url.protocol}//${url.host}${url.pathname}`, 'https://sts.us-west-2.amazonaws.com/');
    const names = [...url.searchParams.keys()].map((key) => key.toLowerCase());
    assert.deepEqual(new Set(names), ALLOWED);
    assert.equal(names.length, ALLOWED.size, 'no parameter twice');
    assert.equal(url.searchParams.get('X-Amz-SignedHeaders'), 'host;x-k8s-aws-id');
    assert.equal(url.searchParams.get('X-Amz-Expires'), '60');
    assert.equal(url.searchParams.get('X-Amz-Date'), '20261122T120000Z');
    assert.equal(url.searchParams.get('X-Amz-Security-Token'), credentials.sessionToken);
  });

  it('is base64url without padding, whatever the length of what it encodes', async () => {
    for (const cluster of ['c', 'cl', 'clu', 'clus']) {
      const { token } = await eksToken({ ...request, credentials: { ...credentials, accessKeyId: `AKID${cluster}` }, cluster });
      assert.match(token, /^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
    }
  });

  it('binds the signature to the cluster', async () => {
    const signature = async (cluster: string): Promise<string | null> =>
      urlOf((await eksToken({ ...request, cluster })).token).searchParams.get('X-Amz-Signature');
    assert.notEqual(await signature('cauchy'), await signature('other'));
  });

  it('counts as valid for 14 minutes', async () => {
    assert.equal((await eksToken(request)).expiresAt.toISOString(), '2026-11-22T12:14:00.000Z');
  });

  it('refuses to make a token longer than the authenticator takes', async () => {
    await assert.rejects(eksToken({ ...request, credentials: { ...credentials, sessionToken: 'x'.repeat(4000) } }), /too long/);
  });
});

describe('tokenSource', () => {
  const source = (changes: { offset?: number } = {}) => {
    const state = { now: at.getTime(), key: 'AKIDONE' };
    const tokens = tokenSource({
      region: 'us-west-2',
      cluster: 'cauchy',
      credentials: () => Promise.resolve({ accessKeyId: state.key, secretAccessKey: 'canary-secret' }),
      now: () => state.now,
      clockOffset: () => changes.offset ?? 0,
    });
    return { state, tokens };
  };

  it('keeps a token for less than 13 minutes', async () => {
    const { state, tokens } = source();
    const first = await tokens.token();
    state.now += 13 * 60_000 - 1;
    assert.equal(await tokens.token(), first);
    state.now += 1;
    assert.notEqual(await tokens.token(), first);
  });

  it('signs anew when the credentials were renewed', async () => {
    const { state, tokens } = source();
    const first = await tokens.token();
    state.key = 'AKIDTWO';
    assert.notEqual(await tokens.token(), first);
  });

  it('is dated by the clock of AWS, not by ours', async () => {
    const { tokens } = source({ offset: -3_600_000 });
    assert.equal(urlOf(await tokens.token()).searchParams.get('X-Amz-Date'), '20261122T110000Z');
  });
});
