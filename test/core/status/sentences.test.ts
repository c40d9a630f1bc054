import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { LONGEST, SENTENCE_CODES, sentenceFor, sentenceOf, wordsFor } from '../../../src/core/status/sentences.ts';

const SNAPSHOT = new URL('sentences.snapshot.txt', import.meta.url);

describe('sentences', () => {
  it('are these, word for word', () => {
    const now = SENTENCE_CODES.map((code) => `${code}: ${sentenceFor(code, { title: 'Node group', detail: 'a detail' }) ?? ''}`).join('\n');
    assert.equal(`${now}\n`, readFileSync(SNAPSHOT, 'utf8'));
  });

  for (const code of SENTENCE_CODES) {
    it(`${code}: names the resource, says what to do next, and fits`, () => {
      const titles = ['VPC', 'NAT gateway for 10.0.128.0/20', 'T'.repeat(200), '🚢'.repeat(100)];
      for (const title of titles) {
        for (const detail of [undefined, 'a detail', 'd'.repeat(300)]) {
          const sentence = sentenceFor(code, { title, ...(detail === undefined ? {} : { detail }) }) ?? '';
          assert.ok(sentence.length <= LONGEST, `${sentence.length}: ${sentence}`);
          assert.ok(sentence.startsWith([...title][0] ?? '?'), sentence);
          assert.match(sentence, /\.$/);
          assert.doesNotMatch(sentence, /undefined|Exception|Exceeded/);
        }
      }
    });
  }

  it('say what providers say, in our words', () => {
    const said = sentenceFor('VpcLimitExceeded', { title: 'VPC' });
    assert.equal(said, sentenceFor('vpc-limit', { title: 'VPC' }));
    assert.equal(
      sentenceFor('UnauthorizedOperation', { title: 'VPC', detail: 'ec2:CreateVpc' }),
      sentenceFor('denied', { title: 'VPC', detail: 'ec2:CreateVpc' }),
    );
  });

  it('are none for a code that nobody knows, nor for what every object has', () => {
    assert.equal(sentenceFor('SomethingNewException', { title: 'VPC' }), undefined);
    assert.equal(sentenceFor('toString', { title: 'VPC' }), undefined);
  });

  it('are told in parts to a row, which has its title already', () => {
    assert.deepEqual(wordsFor('UnfulfillableCapacity', 't3.small'), {
      reason: 'no spot capacity for t3.small',
      next: 'Add instance types or choose on-demand, then retry.',
    });
    assert.deepEqual(wordsFor('AccessDeniedException'), wordsFor('denied'), 'with and without Exception');
  });

  it('cut what a provider said at length, and never the next step', () => {
    const said = sentenceOf('VPC 10.0.0.0/16', { reason: `${'word '.repeat(60)}.`, next: 'Look at the log, then retry.' });
    assert.ok(said.length <= LONGEST, said);
    assert.match(said, /^VPC 10\.0\.0\.0\/16: word .*… Look at the log, then retry\.$/);
    assert.equal(sentenceOf('VPC', { reason: 'it is gone.' }), 'VPC: it is gone.');
  });
});
