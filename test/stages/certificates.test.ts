import assert from 'node:assert/strict';
import { parsePlatform } from '../../src/core/platform/parsePlatform.ts';
import type { PlatformSpec } from '../../src/core/platform/platformSpec.ts';
import type { PlacedObject } from '../../src/manifests/manifestObject.ts';
import { manifestSet, type ManifestSet } from '../../src/manifests/manifestSet.ts';
import { objectId } from '../../src/manifests/objectKey.ts';
import { arrange } from '../../src/stages/arrangement.ts';
import { issuerFindings, otherIssuers, waitsForDns, weeklyLimits } from '../../src/stages/certificates.ts';

const spec = (tls: string): PlatformSpec => {
  const parsed = parsePlatform(`name: cauchy\nregion: us-west-2\ndomain: cauchy.link\nmanifests: .\n${tls}`, '/p/platform.yml').spec;
  assert.ok(parsed !== undefined);
  return parsed;
};
const issuer = (name: string, server: string): string =>
  `apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: { name: ${name} }\nspec: { acme: { server: "https://${server}/directory" } }\n`;
const PROD = issuer('letsencrypt-prod', 'acme-v02.api.letsencrypt.org');
const STAGING = issuer('letsencrypt-staging', 'acme-staging-v02.api.letsencrypt.org');
const SELF = 'apiVersion: cert-manager.io/v1\nkind: Issuer\nmetadata: { name: own, namespace: mer }\nspec: { selfSigned: {} }\n';
const certificate = (name: string, kind: string, of: string): string =>
  `apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: ${name}, namespace: mer }\nspec: { issuerRef: { kind: ${kind}, name: ${of} } }\n`;
const INGRESS =
  'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: a, namespace: mer, annotations: { cert-manager.io/cluster-issuer: letsencrypt-prod } }\nspec: { tls: [{ hosts: [a.b.c], secretName: a }, { hosts: [d.b.c], secretName: d }] }\n';

const setOf = (...texts: readonly string[]): ManifestSet =>
  manifestSet([{ stage: 'tls', files: [{ path: 'all.yml', file: '/p/all.yml', text: texts.join('---\n') }] }]);
const named = ({ objects }: ManifestSet, name: string): PlacedObject => {
  const found = objects.find(({ key }) => key.name === name);
  assert.ok(found);
  return found;
};
const others = (tls: string, ...texts: readonly string[]): readonly string[] =>
  otherIssuers(spec(tls), setOf(...texts).objects).map(({ key }) => key.name);

describe('issuers', () => {
  it('only the one that tls.issuer names must be ready; without the key it is letsencrypt-prod', () => {
    assert.deepEqual(others('tls: { issuer: letsencrypt-staging }\n', PROD, STAGING), ['letsencrypt-prod']);
    assert.deepEqual(others('', PROD, STAGING), ['letsencrypt-staging']);
  });

  it('the one that is asked for comes first', () => {
    const asked = arrange(spec('tls: { issuer: letsencrypt-staging }\n'), setOf(PROD, STAGING), []).after;
    assert.deepEqual(asked.get('ClusterIssuer.cert-manager.io/letsencrypt-prod'), ['ClusterIssuer.cert-manager.io/letsencrypt-staging']);
    assert.equal(asked.get('ClusterIssuer.cert-manager.io/letsencrypt-staging'), undefined);
  });

  it('where tls.issuer names none all must be ready, and a warning says so', () => {
    const start = { line: 1, column: 1 };
    const range = { file: '/p/platform.yml', start, end: start };
    const asked = spec('tls: { issuer: letsencrypt }\n');
    assert.deepEqual(others('tls: { issuer: letsencrypt }\n', PROD, STAGING), []);
    assert.deepEqual(issuerFindings(asked, setOf(PROD, STAGING), range), [
      {
        code: 'platform.issuer-unknown',
        severity: 'warning',
        message:
          'No manifest of the stage tls defines a ClusterIssuer "letsencrypt": there is letsencrypt-prod, letsencrypt-staging, and all must be ready.',
        range,
      },
    ]);
    assert.deepEqual(issuerFindings(asked, setOf(PROD), undefined), [], 'nobody wrote it');
    assert.deepEqual(issuerFindings(spec('tls: { issuer: letsencrypt-prod }\n'), setOf(PROD), range), []);
  });

  it('the weekly limits of Let’s Encrypt are told of its production alone, with how many are asked for', () => {
    const set = setOf(PROD, STAGING, INGRESS, certificate('c', 'ClusterIssuer', 'letsencrypt-prod'));
    const start = { line: 1, column: 1 };
    const chart = {
      stage: 'sentry',
      release: 'sentry',
      namespace: 'sentry',
      chart: { kind: 'folder', folder: '/charts' },
      values: { ingress: { annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt-prod' }, tls: [{ hosts: ['s.b.c'] }] } },
      range: { file: '/p/platform.yml', start, end: start },
    } as const;
    assert.deepEqual(
      weeklyLimits(named(set, 'letsencrypt-prod'), set, [chart]).map(({ severity, message }) => `${severity}: ${message}`),
      [
        'information: letsencrypt-prod: Let’s Encrypt gives 5 certificates a week for the same names and 50 for one domain; this platform asks for 4. Made anew for the sixth time in a week it gets none: try with staging first.',
      ],
    );
    assert.deepEqual(weeklyLimits(named(set, 'letsencrypt-staging'), set, [chart]), []);
    assert.deepEqual(weeklyLimits(named(set, 'letsencrypt-prod'), setOf(PROD), []), [], 'nobody asks for any');
  });
});

describe('a Certificate', () => {
  const set = setOf(
    PROD,
    SELF,
    certificate('acme', 'ClusterIssuer', 'letsencrypt-prod'),
    certificate('signed', 'Issuer', 'own'),
    certificate('elsewhere', 'ClusterIssuer', 'other'),
  );

  it('waits for DNS where its issuer is ACME’s, or nobody knows', () => {
    const waiting = set.objects.filter((object) => waitsForDns(object, set)).map(({ key }) => objectId(key));
    assert.deepEqual(waiting, ['Certificate.cert-manager.io/mer/acme', 'Certificate.cert-manager.io/mer/elsewhere']);
  });
});
