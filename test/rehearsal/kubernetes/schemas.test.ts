import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { KINDS } from '../../../src/rehearsal/kubernetes/kinds.ts';
import { schemaFile } from './schemaFile.ts';

const FILE = new URL('../../../src/rehearsal/kubernetes/schemas.json', import.meta.url);

describe('rehearsal/kubernetes schemas.json', () => {
  it('is what the models of client-node say (UPDATE_SCHEMAS=1 writes it anew)', function () {
    this.timeout(20_000);
    const models = KINDS.map(({ kind }) => (kind === 'Event' ? 'CoreV1Event' : `V1${kind}`));
    const expected = schemaFile(models);
    if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(FILE, `${JSON.stringify(expected, undefined, 2)}\n`);
    assert.deepEqual(JSON.parse(readFileSync(FILE, 'utf8')), expected);
  });
});
