import type { KubernetesClient } from '../kubernetes/client.ts';
import { claimManifest, CLAIM_PATH, says, type ClaimObject, type ClusterClaim } from '../kubernetes/clusterProof.ts';
import { RunnerError } from './runnerError.ts';

/** The consent for a cluster that says nothing. */
export const ADOPT_CLUSTER = 'adopt:kubernetes';

/**
 * A cluster that a kubeconfig names could be any: it has to prove that it is this platform's. One that says nothing is
 * claimed with a consent of its own, given beforehand (`allow`) or by `ask`, and proves itself from then on.
 * @throws RunnerError exit 3 when it is another's, exit 2 without consent; Unseen when it cannot be reached.
 */
export async function proveCluster(
  client: Pick<KubernetesClient, 'get' | 'apply'>,
  claim: ClusterClaim,
  allow: readonly string[],
  ask: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const found = await client.get<ClaimObject>(CLAIM_PATH, signal);
  const said = found?.data ?? {};
  const expected: Readonly<Record<string, string>> = { ...claim };
  if (found !== undefined) {
    if (says(found, claim)) return;
    throw refusal(
      'The cluster that --kubeconfig names belongs to another platform: nothing was changed.',
      expected,
      said,
      'Name the kubeconfig of this platform’s cluster.',
    );
  }
  if (!allow.includes(ADOPT_CLUSTER) && !(await ask())) {
    throw new RunnerError('The cluster that --kubeconfig names does not say whose it is: nothing was changed.', {
      code: 'consent',
      exit: 2,
      next: `If it is this platform's, add --allow ${ADOPT_CLUSTER}`,
      expected,
      actual: {},
    });
  }
  await client.apply(CLAIM_PATH, claimManifest(claim), signal);
}

function refusal(
  message: string,
  expected: Readonly<Record<string, string>>,
  actual: Readonly<Record<string, string>>,
  next: string,
): RunnerError {
  return new RunnerError(message, { code: 'guard', exit: 3, next, expected, actual });
}
