import type { Finding } from '../../core/findings/finding.ts';
import type { Look } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { listVolumes } from './strayVolumes.ts';

/** So many claims are told by name. */
const TOLD = 5;
/** Tags that the external provisioner has the driver put on a volume (github.com/kubernetes-sigs/aws-ebs-csi-driver, "Tagging"). */
const NAMESPACE = 'kubernetes.io/created-for/pvc/namespace';
const NAME = 'kubernetes.io/created-for/pvc/name';

/** What of a person's data a destroy of the cluster takes along: its volumes, by the claims that they were made for. */
export async function lostData(scope: AwsScope, look: Look): Promise<readonly Finding[]> {
  const volumes = await listVolumes(scope, look);
  if (volumes.length === 0) return [];
  const gib = volumes.reduce((sum, { Size = 0 }) => sum + Size, 0);
  const names = volumes
    .map(({ VolumeId: id = '', Tags: tags = [] }) => {
      const tag = (key: string): string | undefined => tags.find(({ Key }) => Key === key)?.Value;
      return tag(NAME) === undefined ? id : `${tag(NAMESPACE) ?? 'default'}/${tag(NAME) ?? ''}`;
    })
    .sort();
  const more = names.length > TOLD ? ` and ${String(names.length - TOLD)} more` : '';
  const [what, them] = volumes.length === 1 ? ['1 volume', 'it'] : [`${String(volumes.length)} volumes`, 'them'];
  const claims = `${names.slice(0, TOLD).join(', ')}${more}`;
  const message = `The cluster takes ${what} of ${String(gib)} GiB along, and what is on ${them}: ${claims}. Save first what has to stay.`;
  return [{ code: 'data-lost', severity: 'warning', message }];
}
