import type { Present } from '../../core/graph/resource.ts';
import type { KubernetesObject } from '../client.ts';

interface WithConditions extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[] };
}

interface Leaving extends Pick<Present, 'leaving' | 'cause'> {
  readonly state: 'pending';
  readonly reason: string;
}

/** Finalizers of the garbage collector: it takes them away by itself. */
const COLLECTORS = new Set(['foregroundDeletion', 'orphan']);

/** What is on its way out, and what keeps it: a finalizer is named with the way out, since its controller may be gone for good. */
export function leaving({ metadata, status }: WithConditions): Leaving {
  const held = status?.conditions?.find((each) => each.type === 'NamespaceFinalizersRemaining' && each.status === 'True')?.message;
  if (held !== undefined) return heldBy(held, 'the finalizers that it names');
  const finalizer = metadata.finalizers?.find((each) => !COLLECTORS.has(each));
  if (finalizer !== undefined) return heldBy(`the finalizer ${finalizer} keeps it`, finalizer);
  return { state: 'pending', leaving: true, reason: 'it is being deleted' };
}

function heldBy(reason: string, finalizers: string): Leaving {
  const message = `If the controller of ${finalizers} is gone for good, take the finalizer out with kubectl edit: then it is deleted.`;
  return { state: 'pending', leaving: true, reason, cause: { code: 'kubernetes-finalizer', message } };
}
