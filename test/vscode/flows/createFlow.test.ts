import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Dialogs } from '../../../src/vscode/dialogs.ts';
import { copySample, createPlatform } from '../../../src/vscode/flows/createFlow.ts';

const SAMPLE = path.join(import.meta.dirname, '../../../manifests');
const sampleFiles = filesBelow(SAMPLE);

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).toSorted();
}

/** A person who answers the boxes in turn, and the last question with `answer`. */
function person(domain: string, answer: string | undefined): { dialogs: Dialogs; asked: string[] } {
  const typed = ['cauchy', '', domain];
  const asked: string[] = [];
  const dialogs: Dialogs = {
    async confirm(message, detail) {
      asked.push(message, detail);
      return answer;
    },
    tell: async () => undefined,
    choose: async (_title, [first]) => first?.value,
    type: async () => typed.shift(),
    busy: (_title, work) => work(),
    show: async () => undefined,
    showYaml: async () => undefined,
    compareYaml: async () => undefined,
    outdatePlans: () => undefined,
  };
  return { dialogs, asked };
}

describe('making a platform', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'slipway-create-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');

  it('lists all that it will write, and brings the whole sample with the person’s own domain', async () => {
    const { dialogs, asked } = person('example.com', 'Create');
    const file = await createPlatform(SAMPLE, folder, dialogs);
    assert.equal(file, path.join(folder, 'platform.yml'));
    assert.deepEqual(filesBelow(folder), sampleFiles);
    for (const name of sampleFiles) assert.ok(asked[1]?.includes(name), name);
    assert.match(read('platform.yml'), /^domain: example\.com\nmanifests: \. /m);
    for (const name of sampleFiles) assert.doesNotMatch(read(name), /cauchy\.link/, name);
    assert.match(read('argo/argo-workflows.yml'), /host: argo\.example\.com/);
  });

  it('writes nothing for whoever says no', async () => {
    assert.equal(await createPlatform(SAMPLE, folder, person('', undefined).dialogs), undefined);
    assert.deepEqual(filesBelow(folder), []);
  });

  it('writes only the file for whoever has no use for the manifests', async () => {
    await createPlatform(SAMPLE, folder, person('', 'Only platform.yml').dialogs);
    assert.deepEqual(filesBelow(folder), ['platform.yml']);
    assert.doesNotMatch(read('platform.yml'), /manifests/);
  });

  it('puts nothing into a folder that is there already, and says so', async () => {
    mkdirSync(path.join(folder, 'kafka'));
    writeFileSync(path.join(folder, 'kafka/own.yml'), 'mine');
    const { dialogs, asked } = person('', 'Create');
    await createPlatform(SAMPLE, folder, dialogs);
    assert.deepEqual(readdirSync(path.join(folder, 'kafka')), ['own.yml']);
    assert.match(asked[1] ?? '', /left as it is: kafka\//);
    assert.ok(readdirSync(folder).includes('minio'));
  });

  it('never overwrites: a platform file that is there ends it before any question', async () => {
    writeFileSync(path.join(folder, 'platform.yml'), 'mine');
    const { dialogs, asked } = person('', 'Create');
    await assert.rejects(createPlatform(SAMPLE, folder, dialogs), /is there already: nothing was overwritten/);
    assert.deepEqual([asked, filesBelow(folder), read('platform.yml')], [[], ['platform.yml'], 'mine']);
  });

  it('copies the sample whole, and refuses to do so twice', async () => {
    const { dialogs, asked } = person('', 'Copy');
    const file = await copySample(SAMPLE, folder, dialogs);
    assert.equal(file, path.join(folder, 'slipway-sample/platform.yml'));
    assert.deepEqual(filesBelow(path.join(folder, 'slipway-sample')), sampleFiles);
    for (const name of sampleFiles) assert.ok(asked[1]?.includes(name), name);
    await assert.rejects(copySample(SAMPLE, folder, dialogs), /nothing was overwritten/);
  });
});
