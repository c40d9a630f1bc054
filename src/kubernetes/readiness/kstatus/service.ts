import { textAt } from '../fields.ts';
import { current, inProgress, type Rule } from '../verdict.ts';

export const service: Rule = (object) =>
  textAt(object, 'spec', 'type') === 'LoadBalancer' && (textAt(object, 'spec', 'clusterIP') ?? '') === ''
    ? inProgress('NoIPAssigned', 'ClusterIP not set. Service type: LoadBalancer')
    : current('Current', 'Service is ready');
