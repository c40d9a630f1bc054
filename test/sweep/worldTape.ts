import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { WORLD_FILES } from '../../src/rehearsal/worldFiles.ts';

/** A world as it was at some moment. */
export interface WorldState {
  /** The same for the same state of the same world. */
  readonly id: string;
  /** Its files, by name. */
  files(): Readonly<Record<string, string>>;
}

const [STATE_FILE = '', LOG_FILE = ''] = WORLD_FILES;

/** One `world.json` with the log that continues it. */
interface Generation {
  readonly inode: number;
  readonly state: string;
  readonly log: Buffer[];
  bytes: number;
}

/** Remembers every state that a world was in: each is its log up to some byte, so that thousands take no more room than the last one. */
export class WorldTape {
  readonly #folder: string;
  #generation: Generation | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The state that the world is in now, as its folder has it. */
  mark(): WorldState {
    const file = join(this.#folder, LOG_FILE);
    const { ino: inode, size } = statSync(file);
    if (this.#generation?.inode !== inode) {
      this.#generation = { inode, state: readFileSync(join(this.#folder, STATE_FILE), 'utf8'), log: [], bytes: 0 };
    }
    const generation = this.#generation;
    if (size > generation.bytes) {
      generation.log.push(readFrom(file, generation.bytes, size - generation.bytes));
      generation.bytes = size;
    }
    const { log } = generation;
    const chunks = log.length;
    return {
      id: `${inode} ${generation.bytes}`,
      files: () => ({ [STATE_FILE]: generation.state, [LOG_FILE]: Buffer.concat(log.slice(0, chunks)).toString('utf8') }),
    };
  }
}

function readFrom(file: string, position: number, length: number): Buffer {
  const handle = openSync(file, 'r');
  try {
    const read = Buffer.alloc(length);
    readSync(handle, read, { position });
    return read;
  } finally {
    closeSync(handle);
  }
}
