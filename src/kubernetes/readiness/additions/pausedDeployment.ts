import { at } from '../fields.ts';
import { current, type Addition } from '../verdict.ts';

/** A paused Deployment does nothing until somebody resumes it: waiting for it would never end (as Helm). */
export const pausedDeployment: Addition = (object, kstatus) =>
  at(object, 'spec', 'paused') === true && (kstatus.status === 'InProgress' || kstatus.status === 'Failed')
    ? current('Paused', 'paused: it rolls out nothing until it is resumed')
    : kstatus;
