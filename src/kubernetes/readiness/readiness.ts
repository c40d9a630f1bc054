import { groupOf, kindOf } from './fields.ts';
import { generic } from './kstatus/generic.ts';
import { readyCondition } from './kstatus/readyCondition.ts';
import { notOlder } from './additions/notOlder.ts';
import { ruleOf } from './rules.ts';
import type { Readiness } from './verdict.ts';

export type { Readiness, ReadinessStatus } from './verdict.ts';

/**
 * Whether an object is as its own controller wants it. Pure. First what kstatus says (sigs.k8s.io/cli-utils, pkg/kstatus, in its order:
 * generic checks, the kind's rule, else the condition `Ready`), then what we know better about the kind (`additions/`).
 *
 * @param object as the API server sent it; `undefined`: it is not there.
 * @param now milliseconds since the epoch, by the clock that dates the objects.
 */
export function readiness(object: object | undefined, now: number): Readiness {
  if (object === undefined) return { status: 'NotFound', reason: 'NotFound', message: 'not there' };
  const { rule, addition } = ruleOf(groupOf(object), kindOf(object));
  const said = generic(object) ?? (rule ?? readyCondition)(object, now);
  const ours = addition?.(object, said, now) ?? said;
  return notOlder(object, ours);
}
