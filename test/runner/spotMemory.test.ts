import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { priceBook, type PriceBook } from '../../src/aws/prices.ts';
import { readJson } from '../../src/runner/privateFile.ts';
import { rememberingSpot } from '../../src/runner/spotMemory.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const small = (prices: PriceBook): number | undefined => prices.instance('t3.small', 'spot');

describe('the memory of Spot prices', () => {
  it('gives the next session the price that the last plan was told, so that a status and a plan agree', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'state', 'spot.json');
    const told = new Map([['t3.small', 0.009]]);
    const planning = await rememberingSpot(priceBook('us-west-2'), file);
    assert.notEqual(small(planning), 0.009 * 730);
    planning.learnSpot(told);
    assert.equal(small(planning), 0.009 * 730);
    while ((await readJson(file, (value) => value)) === undefined) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(small(await rememberingSpot(priceBook('us-west-2'), file)), 0.009 * 730);
  });

  it('is no reason to fail: what cannot be read or written is not remembered', async () => {
    await using folder = await temporaryFolder();
    const typical = small(priceBook('us-west-2'));
    for (const text of ['{', '[]', '{"t3.small":"free"}', '{"t3.small":-1}']) {
      const file = join(folder.path, 'spot.json');
      await writeFile(file, text);
      assert.equal(small(await rememberingSpot(priceBook('us-west-2'), file)), typical, text);
    }
    const nowhere = await rememberingSpot(priceBook('us-west-2'), join(folder.path, 'spot.json', 'x'));
    nowhere.learnSpot(new Map([['t3.small', 0.009]]));
    assert.equal(small(nowhere), 0.009 * 730);
  });
});
