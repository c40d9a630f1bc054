import { isList, isObject, objectIn, textIn, without } from './json.ts';
import type { Json, JsonObject, KubeObject } from './json.ts';
import { apiVersionOf } from './kinds.ts';
import type { ServedKind } from './kinds.ts';

/**
 * An object as one of the versions that its kind is served in: most differ in `apiVersion` alone, as custom resources without a
 * conversion webhook do.
 */
export function converted(object: KubeObject, kind: ServedKind): KubeObject {
  const apiVersion = apiVersionOf(kind);
  if (object.apiVersion === apiVersion) return object;
  if (kind.kind === 'Event') return kind.group === '' ? coreEvent(object) : newEvent(object);
  if (kind.kind === 'HorizontalPodAutoscaler') return kind.version === 'v1' ? firstAutoscaler(object) : secondAutoscaler(object);
  return { ...object, apiVersion };
}

/** What is kept is the version that discovery prefers. */
export function stored(object: KubeObject, kind: ServedKind): KubeObject {
  if (kind.kind === 'Event' && kind.group !== '') return coreEvent(object);
  return kind.kind === 'HorizontalPodAutoscaler' && kind.version === 'v1' ? secondAutoscaler(object) : object;
}

/** events.k8s.io/v1 → v1 (kubernetes/kubernetes, `pkg/apis/events/v1/conversion.go`). */
function coreEvent(event: KubeObject): KubeObject {
  const {
    note,
    regarding,
    reportingController,
    deprecatedSource,
    deprecatedCount,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    ...rest
  } = event;
  return {
    ...identity(event, rest, 'v1'),
    ...given({
      message: note,
      involvedObject: regarding,
      reportingComponent: reportingController,
      source: deprecatedSource,
      count: deprecatedCount,
      firstTimestamp: deprecatedFirstTimestamp,
      lastTimestamp: deprecatedLastTimestamp,
    }),
  };
}

function newEvent(event: KubeObject): KubeObject {
  const { message, involvedObject, reportingComponent, source, count, firstTimestamp, lastTimestamp, ...rest } = event;
  return {
    ...identity(event, rest, 'events.k8s.io/v1'),
    ...given({
      note: message,
      regarding: involvedObject,
      reportingController: reportingComponent,
      deprecatedSource: source,
      deprecatedCount: count,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
    }),
  };
}

/** autoscaling/v1 knows one metric: the CPU. */
function firstAutoscaler(object: KubeObject): KubeObject {
  const spec = objectIn(object, 'spec');
  const metrics = spec['metrics'];
  const cpu = (isList(metrics) ? metrics.filter(isObject) : []).find((each) => textIn(objectIn(each, 'resource'), 'name') === 'cpu');
  const target = objectIn(objectIn(cpu, 'resource'), 'target')['averageUtilization'];
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    spec: { ...without(spec, 'metrics', 'behavior'), ...(target !== undefined && { targetCPUUtilizationPercentage: target }) },
  };
}

function secondAutoscaler(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = objectIn(object, 'spec');
  const cpu = (averageUtilization: Json): JsonObject => ({
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
  });
  return { ...object, apiVersion: 'autoscaling/v2', spec: { ...spec, ...(target !== undefined && { metrics: [cpu(target)] }) } };
}

function identity(object: KubeObject, rest: JsonObject, apiVersion: string): KubeObject {
  return { ...rest, apiVersion, kind: object.kind, metadata: object.metadata };
}

function given(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
