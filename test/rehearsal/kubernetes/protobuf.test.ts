import assert from 'node:assert/strict';
import { decodeProtobuf, isProtobuf } from '../../../src/rehearsal/kubernetes/protobuf.ts';
import { StatusError } from '../../../src/rehearsal/kubernetes/statusError.ts';

/** Fields as they are on the wire: numbers as varints, everything else with its length. */
function message(...fields: readonly (readonly [number: number, value: number | string | Buffer])[]): Buffer {
  const varint = (value: number): Buffer => {
    const bytes: number[] = [];
    for (let rest = value; ; rest = Math.floor(rest / 128)) {
      bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
      if (rest < 128) return Buffer.from(bytes);
    }
  };
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [varint(number * 8), varint(value)];
      const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
      return [varint(number * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

/** The envelope that Go's clients send. */
function enveloped(apiVersion: string, kind: string, object: Buffer): Buffer {
  return Buffer.concat([Buffer.from('k8s\0'), message([1, message([1, apiVersion], [2, kind])], [2, object])]);
}

describe('rehearsal/kubernetes protobuf', () => {
  it('is read by the numbers of the .proto files: maps, bytes, times', () => {
    const metadata = message(
      [1, 'sh.helm.release.v1.a.v1'],
      [3, 'default'],
      [8, message([1, 1_700_000_000])],
      [11, message([1, 'owner'], [2, 'helm'])],
    );
    const data = message([1, 'release'], [2, Buffer.from('canary')]);
    const secret = message([1, metadata], [2, data], [3, 'helm.sh/release.v1']);
    const body = enveloped('v1', 'Secret', secret);
    assert.ok(isProtobuf(body));
    assert.deepEqual(decodeProtobuf(body), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'sh.helm.release.v1.a.v1',
        namespace: 'default',
        creationTimestamp: '2023-11-14T22:13:20Z',
        labels: { owner: 'helm' },
      },
      data: { release: Buffer.from('canary').toString('base64') },
      type: 'helm.sh/release.v1',
    });
  });

  it('reads what Go embeds as fields of the object itself, and either kind of port', () => {
    const container = (port: Buffer): Buffer => message([1, 'c'], [11, message([1, message([2, message([2, port])])])]);
    const spec = message(
      [2, container(message([1, 0], [2, 8080]))],
      [2, container(message([1, 1], [3, 'http']))],
      [1, message([1, 'v'], [2, message([6, message([1, 's'])])])],
    );
    const pod = decodeProtobuf(enveloped('v1', 'Pod', message([2, spec])));
    assert.deepEqual(pod['spec'], {
      containers: [
        { name: 'c', readinessProbe: { httpGet: { port: 8080 } } },
        { name: 'c', readinessProbe: { httpGet: { port: 'http' } } },
      ],
      volumes: [{ name: 'v', secret: { secretName: 's' } }],
    });
  });

  it('refuses what is none, in the words of a Status', () => {
    assert.throws(() => decodeProtobuf(enveloped('v1', 'Unknown', Buffer.alloc(0))), StatusError);
    assert.throws(() => decodeProtobuf(enveloped('v1', 'Secret', Buffer.of(0x0a, 0x7f, 1))), StatusError);
  });
});
