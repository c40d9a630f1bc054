import { token } from '../core/findings/token.ts';
import type { JsonPath } from './manifestObject.ts';
import { groupOf } from './objectKey.ts';
import type { ObjectKey } from './objectKey.ts';

/** RFC 1123, as `k8s.io/apimachinery/pkg/util/validation` checks it. */
const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const subdomain = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const kindName = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
const version = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** Kinds whose names are only a segment of a URL: `system:node`, `v1beta1.metrics.k8s.io`. */
const pathSegment: readonly string[] = ['rbac.authorization.k8s.io'];
/** Kinds whose names become labels of DNS. */
const labelled: readonly string[] = ['Namespace', 'Service'];

export interface NameProblem {
  readonly message: string;
  readonly path: JsonPath;
}

/** Why the API server would refuse the names of an object; also what keeps a URL that is made of them what it is. */
export function nameProblem(key: ObjectKey, apiVersion: string): NameProblem | undefined {
  const group = groupOf(apiVersion);
  if (
    (group !== '' && !subdomain.test(group)) ||
    (apiVersion.includes('/') && group === '') ||
    !version.test(apiVersion.slice(apiVersion.indexOf('/') + 1))
  ) {
    return { message: `${token(apiVersion)} is no version of an API: write one such as v1 or apps/v1.`, path: ['apiVersion'] };
  }
  if (!kindName.test(key.kind)) return { message: `${token(key.kind)} is no kind: write one such as Deployment.`, path: ['kind'] };
  if (key.namespace !== '' && !label.test(key.namespace))
    return { message: words(key.namespace, 'namespace', 63), path: ['metadata', 'namespace'] };
  const path = ['metadata', 'name'];
  if (pathSegment.includes(key.group)) {
    const isSegment = key.name.length <= 253 && key.name !== '.' && key.name !== '..' && !/[/%]/.test(key.name);
    return isSegment ? undefined : { message: `${token(key.name)} is no name: it is at most 253 characters long, without / and %.`, path };
  }
  if (key.group === '' && labelled.includes(key.kind))
    return label.test(key.name) ? undefined : { message: words(key.name, 'name', 63), path };
  return subdomain.test(key.name) ? undefined : { message: words(key.name, 'name', 253), path };
}

function words(text: string, what: string, longest: number): string {
  const others = longest === 63 ? '"-"' : '"-" and "."';
  return `${token(text)} is no ${what}: it has at most ${String(longest)} small letters, digits, ${others}, and begins and ends with a letter or digit.`;
}
