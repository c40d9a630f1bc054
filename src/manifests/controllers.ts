import type { Json } from '../core/graph/resource.ts';
import { itemsAt } from './json.ts';
import type { PlacedObject } from './manifestObject.ts';
import type { ManifestSet } from './manifestSet.ts';
import { objectId } from './objectKey.ts';
import { grouped } from './grouped.ts';
import type { Reference } from './references.ts';
import type { GroupKind } from './scopes.ts';

/** A workload whose account may do what only the controller of a kind does. */
export interface Controller {
  readonly workload: PlacedObject;
  /** Whether its account may write the status or the finalizers of that kind in that namespace. */
  controls(kind: GroupKind, plural: string, namespace: string): boolean;
}

interface Right {
  /** Of a RoleBinding; undefined: everywhere. */
  readonly namespace: string | undefined;
  readonly role: PlacedObject;
}

/**
 * The controllers among the workloads of a set, told by the rights of their accounts: who may write `things/status` or
 * `things/finalizers` brings Things about (kubernetes.io, "Using RBAC Authorization": subresources). Who may write Things themselves
 * may as well be a user of them.
 */
export function controllersOf({ objects, references }: ManifestSet): readonly Controller[] {
  const bindings = references.filter(({ from }) => from.key.kind.endsWith('RoleBinding'));
  const roleOf = new Map(bindings.filter(({ to }) => to.kind.endsWith('Role')).map(({ from, to }) => [objectId(from.key), objectId(to)]));
  const roles = new Map(objects.filter(({ key }) => key.kind.endsWith('Role')).map((role) => [objectId(role.key), role]));
  const rights = grouped(
    bindings.filter(({ to }) => to.kind === 'ServiceAccount'),
    ({ to }) => objectId(to),
  );
  const rightsOf = ({ to }: Reference): readonly Right[] =>
    (rights.get(objectId(to)) ?? []).flatMap(({ from }) => {
      const role = roles.get(roleOf.get(objectId(from.key)) ?? '');
      return role === undefined ? [] : [{ role, namespace: from.key.kind === 'RoleBinding' ? from.key.namespace : undefined }];
    });
  return references
    .filter(({ from, to }) => to.kind === 'ServiceAccount' && from.key.group === 'apps')
    .map((account) => ({
      workload: account.from,
      controls: (kind, plural, namespace) =>
        rightsOf(account).some(
          (right) =>
            (right.namespace ?? namespace) === namespace && itemsAt(right.role.json, 'rules').some((rule) => brings(rule, kind, plural)),
        ),
    }));
}

/** A rule for every group is that of an administrator's tool. */
function brings(rule: Json, { group }: GroupKind, plural: string): boolean {
  const has = (property: string, ...values: readonly string[]): boolean =>
    itemsAt(rule, property).some((item) => typeof item === 'string' && values.includes(item));
  return (
    has('apiGroups', group) &&
    has('verbs', 'update', 'patch', '*') &&
    has('resources', `${plural}/status`, `${plural}/finalizers`, '*/status', '*/finalizers', '*')
  );
}
