import { nearest } from '../../findings/nearest.ts';
import { token } from '../../findings/token.ts';
import { computeSizes } from '../computeSizes.ts';
import { instanceTypeNames, instanceTypeOf, instanceTypesAsOf, podsOnEveryNode, workloadSlots } from '../instanceTypes.ts';
import type { InstanceType } from '../instanceTypes.ts';
import { platformKeys } from '../keys.ts';
import type { WrittenPlatform } from '../keys.ts';
import { hasPrefixDelegation, podsOf, runbookPods } from '../podSlots.ts';
import type { Report } from './report.ts';

/** A node must have room for a CoreDNS or CSI controller pod and for one of the platform's, or the group is all overhead. */
const fewestWorkloadSlots = 2;
/** The node group: how many nodes, and whether pods find room on them. */
export function checkCompute(written: WrittenPlatform, report: Report): void {
  checkSizes(written.compute, report);
  const names = written.compute?.instanceTypes ?? platformKeys.keys.compute.keys.instanceTypes.default;
  const types = names.flatMap((name, index) => (name === undefined ? [] : (checkType(name, index, report) ?? [])));
  const smallest = types.reduce<InstanceType | undefined>(
    (least, type) => (least === undefined || type.pods < least.pods ? type : least),
    undefined,
  );
  if (smallest === undefined || workloadSlots(smallest) < fewestWorkloadSlots) return;
  const { max } = computeSizes(written.compute);
  const prefixDelegation = hasPrefixDelegation(written.cluster?.addons?.['vpc-cni']?.configuration);
  const slots = max * (podsOf(smallest, prefixDelegation) - podsOnEveryNode);
  if (slots < runbookPods.least) {
    report.add(
      'information',
      'platform.pod-slots',
      ['compute'],
      `${max} nodes of ${smallest.name} have room for ${slots} pods besides the add-ons; the runbook's whole platform takes about ${runbookPods.least}.`,
    );
  }
}

function checkSizes(compute: WrittenPlatform['compute'], report: Report): void {
  const { min, desired, max } = computeSizes(compute);
  if (min > max) {
    report.add(
      'error',
      'platform.node-count',
      ['compute', 'min'],
      `"compute.min" is ${min} and must not be more than "compute.max", which is ${max}.`,
    );
  } else if (desired < min || desired > max) {
    report.add(
      'error',
      'platform.node-count',
      ['compute', 'desired'],
      `"compute.desired" is ${desired} and must be from ${min} to ${max}, the written minimum and maximum.`,
    );
  } else if (max < 2) {
    report.add(
      'warning',
      'platform.few-nodes',
      ['compute', 'max'],
      'One node is no platform: it is gone with its spot instance, and the add-ons want two.',
    );
  }
}

function checkType(name: string, index: number, report: Report): InstanceType | undefined {
  const path = ['compute', 'instanceTypes', index];
  const type = instanceTypeOf(name);
  if (type === undefined) {
    unknownType(name, path, report);
    return undefined;
  }
  if (type.architecture !== 'x86_64') {
    report.add(
      'error',
      'platform.instance-architecture',
      path,
      `${name} is ${type.architecture}; the nodes run AL2023 for x86_64: choose such a type.`,
    );
  }
  if (workloadSlots(type) < fewestWorkloadSlots) {
    report.add(
      'error',
      'platform.instance-pods',
      path,
      `${name} has ${type.pods} pod slots and the add-ons take ${podsOnEveryNode} on every node: choose a larger type such as t3.small.`,
    );
  }
  return type;
}

/** Of a family that the table knows, every size is in it; an unknown family may be newer than the table. */
function unknownType(name: string, path: readonly (string | number)[], report: Report): void {
  const [family = ''] = name.split('.');
  const known = instanceTypeNames.filter((other) => other.startsWith(`${family}.`));
  const close = nearest(name, known.length > 0 ? known : instanceTypeNames);
  const hint = close === undefined ? 'check the name.' : `did you mean ${close}?`;
  const fix = close === undefined ? undefined : report.replace(`Change to ${close}`, path, close);
  report.add(
    known.length > 0 ? 'error' : 'warning',
    'platform.unknown-instance-type',
    path,
    `AWS had no instance type ${token(name)} on ${instanceTypesAsOf}: ${hint}`,
    fix,
  );
}
