import type { Attributes } from '../../core/graph/resource.ts';

/** What brings a release on from where it is. */
export type Recovery =
  { readonly do: 'upgrade'; readonly force: boolean } | { readonly do: 'rollback'; readonly to: number } | { readonly do: 'uninstall' };

/**
 * A release that somebody's Helm left behind. One that never was whole goes away and is installed anew: an upgrade would not run the hooks
 * of its installation. One that was is put back to its last whole revision first, since Helm refuses to work at a release that is pending.
 */
export function recoveryOf({ status, lastDeployed, conflict }: Attributes): Recovery {
  const whole = typeof lastDeployed === 'number' ? lastDeployed : undefined;
  switch (status) {
    case 'failed':
      return whole === undefined ? { do: 'uninstall' } : { do: 'upgrade', force: conflict === true };
    case 'pending-upgrade':
    case 'pending-rollback':
      return whole === undefined ? { do: 'uninstall' } : { do: 'rollback', to: whole };
    case 'pending-install':
    case 'uninstalling':
      return { do: 'uninstall' };
    default:
      // What nobody understands is never taken away: Helm says what it thinks of it.
      return { do: 'upgrade', force: false };
  }
}
