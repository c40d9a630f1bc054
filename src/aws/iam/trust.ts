import type { Json } from '../../core/graph/resource.ts';
import type { OidcOut } from '../outputs.ts';

/** Who may assume a role, as the JSON of its trust policy. */
export function serviceTrust(service: 'eks.amazonaws.com' | 'ec2.amazonaws.com'): Json {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }] };
}

/**
 * One service account of one cluster. Pinned to `sub` and to `aud`; the issuer keeps its path `/id/XXXX` and loses its scheme
 * (EKS user guide, "IAM roles for service accounts"). A cluster that was made again has another issuer: the trust must follow.
 */
export function webIdentityTrust(oidc: OidcOut, namespace: string, serviceAccount: string): Json {
  const issuer = withoutScheme(oidc.issuer);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: oidc.providerArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${issuer}:aud`]: 'sts.amazonaws.com',
            [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
          },
        },
      },
    ],
  };
}

/** `oidc.eks.us-west-2.amazonaws.com/id/XXXX`: how IAM writes an issuer in ARNs and in conditions. */
export function withoutScheme(issuer: string): string {
  return issuer.replace(/^https:\/\//, '');
}

/** The trust policy as IAM answers it: JSON, URL-encoded (RFC 3986). What cannot be read is `null`, and so differs from whatever is wanted. */
export function readTrust(document: string | undefined): Json {
  try {
    return document === undefined ? null : (JSON.parse(decodeURIComponent(document)) as Json);
  } catch {
    return null;
  }
}
