import type { Finding } from '../../core/findings/finding.ts';
import type { ResourceId } from '../../core/graph/resource.ts';
import { domainName } from './domainName.ts';

/**
 * The name servers that the public DNS gives for a domain, as the resolver of this machine answers; empty when the domain has
 * none, `undefined` when nobody could be asked.
 */
export type NameServersOf = (domain: string, signal: AbortSignal) => Promise<readonly string[] | undefined>;

/** A zone is in use once the registrar names its servers. Until then everything else goes on: only certificates and people wait for it. */
export function delegationFindings(
  resource: ResourceId,
  domain: string,
  ours: readonly string[],
  publicOnes: readonly string[] | undefined,
): readonly Finding[] {
  const servers = ours.join(', ');
  if (publicOnes === undefined) {
    const message = `Whether the registrar of ${domain} names its zone could not be asked: its name servers should be ${servers}.`;
    return [{ code: 'delegation-unknown', severity: 'information', resource, message }];
  }
  const theirs = new Set(publicOnes.map(domainName));
  if (ours.some((server) => theirs.has(domainName(server)))) return [];
  const now = theirs.size === 0 ? 'none' : [...theirs].sort().join(', ');
  const message = `${domain} does not lead to its zone yet: have your registrar name ${servers} (it names ${now}). Nothing waits for it but certificates.`;
  return [{ code: 'delegation-missing', severity: 'warning', resource, message }];
}
