import { DeleteVolumeCommand, paginateDescribeVolumes, type Volume } from '@aws-sdk/client-ec2';
import type { Look, StepContext } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { remove } from '../errors.ts';
import { readAll } from '../pages.ts';
import { ofPlatform } from './kind.ts';
import type { Stray } from './stray.ts';

/** Volumes that the EBS CSI add-on made: it is told to put the platform's tag on them (`extraVolumeTags`). */
export async function listVolumes(scope: AwsScope, look: Look): Promise<readonly Volume[]> {
  const { aws } = scope;
  const all = await look.share('ec2:volumes', () =>
    readAll(
      aws,
      look,
      (o) => paginateDescribeVolumes({ client: aws.ec2 }, { Filters: ofPlatform(scope) }, o),
      (page) => page.Volumes,
    ),
  );
  return all.filter((volume) => volume.State !== 'deleting' && volume.State !== 'deleted');
}

export async function volumesOf(scope: AwsScope, look: Look): Promise<readonly Stray[]> {
  const volumes = await listVolumes(scope, look);
  return volumes.flatMap(({ VolumeId: id, State, Attachments }): readonly Stray[] => {
    if (id === undefined) return [];
    return State === 'in-use' ? [{ id, heldBy: Attachments?.[0]?.InstanceId ?? 'an instance' }] : [{ id }];
  });
}

export async function deleteVolume({ aws }: AwsScope, { id }: Stray, ctx: StepContext): Promise<void> {
  await remove(aws, ctx, (o) => aws.ec2.send(new DeleteVolumeCommand({ VolumeId: id }), o));
}
