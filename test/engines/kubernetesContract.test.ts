import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { modelFile, modelOf } from '../../tools/kubernetesModel.mjs';
import { startControlPlane } from './controlPlane.ts';
import type { ControlPlane } from './controlPlane.ts';
import { askRehearsal, askServer } from './kubernetesAsker.ts';
import type { Asked } from './kubernetesAsker.ts';
import { comparable, differencesOf } from './kubernetesCompare.ts';
import { STEPS, waitFor } from './kubernetesSteps.ts';
import { knownKubernetesDifferences } from './knownKubernetesDifferences.ts';

/** What a real control plane needs of wall time to do what a rehearsed one does in a second of the world's. */
const REAL_MS = 200;

describe('the same calls against a real API server and the rehearsed one', function () {
  let plane: ControlPlane;
  let ours: Asked;
  let model: string;
  const found: string[] = [];

  before(async () => {
    plane = await startControlPlane();
    model = await modelOf(plane.server, plane.token);
    ours = await askRehearsal();
    const real: Asked = {
      ask: (question) => askServer(plane.server, plane.certificateAuthority, async () => plane.token, question),
      pass: (seconds) => new Promise((resume) => setTimeout(resume, seconds * REAL_MS)),
      stop: async () => plane.stop(),
    };
    for (const step of STEPS) {
      for (const asked of [real, ours]) if (step.once !== undefined) await waitFor(asked, step.once);
      // the real one hears of definitions and webhooks a little after it has told of them
      if (step.once !== undefined || step.name.includes('webhook')) await real.pass(5);
      const answers = [await real.ask(step), await ours.ask(step)] as const;
      found.push(...differencesOf(step.name, comparable(answers[0]), comparable(answers[1])));
    }
  });

  after(async () => {
    plane.stop();
    await ours.stop();
  });

  it('are answered alike, but for the differences that are known', () => {
    assert.deepEqual(
      found.filter((text) => !knownKubernetesDifferences.some(({ pattern }) => pattern.test(text))),
      [],
    );
  });

  it('have no known difference that is none any more', () => {
    const gone = knownKubernetesDifferences.filter(({ pattern }) => !found.some((text) => pattern.test(text)));
    assert.deepEqual(
      gone.map(({ pattern }) => pattern.source),
      [],
    );
  });

  it('know the same kinds and fields (tools/kubernetesModel.mjs writes them anew)', () => {
    assert.ok(model === readFileSync(modelFile, 'utf8'), 'model.json is not what the server says');
  });

  it('are about many things', () => {
    assert.ok(STEPS.length > 90, `${STEPS.length} steps`);
  });
});
