import type { AwsCredentialIdentity } from '@smithy/types';
import type { ConfiguredEndpoint } from '../aws/configuredEndpoints.ts';
import { RunnerError } from './runnerError.ts';

/** AWS at another address, and who named it: `--endpoint`, a variable, or the person's AWS configuration. */
export type NamedEndpoint = ConfiguredEndpoint;

/** All addresses that are not AWS's own, the argument's first: what is in this list is used, and nothing else. @throws RunnerError exit 2 for one that is none */
export function namedEndpoints(argument: string | undefined, configured: readonly ConfiguredEndpoint[]): readonly NamedEndpoint[] {
  const named = [...(argument === undefined ? [] : [{ source: '--endpoint', url: argument }]), ...configured];
  return named.map((each) => ({ ...each, url: checked(each.source, each.url) }));
}

/** Whether all of them are AWS's own, a VPC endpoint for instance. */
export const areAws = (endpoints: readonly NamedEndpoint[]): boolean => endpoints.every(({ url }) => isAws(url));

function checked(source: string, url: string): string {
  const parsed = URL.parse(url);
  if (
    parsed === null ||
    (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') ||
    parsed.username !== '' ||
    parsed.password !== ''
  ) {
    throw new RunnerError(`${source} is not an http or https address.`, {
      code: 'bad-endpoint',
      exit: 2,
      next: 'Write it as http://HOST:PORT.',
    });
  }
  return parsed.href.replace(/\/$/, '');
}

const isAws = (url: string): boolean => /(^|\.)(amazonaws\.com|api\.aws)$/.test(new URL(url).hostname);

/** Access key ids of a rehearsed world begin so (`REHEARSAL_KEY_PREFIX` of rehearsal/folderWorld.ts; a test holds the two together). */
const REHEARSAL_KEY = /^AKIAREHEARSAL/;

export const isRehearsalKey = (credentials: Pick<AwsCredentialIdentity, 'accessKeyId'>): boolean =>
  REHEARSAL_KEY.test(credentials.accessKeyId);

/**
 * A session token sent to an address that is not AWS's travels to whoever listens there; a rehearsal's key sent to AWS
 * tells of a mix-up.
 * @throws RunnerError exit 3, before any request is made.
 */
export function checkEndpoints(
  endpoints: readonly NamedEndpoint[],
  credentials: Pick<AwsCredentialIdentity, 'accessKeyId'>,
  allowed: boolean,
): void {
  const custom = endpoints.filter(({ url }) => !isAws(url));
  if (isRehearsalKey(credentials)) {
    // A single service's override leaves all others at AWS.
    if (custom.some(({ service }) => service === undefined)) return;
    throw new RunnerError("These are a rehearsal's credentials, and this run would go to AWS.", {
      code: 'rehearsal-credentials',
      exit: 3,
      next: 'Add --rehearsal, or sign in to the real account.',
      expected: { endpoint: 'a rehearsal' },
      actual: { endpoint: 'AWS' },
    });
  }
  const [first] = custom;
  if (first !== undefined && !allowed) {
    throw new RunnerError(`${first.source} sends your AWS credentials to ${first.url}, which is not AWS.`, {
      code: 'custom-endpoint',
      exit: 3,
      next: `Take ${first.source} away, or add --allow-custom-endpoint if you trust that address with them.`,
      expected: { endpoint: 'AWS' },
      actual: { endpoint: first.url },
    });
  }
}
