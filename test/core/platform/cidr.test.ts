import assert from 'node:assert/strict';
import { contains, formatCidr, network, overlaps, parseCidr, sizeOf, split, usableAddresses } from '../../../src/core/platform/cidr.ts';
import type { Cidr } from '../../../src/core/platform/cidr.ts';

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  assert.ok(parsed, text);
  return parsed;
}

describe('cidr', () => {
  it('reads what it writes', () => {
    for (const text of ['0.0.0.0/0', '10.0.0.0/16', '192.168.255.0/24', '255.255.255.255/32']) assert.equal(formatCidr(cidr(text)), text);
  });

  it('refuses everything else', () => {
    for (const text of [
      '',
      '10.0.0.0',
      '10.0.0.0/33',
      '10.0.0.0/01',
      '010.0.0.0/8',
      '256.0.0.0/8',
      '10.0.0/8',
      '10.0.0.0/8 ',
      '::/0',
      '-1.0.0.0/8',
      '10.0.0.0/-1',
    ]) {
      assert.equal(parseCidr(text), undefined, text);
    }
  });

  it('takes host bits off', () => {
    assert.equal(formatCidr(network(cidr('10.0.17.5/20'))), '10.0.16.0/20');
    assert.equal(formatCidr(network(cidr('200.1.2.3/0'))), '0.0.0.0/0');
    assert.equal(formatCidr(network(cidr('200.1.2.3/32'))), '200.1.2.3/32');
  });

  it('knows what lies inside and what overlaps', () => {
    assert.ok(contains(cidr('10.0.0.0/16'), cidr('10.0.144.0/20')));
    assert.ok(!contains(cidr('10.0.144.0/20'), cidr('10.0.0.0/16')));
    assert.ok(!contains(cidr('10.0.0.0/16'), cidr('10.1.0.0/20')));
    assert.ok(contains(cidr('0.0.0.0/0'), cidr('255.0.0.0/8')));
    assert.ok(overlaps(cidr('10.0.0.0/20'), cidr('10.0.0.0/21')) && overlaps(cidr('10.0.0.0/21'), cidr('10.0.0.0/20')));
    assert.ok(!overlaps(cidr('10.0.0.0/20'), cidr('10.0.16.0/20')));
  });

  it('splits a block', () => {
    assert.deepEqual([...split(cidr('10.0.0.0/18'), 20)].map(formatCidr), ['10.0.0.0/20', '10.0.16.0/20', '10.0.32.0/20', '10.0.48.0/20']);
    assert.deepEqual([...split(cidr('255.255.255.0/24'), 25)].map(formatCidr), ['255.255.255.0/25', '255.255.255.128/25']);
    assert.deepEqual([...split(cidr('10.0.0.0/24'), 20)], []);
  });

  it('counts addresses as AWS does', () => {
    assert.equal(sizeOf(cidr('10.0.0.0/20')), 4096);
    assert.equal(usableAddresses(cidr('10.0.0.0/20')), 4091);
    assert.equal(usableAddresses(cidr('10.0.0.0/28')), 11);
    assert.equal(usableAddresses(cidr('10.0.0.0/31')), 0);
  });
});
