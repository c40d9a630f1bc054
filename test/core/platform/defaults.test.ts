import assert from 'node:assert/strict';
import { parsePlatform } from '../../../src/core/platform/parsePlatform.ts';
import type { PlatformSpec } from '../../../src/core/platform/platformSpec.ts';

function spec(yaml: string): PlatformSpec {
  const parsed = parsePlatform(`name: cauchy\nregion: us-west-2\n${yaml}`, '/p/platform.yml');
  assert.ok(parsed.spec, JSON.stringify(parsed.findings));
  return parsed.spec;
}

describe('defaults of platform.yml', () => {
  it('are the runbook’s', () => {
    assert.deepEqual(spec(''), {
      name: 'cauchy',
      region: 'us-west-2',
      tags: {},
      network: {
        cidr: '10.0.0.0/16',
        zones: 2,
        natGateways: 'perZone',
        s3Endpoint: false,
        public: ['10.0.0.0/20', '10.0.128.0/20'],
        private: ['10.0.16.0/20', '10.0.144.0/20'],
      },
      cluster: { version: 'latest', endpoint: { public: true, private: true, publicCidrs: ['0.0.0.0/0'] }, admins: [], addons: {} },
      compute: { instanceTypes: ['t3.small'], capacity: 'spot', min: 12, desired: 14, max: 16, desiredWritten: false },
      stages: {},
    });
  });

  it('leave what is written as it is', () => {
    const written = spec(`
id: k3f9x2
account: "012345678901"
profile: ops
domain: cauchy.link
tags: { team: data, empty: "" }
iam: { permissionsBoundary: arn:aws:iam::012345678901:policy/path/boundary }
network: { cidr: 10.1.0.0/16, zones: [usw2-az1, usw2-az3], natGateways: single, s3Endpoint: true, public: [10.1.0.0/24, 10.1.1.0/24], private: [10.1.32.0/20, 10.1.48.0/20] }
cluster: { version: "1.35", endpoint: { public: true, private: false, publicCidrs: [203.0.113.0/24] }, admins: [arn:aws:iam::012345678901:role/a/ops], addons: { vpc-cni: { version: v1.20.1-eksbuild.1, configuration: { env: { ENABLE_PREFIX_DELEGATION: "true", N: 1, L: [null, true] } } }, metrics-server: } }
compute: { instanceTypes: [t3.medium, t3a.medium], capacity: onDemand, min: 2, desired: 3, max: 4 }
tls: { email: ops@cauchy.link, issuer: letsencrypt-staging }
minio: { endpoint: https://minio.cauchy.link }
manifests: navier
stages:
  sentry: { chart: sentry/helm, values: [sentry/helm/override.yml], namespace: sentry }
  mlflow: { title: MLflow, requires: [minio], manifests: mlflow }
  kafka: { enabled: false }
  services: { enabled: false }
`);
    assert.equal(written.account, '012345678901');
    assert.deepEqual(written.tags, { team: 'data', empty: '' });
    assert.equal(written.permissionsBoundary, 'arn:aws:iam::012345678901:policy/path/boundary');
    assert.deepEqual(written.network.zones, ['usw2-az1', 'usw2-az3']);
    assert.deepEqual(written.network.public, ['10.1.0.0/24', '10.1.1.0/24']);
    assert.deepEqual(written.cluster.addons, {
      'vpc-cni': { version: 'v1.20.1-eksbuild.1', configuration: { env: { ENABLE_PREFIX_DELEGATION: 'true', N: 1, L: [null, true] } } },
      'metrics-server': {},
    });
    assert.deepEqual(written.compute, {
      instanceTypes: ['t3.medium', 't3a.medium'],
      capacity: 'onDemand',
      min: 2,
      desired: 3,
      max: 4,
      desiredWritten: true,
    });
    assert.deepEqual(written.tls, { email: 'ops@cauchy.link', issuer: 'letsencrypt-staging' });
    assert.deepEqual(written.minio, { endpoint: 'https://minio.cauchy.link' });
    assert.deepEqual(written.stages['mlflow'], { enabled: true, title: 'MLflow', requires: ['minio'], manifests: 'mlflow' });
    assert.deepEqual(written.stages['kafka'], { enabled: false });
  });

  describe('subnets', () => {
    it('are derived for more zones', () => {
      const { network } = spec('network: { zones: 3 }');
      assert.deepEqual(network.public, ['10.0.0.0/20', '10.0.64.0/20', '10.0.128.0/20']);
      assert.deepEqual(network.private, ['10.0.16.0/20', '10.0.80.0/20', '10.0.144.0/20']);
    });

    it('are derived for another VPC', () => {
      const { network } = spec('network: { cidr: 10.7.0.0/18 }');
      assert.deepEqual(network.public, ['10.7.0.0/20', '10.7.32.0/20']);
      assert.deepEqual(network.private, ['10.7.16.0/20', '10.7.48.0/20']);
    });

    it('give way to those that are written', () => {
      const { network } = spec('network: { private: [10.0.0.0/18, 10.0.128.0/18] }');
      assert.deepEqual(network.public, ['10.0.64.0/20', '10.0.80.0/20']);
    });

    it('tell the number of zones', () => {
      const { network } = spec('network: { public: [10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24] }');
      assert.equal(network.zones, 3);
      assert.equal(network.private.length, 3);
    });
  });

  describe('sizes of the node group', () => {
    const cases: readonly (readonly [string, readonly [number, number, number]])[] = [
      ['{}', [12, 14, 16]],
      ['{ max: 4 }', [4, 4, 4]],
      ['{ min: 2, max: 4 }', [2, 4, 4]],
      ['{ min: 20 }', [20, 20, 20]],
      ['{ desired: 3 }', [3, 3, 16]],
      ['{ desired: 30 }', [12, 30, 30]],
      ['{ min: 0, max: 40 }', [0, 14, 40]],
    ];
    for (const [yaml, [min, desired, max]] of cases) {
      it(`${yaml} means ${min} ≤ ${desired} ≤ ${max}`, () => {
        const { compute } = spec(`compute: ${yaml}`);
        assert.deepEqual([compute.min, compute.desired, compute.max], [min, desired, max]);
      });
    }
  });

  it('follow aliases', () => {
    const { network } = spec(
      'network: { public: &two [10.0.0.0/20, 10.0.32.0/20], cidr: 10.0.0.0/16 }\ncluster: { endpoint: { publicCidrs: [&office 203.0.113.0/24] } }\ntags: { office: *office }',
    );
    assert.equal(network.public[1], '10.0.32.0/20');
    assert.equal(spec('tags: { a: &x one, b: *x }').tags['b'], 'one');
  });

  it('let sections be empty', () => {
    assert.deepEqual(spec('tags:\nnetwork:\ncluster:\n  admins:\ncompute:\nstages:\n  kafka:\n'), {
      ...spec(''),
      stages: { kafka: { enabled: true } },
    });
  });

  it('read CRLF and a byte order mark', () => {
    const { spec: read, findings } = parsePlatform(
      '\ufeffname: cauchy\r\nregion: us-west-2\r\ncompute:\r\n  max: 0\r\n',
      '/p/platform.yml',
    );
    assert.equal(read, undefined);
    assert.deepEqual(findings.find(({ code }) => code === 'platform.number')?.range?.start, { line: 4, column: 8 });
  });
});
