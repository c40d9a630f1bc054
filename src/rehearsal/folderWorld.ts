import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { WorldFaults, type ArmedFault } from './faults.ts';
import { REQUESTS_FILE } from './requestLog.ts';
import { draw, stateFrom } from './random.ts';
import type { Rows, TimelineEntry, World } from './world.ts';
import { KeptRows, replaceFile, WORLD_FILES, WorldFiles, WorldUnreadable } from './worldFiles.ts';
import type { Identity, RowChanges, Saved } from './worldFiles.ts';

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

const CLOCK_FILE = 'clock.json';
const CLOCK_BYTES = 40;
const LOCK_FILE = 'server.pid';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
/** Rehearsal keys say so: the product refuses to send them to AWS, and others to us. */
export const REHEARSAL_KEY_PREFIX = 'AKIAREHEARSAL';

/**
 * The world as a folder: `world.json` and `world.log` (all state, see `worldFiles.ts`) and `clock.json` (how far the clock ran).
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
  readonly #files: WorldFiles;
  readonly #clock: number;
  readonly #parts: Map<string, object>;
  readonly #rows = new Map<string, KeptRows>();
  /** Each part's text as it was saved, so that only what was touched is written out again. */
  readonly #texts = new Map<string, string>();
  readonly #touched = new Set<string>();
  #random: number;
  #savedRandom: number;

  private constructor(options: WorldOptions, files: WorldFiles, saved: Saved, now: number) {
    this.#files = files;
    replaceFile(join(options.folder, CLOCK_FILE), clockText(now));
    this.#clock = openSync(join(options.folder, CLOCK_FILE), 'r+');
    this.folder = options.folder;
    this.timeScale = options.timeScale;
    this.#wall = options.wall ?? Date.now;
    const { random, parts, rows, identity } = saved;
    this.#identity = identity;
    this.#random = random;
    this.#savedRandom = random;
    this.#parts = new Map(Object.entries(parts));
    for (const [name, part] of this.#parts) this.#texts.set(name, JSON.stringify(part));
    for (const [name, kept] of Object.entries(rows)) this.#rows.set(name, new KeptRows(kept));
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
      const files = new WorldFiles(options.folder);
      const saved = files.load() ?? make(options);
      const world = new FolderWorld(options, files, saved, loadClock(options.folder) ?? (options.wall ?? Date.now)());
      world.#writeWhole();
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

  rows(name: string): Rows {
    const rows = this.#rows.get(name) ?? new KeptRows({});
    this.#rows.set(name, rows);
    return rows;
  }

  /** Writes what changed since the last time, and how late it is. Synchronous: no other request sees a half-saved world. */
  save(): void {
    const parts: [string, string][] = [];
    for (const name of this.#touched) {
      const text = JSON.stringify(this.#parts.get(name));
      if (this.#texts.get(name) === text) continue;
      this.#texts.set(name, text);
      parts.push([name, text]);
    }
    this.#touched.clear();
    const rows = [...this.#rows].flatMap(([name, kept]): [string, RowChanges][] => {
      const changes = kept.takeChanges();
      return changes.size === 0 ? [] : [[name, changes]];
    });
    if (parts.length > 0 || rows.length > 0 || this.#random !== this.#savedRandom) {
      this.#savedRandom = this.#random;
      const isFull = this.#files.append({ random: this.#random, parts, rows });
      if (isFull) this.#writeWhole();
    }
    // Over the old text, which is as long: a rename for every request would cost more than all the rest.
    writeSync(this.#clock, clockText(this.now()), 0);
  }

  /** How many bytes of state were written since it was opened. */
  get savedBytes(): number {
    return this.#files.written;
  }

  /** Saves, and lets the next process serve this world. */
  close(): void {
    this.save();
    this.#writeWhole();
    this.#files.close();
    closeSync(this.#clock);
    rmSync(join(this.folder, LOCK_FILE), { force: true });
  }

  #writeWhole(): void {
    const rows = [...this.#rows].map(([name, kept]): [string, object] => [name, Object.fromEntries(kept.entries())]);
    this.#files.replace({ identity: this.#identity, random: this.#random, parts: [...this.#texts], rows });
  }
}

/** Forgets the world in a folder; the folder and what others put there stay. @throws WorldInUse */
export function forgetWorld(folder: string): void {
  if (!existsSync(folder)) return;
  lock(folder);
  // The kubeconfig that a rehearsal writes stands in its world: it names a cluster that is forgotten.
  for (const name of [...WORLD_FILES, CLOCK_FILE, REQUESTS_FILE, 'kubeconfig', LOCK_FILE]) rmSync(join(folder, name), { force: true });
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
  const identity: Identity = {
    version: 1,
    account,
    seed,
    accessKeyId: REHEARSAL_KEY_PREFIX + secretLetters(7),
    secretAccessKey: randomBytes(30).toString('base64url'),
    bearerToken: randomBytes(30).toString('base64url'),
  };
  return { identity, random: state, parts: {}, rows: {} };
}

function secretLetters(length: number): string {
  return [...randomBytes(length)].map((byte) => LETTERS.charAt(byte % LETTERS.length)).join('');
}

/** Always of the same length. */
function clockText(now: number): string {
  return `${JSON.stringify({ now }).padEnd(CLOCK_BYTES)}\n`;
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
