import type { Duplex } from 'node:stream';
import type { CarriedOut } from './podBackends.ts';
import type { PortForward } from './podStreams.ts';
import { SpdyConnection } from './spdy/spdyConnection.ts';
import type { SpdyStream } from './spdy/spdyConnection.ts';

/**
 * Port-forward over SPDY (kubernetes/kubernetes, `pkg/kubelet/server/portforward/httpstream.go`): for each connection a pair of streams with
 * the same `requestid`, one of `streamtype` error and one of data, both naming their `port`.
 */
export function serveSpdyPortForward({ portNumbered }: PortForward, connection: Duplex, head: Buffer, carriedOut: CarriedOut): void {
  /** Streams whose partner has not come yet, by their request. */
  const waiting = new Map<string, { readonly type: string; readonly stream: SpdyStream }>();
  const spdy = new SpdyConnection(connection, (stream, headers) => {
    stream.on('error', () => undefined);
    const [type = '', request = ''] = [headers.get('streamtype'), headers.get('requestid')];
    const partner = waiting.get(request);
    if (partner === undefined || partner.type === type) {
      waiting.set(request, { type, stream });
      return;
    }
    waiting.delete(request);
    const [error, data] = type === 'data' ? [partner.stream, stream] : [stream, partner.stream];
    join(portNumbered(Number(headers.get('port'))), error, data, carriedOut);
  });
  if (head.length > 0) spdy.take(head);
}

/** The error stream says why not, or ends without a word when the connection is over. */
function join(port: ReturnType<PortForward['portNumbered']>, error: SpdyStream, data: SpdyStream, carriedOut: CarriedOut): void {
  error.resume();
  if (port.connect === undefined) {
    data.resume();
    data.end();
    error.end(port.refusal);
    return;
  }
  data.once('close', () => error.end());
  port.connect(data, carriedOut);
}
