import { formats } from './formats.ts';
import { platformKeys } from './keys.ts';
import { regionIds } from './regions.ts';
import type { Shape } from './shapes.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema (draft 7, what VS Code's YAML support reads) of `platform.yml`: `resources/platform.schema.json` is this.
 * It says less than the parser, which also compares values with each other, and never the opposite.
 */
export function platformSchema(): JsonSchema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Slipway platform', ...schemaOf(platformKeys) };
}

function schemaOf(shape: Shape): JsonSchema {
  const { description } = shape;
  switch (shape.type) {
    case 'text':
      return {
        type: 'string',
        description,
        ...(shape.format === 'region' ? { enum: regionIds } : { pattern: formats[shape.format].pattern }),
        ...defaultOf(shape),
      };
    case 'choice':
      return { type: 'string', description, enum: shape.of, ...defaultOf(shape) };
    case 'whole':
      return { type: 'integer', description, minimum: shape.minimum, maximum: shape.maximum, ...defaultOf(shape) };
    case 'flag':
      return { type: 'boolean', description, ...defaultOf(shape) };
    case 'list': {
      const { minimum: minItems, maximum: maxItems } = shape;
      return {
        type: mayBeNull('array', minItems === 0),
        description,
        items: schemaOf(shape.items),
        minItems,
        maxItems,
        uniqueItems: true,
        ...defaultOf(shape),
      };
    }
    case 'mapping': {
      const properties = Object.fromEntries(Object.entries(shape.keys).map(([key, inner]) => [key, schemaOf(inner)]));
      return {
        type: mayBeNull('object', shape !== platformKeys),
        description,
        properties,
        ...(shape.required && { required: shape.required }),
        additionalProperties: false,
      };
    }
    case 'entries':
      return {
        type: mayBeNull('object', true),
        description,
        propertyNames: { pattern: formats[shape.names].pattern },
        additionalProperties: schemaOf(shape.values),
        maxProperties: shape.maximum,
      };
    case 'either':
      return { description, oneOf: [schemaOf(shape.one), schemaOf(shape.other)] };
    case 'anything':
      return { type: mayBeNull('object', true), description };
  }
}

/** A section whose every entry is commented out reads as null, and means none. */
function mayBeNull(type: string, isAllowed: boolean): string | readonly string[] {
  return isAllowed ? [type, 'null'] : type;
}

function defaultOf(shape: { readonly default?: unknown }): JsonSchema {
  return shape.default === undefined ? {} : { default: shape.default };
}
