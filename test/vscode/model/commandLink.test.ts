import assert from 'node:assert/strict';
import { commandLink } from '../../../src/vscode/model/commandLink.ts';

describe('a link that runs a command', () => {
  it('leads to the command with its argument', () => {
    const link = commandLink('Fix...', 'fix', { path: 'vpc' });
    assert.equal(link, `[Fix...](command:slipway.fix?${encodeURIComponent('[{"path":"vpc"}]')})`);
  });

  it('is not ended by what a name holds: Kubernetes takes brackets in names of roles', () => {
    const path = 'ClusterRole.rbac.authorization.k8s.io/x)[y](command:quit)"\\';
    const [, address = ''] = /^\[Fix\.\.\.\]\((.*)\)$/.exec(commandLink('Fix...', 'fix', { path })) ?? [];
    assert.doesNotMatch(address, /[()[\]\s]/);
    const [, query = ''] = address.split('?');
    assert.deepEqual(JSON.parse(decodeURIComponent(query)), [{ path }]);
  });
});
