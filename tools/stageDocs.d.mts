/** A platform.yml with every key once. */
export const EXAMPLE: string;

/** All generated pages: path in the tree → text. */
export function pages(): Promise<ReadonlyMap<string, string>>;
