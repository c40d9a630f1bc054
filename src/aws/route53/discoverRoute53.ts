import { paginateListHostedZones, type HostedZone } from '@aws-sdk/client-route-53';
import type { AnyResource, Look } from '../../core/graph/resource.ts';
import type { AwsScope } from '../awsScope.ts';
import { readAll } from '../pages.ts';
import { leftRecords } from './domainRecords.ts';
import { bareId, domainName } from './domainName.ts';
import { leftZone, ownerOfZone } from './hostedZone.ts';
import { ownershipName, readOwnership } from './ownership.ts';
import { recordSetsOf } from './recordSets.ts';

/** Zones of others that are looked into for records of ours; Route 53 takes five requests a second of the whole account. */
const MOST_ZONES = 20;

/** Zones that this platform made, and its records in whatever zone. @throws Unseen, SignedOut */
export async function discoverRoute53(scope: AwsScope, look: Look): Promise<readonly AnyResource[]> {
  const { aws, identity } = scope;
  const zones = await look.share('route53:zones', () =>
    readAll(
      aws,
      look,
      (o) => paginateListHostedZones({ client: aws.route53 }, {}, o),
      (page) => page.HostedZones,
    ),
  );
  const isOurs = (zone: HostedZone): boolean => ownerOfZone(zone, identity.platform) === 'slipway';
  const open = zones.filter(({ Config }) => Config?.PrivateZone !== true);
  const looked = [...open.filter(isOurs), ...open.filter((zone) => !isOurs(zone)).slice(0, MOST_ZONES)];
  const found = await Promise.all(
    looked.map(async (zone): Promise<readonly AnyResource[]> => {
      const [domain, id] = [domainName(zone.Name ?? ''), bareId(zone.Id ?? '')];
      const own = isOurs(zone) ? [leftZone(scope, domain)] : [];
      const texts = await recordSetsOf(scope, id, ownershipName(domain), look);
      const records = texts.some((set) => readOwnership(set)?.platform === identity.platform);
      return [
        ...own,
        ...(records
          ? [
              leftRecords(
                scope,
                domain,
                id,
                own.map((each) => each.id),
              ),
            ]
          : []),
      ];
    }),
  );
  return found.flat();
}
