/** `status` alone where the reason does not matter, else status and reason. */
export type Expected = string;

export const NOW = Date.parse('2026-11-22T12:00:00Z');

/** A time so many seconds from now, as objects carry it. */
export const seconds = (after: number): string => new Date(NOW + after * 1000).toISOString();

export const condition = (type: string, status: string, reason = '', more: object = {}): object => ({
  type,
  status,
  reason,
  message: '',
  ...more,
});

export function live(apiVersion: string, kind: string, fields: object, metadata: object = {}): object {
  return { apiVersion, kind, metadata: { name: 'x', namespace: 'y', ...metadata }, ...fields };
}
