import { cidrPattern } from './cidr.ts';

/** How a text must be written. `pattern` is anchored, and means the same in JavaScript and in JSON Schema. */
export interface Format {
  readonly pattern: string;
  /** Completes "must be …". */
  readonly says: string;
  /** A likely intended text for one that does not match; offered as a fix only if it matches itself. */
  readonly mend?: (text: string) => string;
}

const iamArn = 'arn:(aws|aws-us-gov):iam::';
const dnsLabel = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const trimmed = (text: string): string => text.trim();
const lowerCased = (text: string): string => text.trim().toLowerCase();
const dashed = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** Access entries refuse sessions. The roles of SSO have a path that the ARN of a session does not tell. */
const roleOfSession = (text: string): string =>
  text.trim().replace(/^arn:(aws|aws-us-gov):sts::([0-9]{12}):assumed-role\/(?!AWSReservedSSO_)([^/]+)\/.*$/, 'arn:$1:iam::$2:role/$3');

/** None of them lets a text begin with `-`: a name never becomes an option of a program. */
export const formats = {
  /** EKS API reference, CreateCluster `name`. */
  clusterName: {
    pattern: '^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$',
    says: 'up to 100 letters, digits, "-" and "_", the first a letter or digit',
    mend: (text: string) =>
      text
        .trim()
        .replace(/[^0-9A-Za-z_-]+/g, '-')
        .replace(/^[-_]+/, '')
        .slice(0, 100),
  },
  platformId: {
    pattern: '^[a-z0-9]{1,20}$',
    says: 'up to 20 lower-case letters and digits',
    mend: (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, ''),
  },
  region: {
    pattern: '^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$',
    says: 'an AWS region such as us-west-2',
    mend: (text: string) => lowerCased(text).replaceAll('_', '-'),
  },
  account: {
    pattern: '^[0-9]{12}$',
    says: 'the twelve digits of an AWS account, in quotes',
    mend: (text: string) => text.replace(/[\s-]/g, ''),
  },
  profile: {
    pattern: '^[0-9A-Za-z_][0-9A-Za-z_+=,.@:/-]{0,127}$',
    says: 'the name of a profile of the AWS configuration, not beginning with "-"',
    mend: trimmed,
  },
  domain: {
    pattern: `^(?=.{1,253}$)(${dnsLabel}\\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$`,
    says: 'a domain such as example.com, in lower case, without scheme, path or final dot',
    mend: (text: string) =>
      lowerCased(text)
        .replace(/^[a-z]+:\/\//, '')
        .replace(/[/:].*$/, '')
        .replace(/^\*?\.|\.$/g, ''),
  },
  policyArn: { pattern: `^${iamArn}([0-9]{12}|aws):policy/[0-9A-Za-z_+=,.@/-]{1,512}$`, says: 'the ARN of an IAM policy', mend: trimmed },
  principalArn: {
    pattern: `^${iamArn}[0-9]{12}:(user|role)/[0-9A-Za-z_+=,.@/-]{1,512}$`,
    says: 'the ARN of an IAM role (with its path) or user, not of a session',
    mend: roleOfSession,
  },
  email: {
    pattern: '^[^\\s@<>"]{1,64}@([A-Za-z0-9-]+\\.)+[A-Za-z]{2,63}$',
    says: 'an e-mail address',
    mend: (text: string) => text.trim().replace(/^mailto:/, ''),
  },
  /** Requests to it are signed with keys of the platform: in the clear only to this machine. */
  httpsAddress: {
    pattern: `^(https://${dnsLabel}(\\.${dnsLabel})*|http://(localhost|127\\.0\\.0\\.1))(:[0-9]{1,5})?$`,
    says: 'an https address such as https://minio.example.com, without a path (http only for 127.0.0.1)',
    mend: (text: string) =>
      text
        .trim()
        .replace(/^(?!https?:)([^/:]+\.)/, 'https://$1')
        .replace(/^(\w+:\/\/[^/]+)\/.*$/, '$1'),
  },
  /** Kubernetes: DNS-1123 subdomain. */
  objectName: {
    pattern: `^(?=.{1,253}$)${dnsLabel}(\\.${dnsLabel})*$`,
    says: 'a Kubernetes name: lower-case letters, digits, "-" and "."',
    mend: lowerCased,
  },
  /** Kubernetes: DNS-1123 label. */
  namespace: { pattern: `^${dnsLabel}$`, says: 'a Kubernetes namespace: up to 63 lower-case letters, digits and "-"', mend: dashed },
  stageId: { pattern: '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$', says: 'up to 40 lower-case letters, digits and "-"', mend: dashed },
  title: { pattern: '^\\P{C}{1,60}$', says: 'one line of up to 60 characters' },
  kubernetesVersion: {
    pattern: '^(latest|1\\.[0-9]{2})$',
    says: 'latest, or a minor version in quotes such as "1.35"',
    mend: (text: string) => /1\.\d\d/.exec(text)?.[0] ?? text.trim().toLowerCase(),
  },
  /** EKS API reference, CreateAddon `addonName`. */
  addonName: { pattern: '^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$', says: 'the name of an EKS add-on such as vpc-cni' },
  addonVersion: {
    pattern: '^v[0-9]+\\.[0-9]+\\.[0-9]+-eksbuild\\.[0-9]+$',
    says: 'a version of an EKS add-on such as v1.20.1-eksbuild.1',
    mend: (text: string) => `v${trimmed(text).replace(/^v/, '')}`,
  },
  instanceType: {
    pattern: '^[a-z][a-z0-9-]*\\.[a-z0-9-]+$',
    says: 'an EC2 instance type such as t3.small',
    mend: (text: string) => lowerCased(text).replace(/[ _]/, '.'),
  },
  /** Names of zones (`us-west-2a`) mean another place in each account; ids do not. */
  zoneId: {
    pattern: '^[a-z]+[0-9]+-az[0-9]+$',
    says: 'the id of a zone such as usw2-az1 (a name such as us-west-2a means another place in each account)',
    mend: lowerCased,
  },
  cidr: { pattern: cidrPattern, says: 'a block of IPv4 addresses such as 10.0.0.0/16', mend: trimmed },
  path: { pattern: '^[^\\u0000-\\u001f\\u007f]{1,1024}$', says: 'a path' },
  tagKey: { pattern: '^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,128}$', says: 'a tag key: up to 128 letters, digits, spaces and _ . : / = + - @' },
  tagValue: {
    pattern: '^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{0,256}$',
    says: 'a tag value: up to 256 letters, digits, spaces and _ . : / = + - @',
  },
} satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

const compiled = new Map<FormatName, RegExp>();

/** Whether `text` is written in that format. */
export function matches(format: FormatName, text: string): boolean {
  let pattern = compiled.get(format);
  if (pattern === undefined) {
    pattern = new RegExp(formats[format].pattern, 'u');
    compiled.set(format, pattern);
  }
  return pattern.test(text);
}

/** A text in that format that was probably meant, if there is one. */
export function mended(format: FormatName, text: string): string | undefined {
  const { mend }: Format = formats[format];
  const better = mend?.(text.slice(0, 2000));
  return better !== undefined && better !== text && matches(format, better) ? better : undefined;
}
