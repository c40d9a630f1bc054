import { token } from '../../findings/token.ts';
import { contains, formatCidr, network, parseCidr } from '../cidr.ts';
import type { WrittenPlatform } from '../keys.ts';
import { platformKeys } from '../keys.ts';
import type { Report } from './report.ts';

/** RFC 1918 and RFC 6598: nobody comes from there over the Internet. */
const internal = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].flatMap((text) => parseCidr(text) ?? []);
const openToAll = '0.0.0.0/0';

/** Who can reach the Kubernetes API. */
export function checkCluster(written: WrittenPlatform, report: Report): void {
  const defaults = platformKeys.keys.cluster.keys.endpoint.keys;
  const endpoint = written.cluster?.endpoint ?? {};
  const isPublic = endpoint.public ?? defaults.public.default;
  const path = ['cluster', 'endpoint'];
  if (!isPublic && !(endpoint.private ?? defaults.private.default)) {
    report.add('error', 'platform.endpoint-closed', path, 'The cluster would have no endpoint at all: let "public" or "private" be true.');
  } else if (!isPublic) {
    report.add(
      'warning',
      'platform.endpoint-private',
      path,
      'The Kubernetes API answers inside the VPC only: run Slipway there, or name a way in with --kubeconfig.',
    );
  }
  const publicCidrs = endpoint.publicCidrs ?? defaults.publicCidrs.default;
  if (isPublic && publicCidrs.includes(openToAll)) {
    report.add(
      'information',
      'platform.endpoint-open',
      [...path, 'publicCidrs'],
      'The Kubernetes API can be reached from everywhere, by those who can sign in: "cluster.endpoint.publicCidrs" narrows it.',
    );
  }
  for (const [index, text] of (endpoint.publicCidrs ?? []).entries()) if (text !== undefined) checkPublicCidr(text, index, report);
}

function checkPublicCidr(text: string, index: number, report: Report): void {
  const path = ['cluster', 'endpoint', 'publicCidrs', index];
  const cidr = parseCidr(text);
  if (cidr === undefined) return;
  const canonical = formatCidr(network(cidr));
  if (canonical !== text) {
    report.add(
      'error',
      'platform.cidr-canonical',
      path,
      `${token(text)} has address bits beyond its prefix: write ${canonical}.`,
      report.replace(`Change to ${canonical}`, path, canonical),
    );
  }
  if (internal.some((block) => contains(block, cidr))) {
    report.add(
      'warning',
      'platform.cidr-internal',
      path,
      `${token(text)} holds no address of the Internet: write the public addresses that you come from.`,
    );
  }
}
