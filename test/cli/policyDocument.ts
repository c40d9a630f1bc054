import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** IAM's service prefix of each client that the product uses. */
const PREFIX: Readonly<Record<string, string>> = {
  ec2: 'ec2',
  eks: 'eks',
  iam: 'iam',
  sts: 'sts',
  'elastic-load-balancing': 'elasticloadbalancing',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  'route-53': 'route53',
  'service-quotas': 'servicequotas',
  pricing: 'pricing',
};

/** Clients that speak to no account: S3's is MinIO's, through a port of the cluster. */
const ELSEWHERE: ReadonlySet<string> = new Set(['s3']);

/** Actions that AWS asks for beside the operation's own (Service Authorization Reference: "dependent actions"), and what needs none. */
const DEPENDENT: Readonly<Record<string, readonly string[]>> = {
  'iam:CreateRole': ['iam:TagRole'],
  'iam:CreateOpenIDConnectProvider': ['iam:TagOpenIDConnectProvider'],
  'eks:CreateCluster': ['eks:TagResource', 'iam:PassRole', 'iam:CreateServiceLinkedRole'],
  'eks:CreateNodegroup': ['iam:PassRole', 'iam:CreateServiceLinkedRole'],
  'eks:CreateAddon': ['iam:PassRole'],
  'ec2:CreateVpc': ['ec2:CreateTags'],
  'ec2:AllocateAddress': ['ec2:CreateTags'],
};

/** Every AWS operation that the source sends, as IAM actions: from the command classes that it imports. */
export function actionsInSource(folder: string): ReadonlySet<string> {
  const actions = new Set<string>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.startsWith('rehearsal')) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, names = '', client = ''] of text.matchAll(/import\s*\{([^}]*)\}\s*from\s*'@aws-sdk\/client-([\w-]+)'/g)) {
      if (ELSEWHERE.has(client)) continue;
      // Buckets are in the store of the cluster, which knows nothing of IAM.
      if (client === 's3') continue;
      const prefix = PREFIX[client];
      for (const [, sent, paged] of names.matchAll(/\b(?:([A-Z]\w*)Command|paginate([A-Z]\w*))\b/g)) {
        const operation = sent ?? paged ?? '';
        if (prefix === undefined) throw new Error(`${file} sends ${operation} with client-${client}, whose IAM prefix is not known here`);
        actions.add(`${prefix}:${operation}`);
      }
    }
  }
  return actions;
}

/** The actions of `operations` with those that depend on them. */
export function withDependent(operations: ReadonlySet<string>): readonly string[] {
  return [...new Set([...operations, ...[...operations].flatMap((action) => DEPENDENT[action] ?? [])])].sort();
}

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** The least policy for `actions`: roles and identity providers by name, passing a role to EKS and EC2 alone, the rest by action. */
export function policyFor(actions: readonly string[]): PolicyDocument {
  const isRole = (action: string): boolean =>
    /^iam:.*Role(s|Polic|Permissions|$)/.test(action) &&
    !['iam:PassRole', 'iam:CreateServiceLinkedRole', 'iam:ListRoles', 'iam:GetRole'].includes(action);
  const isProvider = (action: string): boolean =>
    action.startsWith('iam:') && action.includes('OpenIDConnectProvider') && !action.includes('List');
  const special = ['iam:PassRole', 'iam:CreateServiceLinkedRole'];
  const rest = actions.filter((action) => !isRole(action) && !isProvider(action) && !special.includes(action));
  const isRead = (action: string): boolean => /:(Describe|Get|List|Simulate|Decode)/.test(action);
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Look', Effect: 'Allow', Action: rest.filter(isRead), Resource: '*' },
      { Sid: 'Change', Effect: 'Allow', Action: rest.filter((action) => !isRead(action)), Resource: '*' },
      { Sid: 'Roles', Effect: 'Allow', Action: actions.filter(isRole), Resource: 'arn:aws:iam::*:role/slipway-*' },
      { Sid: 'IdentityProvider', Effect: 'Allow', Action: actions.filter(isProvider), Resource: 'arn:aws:iam::*:oidc-provider/oidc.eks.*' },
      {
        Sid: 'PassRoles',
        Effect: 'Allow',
        Action: ['iam:PassRole'],
        Resource: 'arn:aws:iam::*:role/slipway-*',
        Condition: { StringEquals: { 'iam:PassedToService': ['eks.amazonaws.com', 'ec2.amazonaws.com'] } },
      },
      {
        Sid: 'ServiceRoles',
        Effect: 'Allow',
        Action: ['iam:CreateServiceLinkedRole'],
        Resource: 'arn:aws:iam::*:role/aws-service-role/*',
        Condition: {
          StringEquals: {
            'iam:AWSServiceName': [
              'eks.amazonaws.com',
              'eks-nodegroup.amazonaws.com',
              'spot.amazonaws.com',
              'autoscaling.amazonaws.com',
              'elasticloadbalancing.amazonaws.com',
            ],
          },
        },
      },
    ],
  };
}
