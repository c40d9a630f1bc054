import { at, listAt, nameOf, numberAt, textAt } from '../fields.ts';
import { whyClaimWaits } from './claim.ts';
import type { Evidence } from './evidence.ts';

/**
 * Why the scheduler finds no node, from its own words: `0/14 nodes are available: 12 Too many pods, 2 node(s) had untolerated taint
 * {…}. preemption: …` (kube-scheduler, FitError).
 */
export function whyNotScheduled(pod: object, message: string, evidence: Evidence): string {
  const waiting = whyVolumesWait(pod, evidence);
  if (waiting !== undefined) return waiting;
  const counts = reasonsIn(message);
  const tooMany = counts.find(({ what }) => what === 'Too many pods');
  if (tooMany !== undefined) return `Too many pods: ${slots(evidence.nodes)} on ${tooMany.count} ${tooMany.count === 1 ? 'node' : 'nodes'}`;
  const [first, ...others] = counts;
  if (first === undefined) return `Unschedulable: ${message}`;
  const total = /^0\/(\d+) nodes/.exec(message)?.[1];
  const nodes = total === undefined ? `${first.count} nodes` : `${first.count} of ${total} nodes`;
  return `${first.what} on ${nodes}${others.map(({ what, count }) => `, ${what} on ${count}`).join('')}`;
}

interface Counted {
  readonly count: number;
  readonly what: string;
}

/** The most frequent reason first. */
function reasonsIn(message: string): readonly Counted[] {
  const [, list = ''] = /^0\/\d+ nodes are available: (.*?)(?:\. |\.?$)/.exec(message) ?? [];
  return list
    .split(/, (?=\d+ )/)
    .flatMap((part) => {
      const [, count, what] = /^(\d+) (?:node\(s\) )?(.+)$/.exec(part) ?? [];
      return count === undefined || what === undefined ? [] : [{ count: Number(count), what }];
    })
    .sort((a, b) => b.count - a.count);
}

function slots(nodes: readonly object[]): string {
  const each = new Set(nodes.map((node) => podsOf(node)).filter((count) => count !== undefined));
  const [count] = each;
  return each.size === 1 && count !== undefined ? `${count} of ${count} slots` : 'no slot is free';
}

function podsOf(node: object): number | undefined {
  const pods = textAt(node, 'status', 'allocatable', 'pods') ?? numberAt(node, 'status', 'allocatable', 'pods');
  return pods === undefined ? undefined : Number(pods);
}

function whyVolumesWait(pod: object, evidence: Evidence): string | undefined {
  const names = new Set(listAt(pod, 'spec', 'volumes').map((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName')));
  const waiting = evidence.claims.filter((claim) => names.has(nameOf(claim)) && at(claim, 'status', 'phase') !== 'Bound');
  return waiting.map((claim) => whyClaimWaits(claim, evidence)).find((why) => why !== undefined);
}
