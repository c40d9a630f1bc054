import assert from 'node:assert/strict';
import type { Volume } from '@aws-sdk/client-ec2';
import { lostData } from '../../../src/aws/ec2/lostData.ts';
import { priceBook } from '../../../src/aws/prices.ts';
import { lookWith, scriptedAws } from '../scriptedAws.ts';

async function told(volumes: readonly Volume[]): Promise<readonly string[]> {
  const { aws } = scriptedAws({ DescribeVolumes: () => ({ Volumes: volumes }) });
  const scope = { aws, identity: { platform: 'cauchy', tags: {} }, prices: priceBook('us-west-2') };
  return (await lostData(scope, lookWith())).map(({ severity, message }) => `${severity}: ${message}`);
}

const volume = (id: string, claim?: string): Volume => ({
  VolumeId: id,
  Size: 8,
  State: 'in-use',
  Tags:
    claim === undefined
      ? []
      : [
          { Key: 'kubernetes.io/created-for/pvc/namespace', Value: 'minio' },
          { Key: 'kubernetes.io/created-for/pvc/name', Value: claim },
        ],
});

describe('data that goes with a cluster', () => {
  it('is told by claim, and by id where no claim is known', async () => {
    assert.deepEqual(await told([volume('vol-2'), volume('vol-1', 'data-minio-0')]), [
      'warning: The cluster takes 2 volumes of 16 GiB along, and what is on them: minio/data-minio-0, vol-2. Save first what has to stay.',
    ]);
    assert.match((await told([volume('vol-1')]))[0] ?? '', /takes 1 volume of 8 GiB along, and what is on it: vol-1\./);
  });

  it('is told by five names and a number', async () => {
    const many = Array.from({ length: 7 }, (_, index) => volume(`vol-${String(index)}`));
    assert.match((await told(many))[0] ?? '', /vol-0, vol-1, vol-2, vol-3, vol-4 and 2 more\./);
  });

  it('is nothing where there is no volume, or only those that are on their way out', async () => {
    assert.deepEqual(await told([]), []);
    assert.deepEqual(await told([{ ...volume('vol-1'), State: 'deleting' }]), []);
  });
});
