import assert from 'node:assert/strict';
import { addressIn } from '../../src/stages/releases.ts';

describe('what a release serves', () => {
  it('is the host of the Ingress that its values switch on', () => {
    const sentry = { enabled: true, hostname: 'sentry.cauchy.link', tls: [{ hosts: ['sentry.cauchy.link'], secretName: 'sentry-tls' }] };
    assert.equal(addressIn({ ingress: sentry }), 'https://sentry.cauchy.link');
    assert.equal(addressIn({ ingress: { enabled: true, hosts: [{ host: 'a.b.c', paths: ['/'] }] } }), 'http://a.b.c');
    assert.equal(addressIn({ ingress: { enabled: true, hosts: ['a.b.c'] } }), 'http://a.b.c');
  });

  it('is nothing where there is none, or no single host', () => {
    assert.equal(addressIn({}), undefined);
    assert.equal(addressIn({ ingress: { enabled: false, hostname: 'a.b.c' } }), undefined);
    assert.equal(addressIn({ ingress: { enabled: true, hostname: '*.b.c' } }), undefined);
  });
});
