import { current, type Rule } from '../verdict.ts';

/** CronJob, ConfigMap, Secret and PodDisruptionBudget: there is nothing to wait for. */
export const alwaysCurrent: Rule = () => current('Current', 'as wanted');
