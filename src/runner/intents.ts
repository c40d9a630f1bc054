import type { Intents } from '../core/engine/ports.ts';
import type { ResourceId } from '../core/graph/resource.ts';
import { isRecord, readJson, replacePrivately } from './privateFile.ts';

/**
 * Announced creates in one small file, replaced atomically with each change. A corrupt or missing file means "none":
 * intents only make the engine wait longer before it believes that something is absent.
 */
export function fileIntents(path: string): Intents {
  let loading: Promise<Map<ResourceId, number>> | undefined;
  let writing: Promise<void> = Promise.resolve();
  const loaded = (): Promise<Map<ResourceId, number>> => (loading ??= readJson(path, readIntents).then((found) => found ?? new Map()));
  // Writes queue up, each with the map as it is when its turn comes; a failed one fails its caller alone.
  const save = (intents: ReadonlyMap<ResourceId, number>): Promise<void> => {
    const mine = writing.then(() => replacePrivately(path, `${JSON.stringify(Object.fromEntries(intents))}\n`));
    writing = mine.catch(() => undefined);
    return mine;
  };
  return {
    async open() {
      return new Map(await loaded());
    },
    async begin(id, at) {
      const intents = await loaded();
      intents.set(id, at);
      await save(intents);
    },
    async end(id) {
      const intents = await loaded();
      if (intents.delete(id)) await save(intents);
    },
  };
}

function readIntents(value: unknown): Map<ResourceId, number> | undefined {
  if (!isRecord(value)) return undefined;
  return new Map(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}
