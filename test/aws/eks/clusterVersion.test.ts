import assert from 'node:assert/strict';
import { clusterVersion } from '../../../src/aws/eks/clusterVersion.ts';
import { fails, lookWith, scriptedAws } from '../scriptedAws.ts';
import { eksScope } from './eksScope.ts';

const now = Date.parse('2026-11-22');
const version = (clusterVersion: string, end: string) => ({ clusterVersion, endOfStandardSupportDate: new Date(end) });
const CALENDAR: Readonly<Record<string, readonly object[]>> = {
  STANDARD_SUPPORT: [version('1.36', '2027-08-02'), version('1.35', '2027-03-27'), version('1.34', '2026-12-02')],
  EXTENDED_SUPPORT: [version('1.33', '2026-07-29')],
};

async function findings(written: string, running?: string): Promise<readonly (readonly [string, string])[]> {
  const { aws } = scriptedAws({
    DescribeCluster: running === undefined ? fails('ResourceNotFoundException') : () => ({ cluster: { name: 'cauchy', version: running } }),
    DescribeClusterVersions: (input) => ({ clusterVersions: CALENDAR[String(Reflect.get(input, 'versionStatus'))] ?? [] }),
  });
  const found = await clusterVersion(eksScope(aws), { version: written, now: () => now }).check?.(lookWith(), 'apply');
  return (found ?? []).map(({ severity, message }) => [severity, message]);
}

describe('the Kubernetes version in EKS’s calendar', () => {
  it('is an error where no cluster can be made with what is written', async () => {
    assert.deepEqual(await findings('1.20'), [
      ['error', 'EKS makes no cluster of Kubernetes 1.20. Write cluster.version: latest, or "1.36".'],
    ]);
  });

  it('is warned of in extended support, also where the cluster runs it', async () => {
    const warning = ['warning', 'Kubernetes 1.33 is out of standard support: AWS upgrades the cluster by itself. The newest is 1.36.'];
    assert.deepEqual(await findings('1.33'), [warning]);
    assert.deepEqual(await findings('latest', '1.33'), [warning]);
    assert.equal((await findings('1.20', '1.20'))[0]?.[0], 'warning', 'a cluster that is there is never refused for its age');
  });

  it('is told with its date near the end of standard support', async () => {
    assert.deepEqual(await findings('1.34'), [
      [
        'information',
        'Standard support of Kubernetes 1.34 ends on 2026-12-02; the newest is 1.36. AWS upgrades the cluster by itself then.',
      ],
    ]);
  });

  it('that is newer than the one that runs informs', async () => {
    assert.deepEqual(await findings('latest', '1.35'), [
      ['information', 'Kubernetes 1.36 is there; the cluster runs 1.35 and stays on it.'],
    ]);
    assert.deepEqual(await findings('latest', '1.36'), []);
    assert.deepEqual(await findings('1.35'), []);
    assert.deepEqual(await findings('latest'), []);
  });
});
