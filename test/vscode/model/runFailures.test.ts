import assert from 'node:assert/strict';
import { PlatformModel } from '../../../src/vscode/model/platformModel.ts';
import { resource, stage, status } from '../example.ts';

const AT = '2026-11-22T14:00:00.000Z';
const denied = resource({
  state: 'failed',
  reason: 'not allowed',
  cause: { code: 'AccessDenied', message: 'no eks:CreateAddon' },
  next: 'Allow it.',
});
const seen = (state: 'absent' | 'ready') => status([stage({ state, resources: [resource({ state })] })], { session: 'connected' });

describe('what a run failed at', () => {
  const failedRun = (verb: 'apply' | 'destroy'): PlatformModel => {
    const model = new PlatformModel({ key: 'k', file: '/f', fallbackName: 'f', mode: 'live' }, (now) => now);
    model.setStatus(status([stage({ state: 'failed', resources: [denied] })], { session: 'connected' }));
    model.runStarts(verb, AT);
    model.runEnds();
    return model;
  };
  const shown = (model: PlatformModel): readonly unknown[] => {
    const [row] = model.view.status?.stages ?? [];
    return [row?.state, row?.resources[0]?.state, row?.resources[0]?.cause?.code, row?.resources[0]?.next];
  };

  it('is still told after a look, which sees only that it is not there', () => {
    const model = failedRun('apply');
    model.setStatus(seen('absent'));
    assert.deepEqual(shown(model), ['failed', 'failed', 'AccessDenied', 'Allow it.']);
  });

  it('is over when it is there after all, when a run begins, and when the account was emptied', () => {
    const model = failedRun('apply');
    model.setStatus(seen('ready'));
    assert.deepEqual(shown(model).slice(0, 2), ['ready', 'ready']);
    for (const end of [(each: PlatformModel) => each.runStarts('apply', AT), (each: PlatformModel) => each.forgetRuns()]) {
      const other = failedRun('apply');
      end(other);
      other.setStatus(seen('absent'));
      assert.deepEqual(shown(other).slice(0, 2), ['absent', 'absent']);
    }
  });

  it('of a destroy is what still stands', () => {
    const model = failedRun('destroy');
    model.setStatus(seen('ready'));
    assert.equal(shown(model)[0], 'failed');
    model.setStatus(seen('absent'));
    assert.equal(shown(model)[0], 'absent');
  });
});
