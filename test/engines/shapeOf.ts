/** `Vpc.Tags[].Key: string`, … of an answer: what it is made of, without its values. */
export function shapeOf(value: unknown, path = ''): readonly string[] {
  if (value === undefined || value === null || path === '$metadata') return [];
  if (value instanceof Date) return [`${path}: date`];
  if (Array.isArray(value)) return [...new Set(value.flatMap((item: unknown) => shapeOf(item, `${path}[]`)))];
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([key, member]) => shapeOf(member, path === '' ? key : `${path}.${key}`));
  return [`${path}: ${typeof value}`];
}
