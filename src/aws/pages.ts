import type { Look } from '../core/graph/resource.ts';
import type { Aws } from './aws.ts';
import { read, type Send } from './errors.ts';

/** All items of a paginated list; empty where AWS says that there is nothing by that name. Errors as `read`. */
export async function readAll<Page, Item>(
  aws: Aws,
  look: Pick<Look, 'signal'>,
  pages: (options: Parameters<Send<Page>>[0]) => AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  const items = await read(aws, look, async (options) => {
    const found: Item[] = [];
    for await (const page of pages(options)) found.push(...(itemsOf(page) ?? []));
    return found;
  });
  return items ?? [];
}
