import type { Attributes } from '../../core/graph/resource.ts';
import type { KubernetesObject } from '../client.ts';
import { PLATFORM_LABEL } from '../platformLabel.ts';

const BELONGS_TO = 'belongsTo';

/**
 * Which tool says that the object is its own, in words, as far as it leaves a mark: Helm (its annotations of releases), Argo CD (its
 * instance label and its tracking id), another platform of ours; else whoever `app.kubernetes.io/managed-by` names.
 */
export function otherToolIn({ labels = {}, annotations = {} }: KubernetesObject['metadata']): Attributes {
  const release = annotations['meta.helm.sh/release-name'];
  const application = labels['argocd.argoproj.io/instance'] ?? annotations['argocd.argoproj.io/tracking-id']?.split(':')[0];
  const platform = labels[PLATFORM_LABEL];
  const owner =
    release !== undefined
      ? `Helm release ${release}`
      : application !== undefined
        ? `the Argo CD application ${application}`
        : platform !== undefined
          ? `the platform ${platform}`
          : labels['app.kubernetes.io/managed-by'];
  return owner === undefined ? {} : { [BELONGS_TO]: owner };
}

/** The same, read back from what was seen. */
export function otherTool(attributes: Attributes): string | undefined {
  const owner = attributes[BELONGS_TO];
  return typeof owner === 'string' ? owner : undefined;
}
