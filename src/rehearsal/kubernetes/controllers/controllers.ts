import type { Controller } from './controller.ts';

/** Every control loop of a rehearsed cluster, in the order in which they are run at one moment. */
export const CONTROLLERS: readonly Controller[] = [];
