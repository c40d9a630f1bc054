import policyDocument from '../../../resources/iam-policy.json' with { type: 'json' };
import type { CliContext } from '../cliContext.ts';

/** The least IAM policy that the platform needs, ready for `aws iam create-policy`. */
export function policy({ output }: CliContext): number {
  output.result(JSON.stringify(policyDocument, null, 2));
  return 0;
}
