import { request } from 'node:https';
import { stateFrom } from '../../src/rehearsal/random.ts';
import type { FileOf } from '../kubernetes/objects/objectGraph.ts';
import type { ControlPlane } from './controlPlane.ts';

interface Written {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
}

/** What a thousand objects are told apart by, and who has signed for what stands behind their webhook. */
export interface Many {
  /** Of every name in it that the whole cluster sees. */
  readonly prefix: string;
  /** PEM. */
  readonly certificateAuthority: string;
}

const SPACES = 10;
const DEFINITIONS = 10;
const FILES = 40;
/** In each namespace. */
const EACH = { settings: 29, accounts: 20, roles: 19, widgets: 10 } as const;
const RBAC = 'rbac.authorization.k8s.io';

export const groupOf = ({ prefix }: Pick<Many, 'prefix'>): string => `${prefix}.example.invalid`;
/** Where the webhook's backend is. */
export const hookSpaceOf = ({ prefix }: Pick<Many, 'prefix'>): string => `${prefix}-hook`;

const range = <T>(count: number, make: (at: number) => T): readonly T[] => Array.from({ length: count }, (_, at) => make(at));

/**
 * 1,000 objects that need each other: namespaces, definitions and objects of their kinds, accounts with roles and bindings, settings,
 * and a strict webhook that is asked about the custom objects and settings of every other namespace, with the Deployment behind it.
 */
export function manyObjects(many: Many): readonly Written[] {
  const spaces = range(SPACES, (at) => `${many.prefix}-${at}`);
  return [
    ...range(DEFINITIONS, (at) => definition(many, at)),
    ...webhook(many),
    ...spaces.flatMap((namespace, at) => [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { asked: at % 2 === 0 ? many.prefix : 'nobody' } } },
      ...membersOf(many, namespace),
    ]),
  ];
}

function membersOf(many: Many, namespace: string): readonly Written[] {
  const metadata = (kind: string, at: number) => ({ name: `${kind}-${at}`, namespace, labels: { many: many.prefix } });
  return [
    ...range(EACH.settings, (at) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata('settings', at),
      data: { text: 'x'.repeat(1024) },
    })),
    ...range(EACH.accounts, (at) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('account', at) })),
    ...range(EACH.roles, (at) => ({
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata: metadata('role', at),
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
    })),
    ...range(EACH.roles, (at) => ({
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: metadata('binding', at),
      roleRef: { apiGroup: RBAC, kind: 'Role', name: `role-${at}` },
      subjects: [{ kind: 'ServiceAccount', name: `account-${at}`, namespace }],
    })),
    ...range(EACH.widgets, (at) => ({
      apiVersion: `${groupOf(many)}/v1`,
      kind: `Widget${at % DEFINITIONS}`,
      metadata: metadata('widget', at),
      spec: { size: at },
    })),
  ];
}

function definition(many: Many, at: number): Written {
  const [plural, kind] = [`widget${at}s`, `Widget${at}`];
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${groupOf(many)}` },
    ...{
      spec: {
        group: groupOf(many),
        scope: 'Namespaced',
        names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    },
  };
}

/** Ten objects. */
function webhook(many: Many): readonly Written[] {
  const namespace = hookSpaceOf(many);
  const labels = { app: 'admission' };
  const container = { name: 'main', image: 'example.invalid/admission:1', envFrom: [{ configMapRef: { name: 'settings-0' } }] };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...range(6, (at) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `settings-${at}`, namespace },
      data: { at: String(at) },
    })),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'admission', namespace },
      ...{
        spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'admission', namespace },
      ...{ spec: { selector: labels, ports: [{ port: 443, targetPort: 8443 }] } },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: many.prefix },
      ...{
        webhooks: [
          {
            name: `asked.${groupOf(many)}`,
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            clientConfig: {
              service: { namespace, name: 'admission', path: `/${many.prefix}` },
              caBundle: Buffer.from(many.certificateAuthority).toString('base64'),
            },
            namespaceSelector: { matchLabels: { asked: many.prefix } },
            // not about what the cluster's own controllers put into every namespace
            objectSelector: { matchLabels: { many: many.prefix } },
            rules: [
              { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
              { apiGroups: [groupOf(many)], apiVersions: ['v1'], operations: ['CREATE'], resources: ['*'] },
            ],
          },
        ],
      },
    },
  ];
}

/** How many creations of `manyObjects` its webhook is asked about. */
export const ASKED = (SPACES / 2) * (EACH.settings + EACH.widgets);

/** In forty files, in an order that has nothing to do with what needs what; another for each seed. */
export function inAnyOrder(objects: readonly object[], stage: string, seed: number): readonly FileOf[] {
  const drawn = (...words: readonly string[]): number => stateFrom(seed, ...words);
  const shuffled = objects
    .map((object) => ({ object, at: drawn(JSON.stringify(object)) }))
    .sort((a, b) => a.at - b.at)
    .map(({ object }) => object);
  return range(FILES, (file) => ({
    path: `${drawn('file', String(file))}.yml`,
    stage,
    documents: shuffled.filter((_, at) => at % FILES === file),
  }));
}

/** Plays a machine for the Deployment behind the webhook: kwok runs its pods. */
export function startNode({
  server,
  token,
  certificateAuthority,
}: Pick<ControlPlane, 'server' | 'token' | 'certificateAuthority'>): Promise<void> {
  const room = { cpu: '32', memory: '64Gi', pods: '110' };
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'one' }, status: { capacity: room, allocatable: room } });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    request(`${server}/api/v1/nodes`, { method: 'POST', ca: certificateAuthority, headers }, (answer) => {
      answer.resume().on('end', () => (answer.statusCode === 201 ? resolve() : reject(new Error(`no node: ${answer.statusCode ?? 0}`))));
    })
      .on('error', reject)
      .end(body);
  });
}
