import type { CommandLine } from '../../core/graph/resource.ts';
import type { ManifestObject } from '../../manifests/manifestObject.ts';
import { groupKind } from '../../manifests/objectKey.ts';
import { FIELD_MANAGER } from '../client.ts';
import { PLATFORM_LABEL } from '../platformLabel.ts';
import { isEarly, labelled } from './traits.ts';

const APPLY = ['kubectl', 'apply', '--server-side', '--field-manager', FIELD_MANAGER, '-f'];

/** What can be waited for by `kubectl rollout status`. */
const ROLLS_OUT: ReadonlySet<string> = new Set(['Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps']);

/**
 * What a person would type for an object: its file, the label without which it would be somebody else's afterwards, and the wait for what
 * others build on. A Namespace comes on its own, since it is often written in no file, and others need it before the rest of its own; so does what platform.yml says otherwise than its file.
 */
export function objectLines(object: ManifestObject, label: string): readonly CommandLine[] {
  const { key, json, source } = object;
  const labels = { [PLATFORM_LABEL]: label };
  if (groupKind(key) === 'Namespace' || object.differsFromFile === true)
    return [{ stdin: JSON.stringify(labelled(json, labels)), argv: [...APPLY, '-'] }];
  return [
    [...APPLY, source.file],
    ['kubectl', 'label', '--overwrite', '-f', source.file, `${PLATFORM_LABEL}=${label}`],
    ...waitFor(object),
  ];
}

function waitFor(object: ManifestObject): readonly CommandLine[] {
  const { kind, namespace, name } = object.key;
  if (isEarly(object)) return [['kubectl', 'wait', '--for', 'condition=Established', `crd/${name}`]];
  if (!ROLLS_OUT.has(groupKind(object.key))) return [];
  return [['kubectl', 'rollout', 'status', `${kind.toLowerCase()}/${name}`, '--namespace', namespace]];
}
