import type { Json, JsonObject } from './json.ts';
import { resourceName } from './kinds.ts';
import type { Kind } from './kinds.ts';

/** A refusal in the API server's own words: answered as a `Status` object (kubernetes.io, API conventions: response status kind). */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string | undefined;
  readonly details: JsonObject | undefined;

  constructor(code: number, reason: string | undefined, message: string, details?: JsonObject) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  toStatus(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason !== undefined && { reason: this.reason }),
      ...(this.details !== undefined && { details: this.details }),
      code: this.code,
    };
  }
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function notFound(kind: Kind, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${resourceName(kind)} "${name}" not found`, detailsOf(kind, name));
}

/** A path that no API serves. */
export function noSuchPath(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(kind: Kind, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${resourceName(kind)} "${name}" already exists`, detailsOf(kind, name));
}

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(kind: Kind, name: string, why = MODIFIED): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${why}`,
    detailsOf(kind, name),
  );
}

/** The revision that was asked for is no longer known: list again. */
export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

export function forbidden(kind: Kind, name: string, why: string, causes: readonly JsonObject[] = []): StatusError {
  return new StatusError(403, 'Forbidden', `${resourceName(kind)} "${name}" is forbidden: ${why}`, {
    ...detailsOf(kind, name),
    ...(causes.length > 0 && { causes: [...causes] }),
  });
}

/** Something of the server's own, or of a webhook. */
export function internalError(message: string): StatusError {
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

export interface InvalidField {
  readonly field: string;
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueTypeInvalid'
    | 'FieldValueInvalid'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueNotFound';
  readonly message: string;
}

export function invalid(kind: Kind, name: string, fields: readonly InvalidField[]): StatusError {
  const causes: Json[] = fields.map(({ field, reason, message }) => ({ reason, message, field }));
  const text = fields.map(({ field, message }) => `${field}: ${message}`).join(', ');
  const shown = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return new StatusError(422, 'Invalid', `${shown} "${name}" is invalid: ${fields.length > 1 ? `[${text}]` : text}`, {
    ...detailsOf(kind, name),
    kind: kind.kind,
    causes,
  });
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}

export function methodNotAllowed(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

export function detailsOf(kind: Kind, name: string): JsonObject {
  return { ...(name !== '' && { name }), ...(kind.group !== '' && { group: kind.group }), kind: kind.plural };
}
