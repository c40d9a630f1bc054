import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorldFaults, type ArmedFault } from './faults.ts';
import { REQUESTS_FILE } from './requestLog.ts';
import { draw, stateFrom } from './random.ts';
import type { TimelineEntry, World } from './world.ts';

export interface WorldOptions {
  readonly folder: string;
  /** Makes ids and chances the same each time. Only read when the world is made. Default: random. */
  readonly seed?: number;
  /** The account that a new world plays, 12 digits. Default: drawn from the seed. */
  readonly account?: string;
  /** How many times faster than the wall clock the world's clock runs. */
  readonly timeScale: number;
  /** The wall clock, ms since the epoch. */
  readonly wall?: () => number;
}

/** Another process serves this world: two of them would overwrite each other's state. */
export class WorldInUse extends Error {
  override readonly name = 'WorldInUse';
}

/** The folder holds something that is not a world, or one of another version. */
export class WorldUnreadable extends Error {
  override readonly name = 'WorldUnreadable';
}

interface Identity {
  readonly version: 1;
  readonly account: string;
  readonly seed: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bearerToken: string;
}

interface Saved extends Identity {
  readonly random: number;
  readonly parts: Readonly<Record<string, object>>;
}

const STATE_FILE = 'world.json';
const CLOCK_FILE = 'clock.json';
const LOCK_FILE = 'server.pid';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** Rehearsal keys say so: the product refuses to send them to AWS, and others to us. */
export const REHEARSAL_KEY_PREFIX = 'AKIAREHEARSAL';

/**
 * The world as a folder: `world.json` (all state, replaced in one rename) and `clock.json` (how far the clock ran).
 * Whatever moment the server is killed at, the folder holds the state after some whole request.
 */
export class FolderWorld implements World {
  readonly folder: string;
  readonly account: string;
  readonly callerArn: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** For what is not signed: `/_rehearsal/…`. */
  readonly bearerToken: string;
  readonly timeScale: number;
  readonly faults: WorldFaults;

  readonly #identity: Identity;
  readonly #wall: () => number;
  readonly #startedWall: number;
  readonly #startedAt: number;
  readonly #parts: Map<string, object>;
  /** Each part's text as it was saved, so that only what was touched is written out again. */
  readonly #texts = new Map<string, string>();
  readonly #touched = new Set<string>();
  #random: number;
  #dirty = false;

  private constructor(options: WorldOptions, saved: Saved, now: number) {
    this.folder = options.folder;
    this.timeScale = options.timeScale;
    this.#wall = options.wall ?? Date.now;
    const { random, parts, ...identity } = saved;
    this.#identity = identity;
    this.#random = random;
    this.#parts = new Map(Object.entries(parts));
    for (const [name, part] of this.#parts) this.#texts.set(name, JSON.stringify(part));
    this.account = identity.account;
    this.callerArn = `arn:aws:iam::${identity.account}:user/rehearsal`;
    this.credentials = { accessKeyId: identity.accessKeyId, secretAccessKey: identity.secretAccessKey };
    this.bearerToken = identity.bearerToken;
    this.#startedWall = this.#wall();
    this.#startedAt = now;
    this.faults = new WorldFaults(identity.seed, () => this.part<ArmedFault[]>('faults', () => []));
  }

  /**
   * Opens the world in a folder, or makes one there.
   * @throws WorldInUse while another living process serves it
   * @throws WorldUnreadable when `world.json` is no world of this version
   */
  static open(options: WorldOptions): FolderWorld {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    chmodSync(options.folder, 0o700);
    lock(options.folder);
    try {
      const saved = load(options.folder) ?? make(options);
      const world = new FolderWorld(options, saved, loadClock(options.folder) ?? (options.wall ?? Date.now)());
      world.#dirty = true;
      world.save();
      return world;
    } catch (cause) {
      rmSync(join(options.folder, LOCK_FILE), { force: true });
      throw cause;
    }
  }

  now(): number {
    return this.#startedAt + (this.#wall() - this.#startedWall) * this.timeScale;
  }

  /** The wall clock: what signatures are dated by. */
  wall(): number {
    return this.#wall();
  }

  random(): number {
    const { value, next } = draw(this.#random);
    this.#random = next;
    this.#dirty = true;
    return value;
  }

  id(prefix: string): string {
    let digits = '';
    while (digits.length < 16) digits += Math.floor(this.random() * 16).toString(16);
    return `${prefix}-0${digits}`;
  }

  token(length: number): string {
    let text = '';
    while (text.length < length) text += LETTERS.charAt(Math.floor(this.random() * LETTERS.length));
    return text;
  }

  part<T extends object>(name: string, initial: () => T): T {
    let part = this.#parts.get(name);
    if (part === undefined) {
      part = initial();
      this.#parts.set(name, part);
    }
    this.#touched.add(name);
    return part as T;
  }

  timeline(entry: TimelineEntry): void {
    const entries = this.part<TimelineEntry[]>('timeline', () => []);
    const index = entries.findIndex((each) => each.kind === entry.kind && each.id === entry.id);
    if (index === -1) entries.push(entry);
    else entries[index] = { ...entries[index], ...entry };
  }

  timelineEntries(): readonly TimelineEntry[] {
    return this.part<TimelineEntry[]>('timeline', () => []);
  }

  /** Writes what changed since the last time, and how late it is. Synchronous: no other request sees a half-saved world. */
  save(): void {
    for (const name of this.#touched) {
      const text = JSON.stringify(this.#parts.get(name));
      if (this.#texts.get(name) === text) continue;
      this.#texts.set(name, text);
      this.#dirty = true;
    }
    this.#touched.clear();
    if (this.#dirty) {
      const parts = [...this.#texts].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',\n');
      const head = JSON.stringify({ ...this.#identity, random: this.#random }).slice(0, -1);
      replace(join(this.folder, STATE_FILE), `${head},"parts":{\n${parts}}}\n`);
      this.#dirty = false;
    }
    replace(join(this.folder, CLOCK_FILE), `${JSON.stringify({ now: this.now() })}\n`);
  }

  /** Saves, and lets the next process serve this world. */
  close(): void {
    this.save();
    rmSync(join(this.folder, LOCK_FILE), { force: true });
  }
}

/** Forgets the world in a folder; the folder and what others put there stay. @throws WorldInUse */
export function forgetWorld(folder: string): void {
  if (!existsSync(folder)) return;
  lock(folder);
  // The kubeconfig that a rehearsal writes stands in its world: it names a cluster that is forgotten.
  for (const name of [STATE_FILE, CLOCK_FILE, REQUESTS_FILE, 'kubeconfig', LOCK_FILE]) rmSync(join(folder, name), { force: true });
}

function make(options: WorldOptions): Saved {
  const seed = options.seed ?? randomBytes(4).readUInt32BE();
  let state = stateFrom(seed);
  let account = options.account ?? '';
  while (account.length < 12) {
    const drawn = draw(state);
    state = drawn.next;
    account += String(account === '' ? 1 + Math.floor(drawn.value * 9) : Math.floor(drawn.value * 10));
  }
  return {
    version: 1,
    account,
    seed,
    accessKeyId: REHEARSAL_KEY_PREFIX + secretLetters(7),
    secretAccessKey: randomBytes(30).toString('base64url'),
    bearerToken: randomBytes(30).toString('base64url'),
    random: state,
    parts: {},
  };
}

function secretLetters(length: number): string {
  return [...randomBytes(length)].map((byte) => LETTERS.charAt(byte % LETTERS.length)).join('');
}

function load(folder: string): Saved | undefined {
  const file = join(folder, STATE_FILE);
  if (!existsSync(file)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new WorldUnreadable(`${file} cannot be read. Start with --reset to forget this world.`, { cause });
  }
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1) {
    throw new WorldUnreadable(`${file} is not a world of this version. Start with --reset to forget it.`);
  }
  return value as Saved;
}

function loadClock(folder: string): number | undefined {
  const file = join(folder, CLOCK_FILE);
  if (!existsSync(file)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value === 'object' && value !== null && 'now' in value && typeof value.now === 'number') return value.now;
  } catch (cause) {
    throw new WorldUnreadable(`${file} cannot be read. Start with --reset to forget this world.`, { cause });
  }
  throw new WorldUnreadable(`${file} holds no time. Start with --reset to forget this world.`);
}

/** A whole file or the old one: written beside it and renamed over it. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** One server a world. The lock of a killed one is taken over. */
function lock(folder: string): void {
  const file = join(folder, LOCK_FILE);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const handle = openSync(file, 'wx', 0o600);
      writeFileSync(handle, String(process.pid));
      closeSync(handle);
      return;
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
      const owner = Number(readFileSync(file, 'utf8'));
      if (alive(owner)) throw new WorldInUse(`The world in ${folder} is already served by process ${String(owner)}.`, { cause });
      rmSync(file, { force: true });
    }
  }
  throw new WorldInUse(`The world in ${folder} is being opened by another process.`);
}

function alive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}
