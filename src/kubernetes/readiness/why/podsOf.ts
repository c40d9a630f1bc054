import { at, kindOf, listAt, nameOf, textAt } from '../fields.ts';

/** Labels by which the pods of a kind are known that has no selector of its own. */
const BY_LABEL: Readonly<Record<string, string>> = {
  Job: 'batch.kubernetes.io/job-name',
  // Argo Events, pkg/reconciler/{eventsource,sensor,eventbus}
  EventSource: 'eventsource-name',
  Sensor: 'sensor-name',
  EventBus: 'eventbus-name',
};

/** The pods that an object runs, out of those of its namespace. */
export function podsOf(object: object, pods: readonly object[]): readonly object[] {
  const inside = pods.filter((pod) => textAt(pod, 'metadata', 'namespace') === textAt(object, 'metadata', 'namespace'));
  const label = BY_LABEL[kindOf(object)];
  if (label !== undefined) return inside.filter((pod) => textAt(pod, 'metadata', 'labels', label) === nameOf(object));
  const selector = at(object, 'spec', 'selector');
  const wanted = at(selector, 'matchLabels');
  if (typeof wanted !== 'object' || wanted === null) return [];
  const labels = Object.entries(wanted);
  return inside.filter(
    (pod) =>
      labels.every(([key, value]) => textAt(pod, 'metadata', 'labels', key) === value) &&
      matchesAll(pod, listAt(selector, 'matchExpressions')),
  );
}

function matchesAll(pod: object, expressions: readonly unknown[]): boolean {
  return expressions.every((expression) => {
    const value = textAt(pod, 'metadata', 'labels', textAt(expression, 'key') ?? '');
    const values = listAt(expression, 'values');
    switch (textAt(expression, 'operator')) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}
