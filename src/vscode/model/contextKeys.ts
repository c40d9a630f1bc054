import { phaseOf, type Mode, type PlatformView, type RunPhase } from './platformView.ts';
import type { Session } from '../../core/status/platformStatus.ts';

/** The context keys that enablement and menus go by, by name and type. */
export interface ContextKeys {
  readonly 'slipway.ready': boolean;
  readonly 'slipway.platforms': number;
  readonly 'slipway.mode': Mode;
  readonly 'slipway.session': Session;
  readonly 'slipway.run': RunPhase;
  readonly 'slipway.attention': boolean;
}

/** Those of the platform last selected, at first the first. */
export function contextKeysOf(
  selected: PlatformView | undefined,
  window: { ready: boolean; platforms: number; attention: boolean },
): ContextKeys {
  return {
    'slipway.ready': window.ready,
    'slipway.platforms': window.platforms,
    'slipway.mode': selected?.mode ?? 'live',
    'slipway.session': selected?.session ?? 'notConnected',
    'slipway.run': selected ? phaseOf(selected) : 'idle',
    'slipway.attention': window.attention,
  };
}
