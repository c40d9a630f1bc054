import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { parsePlatform } from '../../../src/core/platform/parsePlatform.ts';
import { platformSchema } from '../../../src/core/platform/platformSchema.ts';
import { marked } from './marked.ts';
import { problems } from './problems.ts';
import type { Problem } from './problems.ts';

const resource = new URL('../../../resources/platform.schema.json', import.meta.url);
const sample = new URL('../../../manifests/platform.yml', import.meta.url);
const validate = new Ajv({ allowUnionTypes: true, useDefaults: true }).compile(platformSchema());

/** What only the parser can see: how a thing is written, and how values stand to each other. */
const beyondSchema =
  /^platform\.(duplicate-key|alias|arn-|tag-reserved|cidr-|subnet-|zone-re|endpoint-|instance-(pods|architecture)|unknown-instance-type|node-count|few-nodes|pod-slots|unknown-stage|unknown-requirement|stage-(cycle|key|needed|values)|path-|region-opt-in)/;
/** Infinity and what is no YAML never reach a JSON Schema. */
const isJson = ({ code, yaml }: Problem): boolean =>
  !/^platform\.(empty|syntax|documents|nesting|key|alias)$/.test(code) && !yaml.includes('.inf');

describe('resources/platform.schema.json', () => {
  it('is made from the table that the parser reads by (UPDATE_RESOURCES=1 writes it)', () => {
    const text = `${JSON.stringify(platformSchema(), undefined, 2)}\n`;
    if (process.env['UPDATE_RESOURCES'] === '1') writeFileSync(resource, text);
    assert.deepEqual(JSON.parse(readFileSync(resource, 'utf8')), JSON.parse(text));
  });

  it('takes the sample', () => {
    assert.ok(validate(parse(readFileSync(sample, 'utf8'))), JSON.stringify(validate.errors));
  });

  it('fills in the defaults that the parser fills in', () => {
    const filled: unknown = {
      name: 'cauchy',
      region: 'us-west-2',
      network: {},
      cluster: { endpoint: {} },
      compute: {},
      tls: {},
      stages: { kafka: {} },
    };
    assert.ok(validate(filled), JSON.stringify(validate.errors));
    const { spec } = parsePlatform('name: cauchy\nregion: us-west-2\ntls: {}\nstages: { kafka: {} }', '/p/platform.yml');
    assert.ok(spec);
    const { zones, public: publicSubnets, private: privateSubnets, ...network } = spec.network;
    const { addons, ...cluster } = spec.cluster;
    const { desiredWritten, ...compute } = spec.compute;
    assert.deepEqual(filled, {
      name: 'cauchy',
      region: 'us-west-2',
      network,
      cluster,
      compute,
      tls: { issuer: 'letsencrypt-prod' },
      stages: spec.stages,
    });
    assert.deepEqual([zones, publicSubnets.length, privateSubnets.length, addons, desiredWritten], [2, 2, 2, {}, false]);
  });

  for (const { code, yaml, whole } of problems.filter(isJson)) {
    const sees = !beyondSchema.test(code);
    it(`${sees ? 'refuses' : 'cannot see'} ${code}: ${JSON.stringify(yaml.slice(0, 80))}`, () => {
      const { text } = marked(whole ? yaml : `name: cauchy\nregion: us-west-2\n${yaml}`, '/p/platform.yml');
      const value: unknown = parse(text, { uniqueKeys: false });
      assert.equal(validate(value), !sees, JSON.stringify(validate.errors));
    });
  }
});
