import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { eksToken } from '../../src/aws/eksToken.ts';
import type { Outcome, RunEvent } from '../../src/core/engine/events.ts';
import { sentenceOf } from '../../src/core/status/sentences.ts';
import { serveApi } from '../../src/rehearsal/kubernetes/apiServer.ts';
import type { FolderWorld } from '../../src/rehearsal/folderWorld.ts';
import { offlineGraph } from '../../src/runner/connection.ts';
import { openPlatformFile, specOf, type PlatformFile } from '../../src/runner/platformFile.ts';
import { nothingYet, SweptWorld, type RunWish, type Snapshot, type SweptPlatform } from '../sweep/sweptWorld.ts';
import { temporaryFolder } from './temporaryFolder.ts';

export const HEAD = 'name: cauchy\nregion: us-west-2\ncompute: { min: 2, desired: 3, max: 4 }\n';

/** By path; `undefined`: the file is not there. */
export type Files = Readonly<Record<string, string | undefined>>;

/** What became of one run. */
export interface Ran {
  /** Absent where the run was refused before it began. */
  readonly outcome?: Outcome;
  /** As a person reads them: of what failed, or of what kept the run from beginning. */
  readonly sentences: readonly string[];
  readonly events: readonly RunEvent[];
  /** Mutating requests, to AWS and to the cluster. */
  readonly written: readonly string[];
}

export interface Asked {
  readonly method?: 'GET' | 'PATCH' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly type?: string;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

let made: Promise<Snapshot> | undefined;

/** A world whose AWS half is up, once for all who begin there. */
export function awsHalf(): Promise<Snapshot> {
  return (made ??= bringUp());
}

async function bringUp(): Promise<Snapshot> {
  const world = await SweptWorld.open({ yaml: HEAD }, nothingYet());
  try {
    const { outcome, failed } = await world.run({ verb: 'apply' });
    if (outcome !== 'succeeded') throw new Error(`the AWS half did not come up: ${failed.join(', ')}`);
    return world.snapshot();
  } finally {
    await world.close();
  }
}

/** A platform folder and its rehearsed account, in virtual time: an hour of the world costs what its requests cost, on any machine. */
export class VirtualCluster implements AsyncDisposable {
  #world: SweptWorld;
  readonly #folder: AsyncDisposable & { readonly path: string };

  private constructor(world: SweptWorld, folder: AsyncDisposable & { readonly path: string }) {
    this.#world = world;
    this.#folder = folder;
  }

  static async open(from?: Snapshot): Promise<VirtualCluster> {
    const world = await SweptWorld.open({ yaml: HEAD }, from ?? (await awsHalf()));
    return new VirtualCluster(world, await temporaryFolder());
  }

  get world(): FolderWorld {
    return this.#world.world;
  }

  get folder(): string {
    return this.#folder.path;
  }

  snapshot(): Snapshot {
    return this.#world.snapshot();
  }

  write(files: Files): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.folder, path);
      rmSync(file, { force: true, recursive: true });
      if (text === undefined) continue;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** Reads the folder as the product does, and runs as a process of its own. */
  async run(wish: RunWish): Promise<Ran> {
    const file = await openPlatformFile(join(this.folder, 'platform.yml'));
    if (file.findings.some(({ severity }) => severity === 'error')) return { sentences: this.#errorsIn(file), events: [], written: [] };
    const graph = offlineGraph(specOf(file), file.manifests);
    await this.#become({
      yaml: readFileSync(join(this.folder, 'platform.yml'), 'utf8'),
      ...(file.manifests && { manifests: file.manifests }),
    });
    const events: RunEvent[] = [];
    try {
      const outcome = await this.#world.run({ ...wish, told: (event) => void events.push(event) });
      const sentences = events.flatMap((event) =>
        event.event === 'resource.failed' ? [sentenceOf(graph.get(event.resource)?.title ?? event.resource, event)] : [],
      );
      return { outcome, events, sentences, written: this.#world.written() };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { events, sentences: [error.message], written: this.#world.written() };
    }
  }

  /** Somebody else asks the API server, with the credentials of the world's one person. */
  async ask({ method = 'GET', path, query = {}, body, type = 'application/json' }: Asked): Promise<Answered> {
    const { credentials } = this.world;
    const { token } = await eksToken({ credentials, region: 'us-west-2', cluster: 'cauchy', at: new Date(this.world.wall()) });
    const { status, body: answer } = serveApi(
      this.world,
      {
        method,
        path,
        query: new URLSearchParams(query),
        headers: { authorization: `Bearer ${token}`, 'content-type': type, 'user-agent': 'kubectl' },
        body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      },
      { wall: this.world.wall(), endpoint: '' },
    );
    this.world.save();
    return { status, body: answer };
  }

  async isThere(path: string): Promise<boolean> {
    return (await this.ask({ path })).status === 200;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#world.close();
    await this.#folder[Symbol.asyncDispose]();
  }

  /** Each with its place, as the command line says it. */
  #errorsIn({ findings }: PlatformFile): readonly string[] {
    return findings.flatMap(({ severity, message, range }) => {
      const place = range === undefined ? '' : `${relative(this.folder, range.file)}:${range.start.line} `;
      return severity === 'error' ? [`${place}${message}`] : [];
    });
  }

  async #become(platform: SweptPlatform): Promise<void> {
    const left = this.#world.snapshot();
    await this.#world.close();
    this.#world = await SweptWorld.open(platform, left);
  }
}
