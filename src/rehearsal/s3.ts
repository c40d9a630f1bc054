import { ListBuckets$, type ListBucketsOutput } from '@aws-sdk/client-s3';
import { byName, read, type Service } from './service.ts';
import type { World } from './world.ts';

/** The account owns no buckets yet; what matters is that the question is answered as S3 does. */
function listBuckets(world: World): ListBucketsOutput {
  return { Buckets: [], Owner: { ID: world.account.repeat(5), DisplayName: 'rehearsal' } };
}

export const S3: Service = {
  name: 's3',
  protocol: 'restXml',
  version: '2006-03-01',
  xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
  operations: byName([read(ListBuckets$, listBuckets)]),
};
