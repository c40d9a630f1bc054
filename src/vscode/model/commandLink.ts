import type { CommandId } from '../commandIds.ts';

/**
 * A link in Markdown that runs a command of ours. Names of Kubernetes may hold brackets, which `encodeURIComponent` leaves: in the
 * address of a link one would end it, and what follows would be Markdown.
 */
export function commandLink(label: string, command: CommandId, argument: object): string {
  const encoded = encodeURIComponent(JSON.stringify([argument])).replaceAll(/[()]/g, (bracket) => (bracket === '(' ? '%28' : '%29'));
  return `[${label}](command:slipway.${command}?${encoded})`;
}
