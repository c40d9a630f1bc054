import { createHash } from 'node:crypto';
import { Unseen } from '../core/graph/errors.ts';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/client.ts';
import { podsOf } from '../kubernetes/readiness/why/podsOf.ts';
import { locateObject, type LocatedObject, type Looking } from './clusterObjects.ts';
import type { ObjectCalls } from './objectCalls.ts';
import { printable } from './printable.ts';
import { isRecord } from './privateFile.ts';

/** Bounds of one answer: a workload of a hundred pods that write megabytes is still read by a person. */
const MOST_CONTAINERS = 30;
const FIRST_LINES = 200;
const MOST_LINES = 500;
const LONGEST_LINE = 2_000;
/** So many of the lines told last are remembered, to find the place again from which to go on. */
const REMEMBERED = 40;

interface Container {
  /** `pod/container` */
  readonly name: string;
  readonly podPath: string;
  readonly container: string;
}

/** By container, marks of its lines that were told last. */
type Cursor = Readonly<Record<string, readonly string[]>>;

/** @throws as `locateObject` does; Unseen when no container of it can be read */
export async function objectLogs(
  looking: Looking,
  { resource, after }: ObjectCalls['objectLogs']['params'],
): Promise<ObjectCalls['objectLogs']['result']> {
  const located = await locateObject(looking, resource);
  const containers = (await containersOf(located, looking.signal)).slice(0, MOST_CONTAINERS);
  const before = cursorIn(after);
  const read = await Promise.allSettled(containers.map((each) => linesOf(located.client, each, looking.signal)));
  looking.signal.throwIfAborted();
  const refused = read.find((each) => each.status === 'rejected');
  // A container that has not started has no log, and the others have.
  if (refused !== undefined && !read.some(({ status }) => status === 'fulfilled') && !isWaiting(refused.reason)) throw refused.reason;
  const cursor = new Map<string, readonly string[]>();
  const lines: string[] = [];
  for (const [index, { name }] of containers.entries()) {
    const own = read[index]?.status === 'fulfilled' ? read[index].value : [];
    const marks = own.map(markOf);
    const told = before[name] ?? [];
    const fresh = told.length === 0 ? own.slice(-FIRST_LINES) : own.slice(continuation(marks, told));
    lines.push(...fresh.map((line) => printable(`${name}: ${line.slice(0, LONGEST_LINE)}`)));
    cursor.set(name, marks.length === 0 ? told : marks.slice(-REMEMBERED));
  }
  return { lines: lines.slice(-MOST_LINES), cursor: JSON.stringify(Object.fromEntries(cursor)) };
}

async function containersOf({ key, client, path }: LocatedObject, signal: AbortSignal): Promise<readonly Container[]> {
  const object = await client.get(path, signal);
  if (object === undefined) return [];
  const collection = `/api/v1/namespaces/${encodeURIComponent(key.namespace)}/pods`;
  const all = key.kind === 'Pod' && key.group === '' ? [object] : await client.list<KubernetesObject>(collection, signal);
  const mine = key.kind === 'Pod' ? all : podsOf({ ...object, kind: key.kind }, all);
  return mine.flatMap((pod) => {
    const name = nameIn(pod);
    return containerNames(pod).map((container) => ({
      name: `${name}/${container}`,
      podPath: `${collection}/${encodeURIComponent(name)}`,
      container,
    }));
  });
}

const nameIn = (pod: object): string => {
  const metadata = 'metadata' in pod ? pod.metadata : undefined;
  return isRecord(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : '';
};

/** Those that prepare it first, as they run. */
function containerNames(pod: object): readonly string[] {
  const spec = 'spec' in pod ? pod.spec : undefined;
  if (!isRecord(spec)) return [];
  return [spec['initContainers'], spec['containers']].flatMap((containers) =>
    Array.isArray(containers)
      ? containers.flatMap((each: unknown) => (isRecord(each) && typeof each['name'] === 'string' ? [each['name']] : []))
      : [],
  );
}

async function linesOf(client: KubernetesClient, { podPath, container }: Container, signal: AbortSignal): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of client.logs(podPath, signal, { container, tailLines: MOST_LINES })) lines.push(line);
  return lines;
}

/** The kubelet answers 400 for a container that has not started (`is waiting to start`). */
const isWaiting = (error: unknown): boolean => error instanceof Unseen && /waiting to start|does not have a host/.test(error.message);

/** Marks, not lines: a cursor travels to the face and back. */
const markOf = (line: string): string => createHash('sha256').update(line).digest('base64url').slice(0, 8);

/**
 * Where in `now` that begins which comes after `told`: behind the longest run of its last lines. Neither the version of a log nor a
 * position in it can be asked for, and what rolled away is not missed; lines that are all the same are told apart by nothing.
 */
function continuation(now: readonly string[], told: readonly string[]): number {
  let best = { length: 0, end: 0 };
  for (let end = now.length; end > 0; end--) {
    let length = 0;
    while (length < told.length && length < end && now[end - 1 - length] === told.at(-1 - length)) length++;
    if (length > best.length) best = { length, end };
    if (length === told.length) break;
  }
  return best.end;
}

/** What is no cursor of ours begins at the beginning. */
function cursorIn(text: string | undefined): Cursor {
  try {
    const read: unknown = JSON.parse(text ?? '{}');
    if (!isRecord(read)) return {};
    return Object.fromEntries(
      Object.entries(read).flatMap(([name, marks]) =>
        Array.isArray(marks) ? [[name, marks.filter((mark) => typeof mark === 'string')] as const] : [],
      ),
    );
  } catch {
    return {};
  }
}
