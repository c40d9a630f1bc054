import { eksToken } from '../../aws/eksToken.ts';
import { configuredEndpoints } from '../../aws/configuredEndpoints.ts';
import { chainCredentials } from '../../runner/credentials.ts';
import { areAws, namedEndpoints } from '../../runner/endpoints.ts';
import type { CliContext } from '../cliContext.ts';
import { checkProfile, usageError } from '../usage.ts';

export interface TokenOptions {
  readonly cluster: string;
  readonly region: string;
  readonly profile?: string;
}

/** EKS CreateCluster: `^[0-9A-Za-z][A-Za-z0-9-_]*`, at most 100 characters. */
const CLUSTER = /^[0-9A-Za-z][\w-]{0,99}$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/**
 * An ExecCredential for kubectl and Helm: what `aws eks get-token` prints (client.authentication.k8s.io/v1beta1). It goes
 * to stdout for the program that asked, and nowhere else.
 */
export async function token(context: CliContext, options: TokenOptions): Promise<number> {
  const { cluster, region } = options;
  if (!CLUSTER.test(cluster)) throw usageError('--cluster is not the name of an EKS cluster.');
  if (!REGION.test(region)) throw usageError('--region is not an AWS region.');
  const profile = checkProfile(options.profile);
  const elsewhere = areAws(namedEndpoints(undefined, await configuredEndpoints(context.env, profile)));
  const { person, interrupts } = context;
  const credentials = await chainCredentials({ profile, region, elsewhere, person, signal: interrupts.signal }).provide();
  const made = await eksToken({ credentials, region, cluster, at: new Date() });
  context.output.json({
    kind: 'ExecCredential',
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    spec: {},
    status: { expirationTimestamp: made.expiresAt.toISOString().replace(/\.\d+Z$/, 'Z'), token: made.token },
  });
  return 0;
}
