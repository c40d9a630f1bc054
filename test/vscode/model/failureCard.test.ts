import assert from 'node:assert/strict';
import { failureCard } from '../../../src/vscode/model/failureCard.ts';
import { addressed } from '../../../src/vscode/model/rowAddress.ts';
import { resource, stage, status, view } from '../example.ts';

const failed = (id: string, reason: string): ReturnType<typeof resource> => resource({ id, title: id, state: 'failed', reason });
const shown = view(
  status([
    stage({ id: 'vpc', state: 'failed', resources: [failed('address', 'no address is left'), failed('nat', 'it lost its address')] }),
    stage({ id: 'compute', state: 'failed', resources: [failed('nodegroup', 'no spot capacity')] }),
  ]),
);
const card = (path: string): readonly unknown[] => {
  const { cause, stage: of, resource: culprit } = failureCard(shown, addressed(shown.status, path));
  return [of, culprit, /no address|lost its|no spot/.exec(cause)?.[0]];
};

describe('the failure card', () => {
  it('of the platform tells of the first failure', () => {
    assert.deepEqual(card(''), ['vpc', 'address', 'no address']);
  });

  it('of a row tells of that row', () => {
    assert.deepEqual(card('compute'), ['compute', 'nodegroup', 'no spot']);
    assert.deepEqual(card('vpc/nat'), ['vpc', 'nat', 'lost its']);
  });

  it('tells the whole reason where there is room, and one that fits with the next step where there is not', () => {
    const reason = `ImagePullBackOff: docker.io/${'long/'.repeat(15)}kafka:7.9.0 not found`;
    const next = 'Correct or push the image, then apply.';
    const broker = resource({ title: 'Deployment kafka/broker', state: 'failed', reason, next });
    const { cause, why } = failureCard(view(status([stage({ state: 'failed', resources: [broker] })])));
    assert.equal(why, `Deployment kafka/broker: ${reason}`);
    assert.ok(cause.length <= 120 && cause.endsWith(next), cause);
  });
});
