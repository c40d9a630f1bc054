import * as models from '@kubernetes/client-node';

/**
 * The field types of the kinds that the rehearsal serves, read out of the models that client-node generates from the API
 * server's own OpenAPI document: so that `schemas.json` need not be believed.
 */
export function schemaFile(roots: readonly string[]): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  const waiting = [...roots];
  for (let model = waiting.pop(); model !== undefined; model = waiting.pop()) {
    const name = shortName(model);
    if (found[name] !== undefined) continue;
    const fields = fieldsOf(model);
    found[name] = Object.fromEntries(fields.map((field) => [field.baseName, fieldType(field.type)]));
    waiting.push(...fields.flatMap((field) => modelsIn(field.type)));
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Field {
  readonly baseName: string;
  readonly type: string;
}

function fieldsOf(model: string): readonly Field[] {
  const made: unknown = Object.entries(models).find(([name]) => name === model)?.[1];
  if (typeof made !== 'function' || !('getAttributeTypeMap' in made) || typeof made.getAttributeTypeMap !== 'function') {
    throw new Error(`client-node has no model ${model}`);
  }
  return Reflect.apply(made.getAttributeTypeMap, made, []) as readonly Field[];
}

/** `Array<V1Container>` → `list:Container`, `{ [key: string]: string; }` → `map:string`. */
function fieldType(type: string): string {
  const list = /^Array<(.+)>$/.exec(type)?.[1];
  if (list !== undefined) return `list:${fieldType(list)}`;
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (map !== undefined) return `map:${fieldType(map)}`;
  if (type === 'Date' || type === 'V1MicroTime' || type === 'string') return 'string';
  if (type === 'boolean' || type === 'number' || type === 'any') return type;
  return type === 'IntOrString' || type === 'object' ? 'any' : shortName(type);
}

function modelsIn(type: string): string[] {
  const inner = /^Array<(.+)>$/.exec(type)?.[1] ?? /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (inner !== undefined) return modelsIn(inner);
  return /^(?:Core)?V\d/.test(type) && type !== 'V1MicroTime' ? [type] : [];
}

function shortName(model: string): string {
  return model.replace(/^(?:Core)?V\d+(?:beta\d+|alpha\d+)?/, '');
}
