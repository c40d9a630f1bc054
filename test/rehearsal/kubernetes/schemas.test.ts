import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { KINDS } from '../../../src/rehearsal/kubernetes/kinds.ts';
import { schemaFile } from './schemaFile.ts';

const FILE = new URL('../../../src/rehearsal/kubernetes/schemas.json', import.meta.url);

describe('rehearsal/kubernetes schemas.json', () => {
  it('is what the models of client-node say (UPDATE_SCHEMAS=1 writes it anew)', function () {
    this.timeout(20_000);
    const models = KINDS.map(({ kind }) => (kind === 'Event' ? 'CoreV1Event' : `V1${kind}`));
    const text = `${JSON.stringify(schemaFile(models), undefined, 1)}\n`;
    if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(FILE, text);
    assert.equal(readFileSync(FILE, 'utf8'), text);
  });
});
