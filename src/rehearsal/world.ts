import type { ServiceName } from './service.ts';

/**
 * The rehearsed account: a folder of plain JSON and a clock. What happens by itself in AWS (a cluster gets ACTIVE, an
 * address lets go) is not scheduled: every state is computed from times that were written down, whenever somebody
 * looks. So the world needs no timers, survives its server, and stands still while no server runs.
 */
export interface World {
  /** World time, ms since the epoch. Runs `timeScale` times faster than the wall while a server runs. */
  now(): number;
  readonly account: string;
  /** The one identity of the world: an IAM user with every permission (faults take some away). */
  readonly callerArn: string;
  /** What signatures and EKS tokens are verified against. Random, made with the world. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The world's folder (0700), for what else belongs to it: `requests.jsonl`, the kubeconfig, certificates. */
  readonly folder: string;
  /** Pseudo-random, from the world's seed and what was drawn before: the same seed gives the same world. */
  random(): number;
  /** `id('vpc')` → `vpc-0` and 16 hex digits. */
  id(prefix: string): string;
  /** Uppercase letters and digits, as in role ids, request ids and zone ids. */
  token(length: number): string;
  /** A part of the state, by name (`ec2/us-west-2`, `iam`); made with `initial` the first time. Mutate it in place; all parts are saved, atomically, before the answer leaves. */
  part<T extends object>(name: string, initial: () => T): T;
  /** A part made of many small records, each of which is saved by itself: the objects of a cluster. */
  rows(name: string): Rows;
  /** Writes what changed to the folder. Whoever serves requests calls it before an answer leaves, also after a refusal. */
  save(): void;
  /** The wall clock, ms: signatures, tokens and certificates are dated by it, never by world time. */
  wall(): number;
  /** Armed faults, by name. */
  readonly faults: Faults;
  /** Tells the timeline when a thing was asked for, and when it is (or will be) ready: `GET /_rehearsal/timeline`. */
  timeline(entry: TimelineEntry): void;
}

/** Records by key. A record is plain JSON and never changed in place: `set` says that there is a new one. */
export interface Rows {
  get(key: string): object | undefined;
  set(key: string, value: object): void;
  delete(key: string): void;
  entries(): Iterable<readonly [string, object]>;
}

export interface TimelineEntry {
  /** e.g. `AWS::EKS::Cluster`. */
  readonly kind: string;
  readonly id: string;
  /** World times, ISO 8601. */
  readonly askedAt: string;
  readonly readyAt?: string;
  readonly goneAt?: string;
}

export interface Faults {
  /** The argument of an armed fault (`''` without one), or `undefined`: not armed. Does not use it up. */
  armed(name: string): string | undefined;
  /** All arguments of a fault that may be armed more than once (`access-denied=ec2:CreateVpc`, `access-denied=…`). */
  arguments(name: string): readonly string[];
  /** Uses up one shot of it: `true` if it was armed. Faults that last (`no-spot-capacity`) are only `armed`. */
  take(name: string, service?: ServiceName, operation?: string): boolean;
  /** How many requests have been counted against a fault that strikes after so many. */
  counted(name: string): number;
}

/** Durations and delays of the world, in seconds: `domain-facts.md` B, C, D. One table, so that a bench can print it. */
export const SECONDS = {
  /** How long EC2 may not show what was just made, and answers `Invalid…ID.NotFound` to writes. */
  ec2Visible: 4,
  /** Until a new role can be assumed by a service. */
  iamPropagation: 12,
  natAvailable: 110,
  natDeleted: 60,
  clusterActive: 600,
  clusterDeleted: 300,
  clusterUpdated: 90,
  addonActive: 45,
  addonDeleted: 20,
  addonUpdated: 30,
  nodegroupActive: 210,
  nodegroupDeleted: 180,
  nodegroupUpdated: 20,
  /** A node group whose nodes have not all joined by then is CREATE_FAILED. */
  nodegroupGivesUp: 900,
  /** From scaling up to the new nodes being Ready. */
  nodeReady: 75,
  accessEntryEffective: 10,
  loadBalancerActive: 150,
} as const;
