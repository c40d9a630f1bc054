import assert from 'node:assert/strict';
import { AnswerLost, NotYet, Refused } from '../../src/core/graph/errors.ts';
import { Conflicted, Immutable, unseen, writeError } from '../../src/kubernetes/answers.ts';

const asked = { verb: 'apply', path: '/apis/apps/v1/namespaces/kafka/deployments/broker' };
const told = (status: number, message: string, causes: readonly object[] = [], details: object = {}): Error =>
  writeError(asked, { status, body: JSON.stringify({ kind: 'Status', message, details: { ...details, causes } }) }, 'unknown');

/** As the real kube-apiserver 1.36.3 said them. */
describe('what the API server answers to a write', () => {
  it('1.2/4 a conflict: each field with its manager', () => {
    const error = told(409, 'Apply failed with 2 conflicts: …', [
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl" with subresource "scale" using apps/v1',
        field: '.spec.replicas',
      },
      { reason: 'FieldManagerConflict', message: 'conflict with "kubectl"', field: '.spec.paused' },
      { reason: 'FieldManagerConflict', message: 'conflict with "helm"', field: '.metadata.labels.app' },
    ]);
    assert.ok(error instanceof Conflicted);
    assert.equal(error.message, 'kubectl owns .spec.replicas and .spec.paused, helm owns .metadata.labels.app');
  });

  it('1.2/4 an unknown field: by its name, and surely not done', () => {
    const error = told(500, 'failed to create typed patch object (default/a; /v1, Kind=ConfigMap): .dta: field not declared in schema');
    assert.ok(error instanceof Refused);
    assert.match(error.message, /\.dta: field not declared in schema$/);
    assert.ok(told(400, 'strict decoding error: unknown field "spec.foo"') instanceof Refused);
  });

  it('1.2/7 an immutable field, in all the words that there are for it', () => {
    const words = [
      'Invalid value: {"matchLabels":{"app":"two"}}: field is immutable',
      "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template' are forbidden",
      'Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      'Invalid value: "10.0.0.1": may not change once set',
    ];
    for (const message of words) {
      const error = told(422, `x is invalid: spec: ${message}`, [{ reason: 'FieldValueInvalid', message, field: 'spec.selector' }]);
      assert.ok(error instanceof Immutable, message);
      assert.equal(error.field, 'spec.selector');
    }
    const plain = told(422, 'x is invalid', [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.x' }]);
    assert.ok(plain instanceof Refused && !(plain instanceof Immutable));
  });

  it('1.2/3 a webhook that does not answer yet: worth another look, in its words', () => {
    const error = told(
      500,
      'Internal error occurred: failed calling webhook "w.example.invalid": failed to call webhook: Post "https://nobody.default.svc:443/?timeout=10s": service "nobody" not found',
    );
    assert.ok(error instanceof NotYet);
    assert.match(error.message, /failed calling webhook "w\.example\.invalid".*service "nobody" not found/);
  });

  it('a webhook that says no is no matter of time', () => {
    const error = told(
      403,
      'admission webhook "validate.nginx.ingress.kubernetes.io" denied the request: host "a" and path "/" is already defined',
    );
    assert.ok(error instanceof Refused);
    assert.match(error.message, /already defined/);
  });

  it('a webhook that does not answer: worth another look, told by the Service behind it', () => {
    const words = 'failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s"';
    const error = told(
      500,
      `Internal error occurred: failed calling webhook "webhook.cert-manager.io": ${words}: no endpoints available for service "cert-manager-webhook"`,
    );
    assert.ok(error instanceof NotYet);
    assert.deepEqual([error.code, error.detail], ['kubernetes-webhook', 'cert-manager/cert-manager-webhook']);
    const outside = told(500, 'Internal error occurred: failed calling webhook "policy.example": Post "https://policy.example/check": EOF');
    assert.ok(outside instanceof NotYet && outside.detail === 'policy.example');
  });

  it('1.2/13 a namespace on its way out, one that is not there, a kind that is not served: worth another look', () => {
    const terminating = told(403, 'configmaps "b" is forbidden: …', [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }]);
    assert.ok(terminating instanceof NotYet);
    assert.match(terminating.message, /its namespace is being deleted/);
    const missing = told(404, 'namespaces "nope" not found', [], { name: 'nope', kind: 'namespaces' });
    assert.ok(missing instanceof NotYet);
    assert.match(missing.message, /namespace nope is not there yet/);
    const unserved = writeError(asked, { status: 404, body: '404 page not found\n' }, 'unknown');
    assert.ok(unserved instanceof NotYet);
    assert.match(unserved.message, /does not serve it yet: deployments\.apps broker in namespace kafka/);
  });

  it('a UID that is another by now: worth another look, for nothing was done', () => {
    assert.ok(
      told(409, 'Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (abc) does not match') instanceof NotYet,
    );
  });

  it('about a Secret never quotes a value', () => {
    const secret = { verb: 'apply', path: '/api/v1/namespaces/default/secrets/a' };
    const said = [
      'failed to create typed patch object (default/a; /v1, Kind=Secret): .data.x: expected string, got &value.valueUnstructured{Value:canary}',
      'Secret "a" is invalid: data: Invalid value: {"x":"canary"}: field is immutable',
    ];
    for (const message of said) {
      const cause = { message: message.replace(/^.*invalid: data: /, ''), field: 'data' };
      const body = JSON.stringify({ message, details: { causes: [cause] } });
      const error = writeError(secret, { status: message.startsWith('failed') ? 500 : 422, body }, 'unknown');
      assert.ok(!JSON.stringify([error.message, error.next, error.detail, String(error.cause)]).includes('canary'), error.message);
      assert.ok(error instanceof Refused);
    }
  });

  it('a quota: its words', () => {
    const error = told(403, 'pods "x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=5, limited: pods=5');
    assert.ok(error instanceof Refused);
    assert.match(error.message, /limited: pods=5/);
  });

  it('anything else keeps apart what was not done and what nobody knows', () => {
    assert.ok(told(500, 'etcdserver: request timed out') instanceof AnswerLost);
    assert.ok(told(503, 'apiserver is shutting down') instanceof NotYet);
    assert.ok(told(403, 'User "x" cannot patch resource') instanceof Refused);
  });

  it('of who is not let in: new, unknown, or known no longer', () => {
    const body = '{"reason":"Unauthorized"}';
    assert.ok(writeError(asked, { status: 401, body }, 'settling') instanceof NotYet);
    assert.match(writeError(asked, { status: 401, body }, 'expired').message, /token has expired/);
    assert.match(unseen({ verb: 'list', path: '/api/v1/nodes' }, { status: 401, body }, 'unknown').message, /no access entry/);
  });

  it('which verb on what is forbidden, also in the sentence of the row', () => {
    const error = unseen(
      { verb: 'list', path: '/api/v1/namespaces/kafka/secrets' },
      { status: 403, body: '{"reason":"Forbidden"}' },
      'unknown',
    );
    assert.equal(error.detail, 'list secrets in namespace kafka');
    assert.equal(error.code, 'Forbidden');
  });
});
