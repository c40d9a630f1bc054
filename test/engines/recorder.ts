import { appendFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';

export interface Recorder {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * A proxy that writes every exchange to `file`, one JSON line each, for `modelCheck.py`: method, path, headers, body (base64), and the
 * same of the answer. It keeps the `Host` that was signed, so an upstream that verifies it has to accept this proxy's address.
 */
export async function startRecorder(upstream: () => URL, file: string): Promise<Recorder> {
  const server = createServer((incoming, outgoing) => {
    void bodyOf(incoming).then((body) => {
      const target = upstream();
      const forward = request(
        {
          host: target.hostname,
          port: target.port,
          method: incoming.method,
          path: incoming.url,
          headers: incoming.headers,
          setHost: false,
        },
        (answer) => {
          void bodyOf(answer).then((answerBody) => {
            const line = {
              method: incoming.method,
              path: incoming.url,
              headers: pairs(incoming),
              body: body.toString('base64'),
              status: answer.statusCode,
              rheaders: pairs(answer),
              rbody: answerBody.toString('base64'),
            };
            // the rehearsal's own pages (its clock) are no part of AWS
            if (incoming.url?.startsWith('/_rehearsal/') !== true) appendFileSync(file, `${JSON.stringify(line)}\n`);
            outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
            outgoing.end(answerBody);
          });
        },
      );
      forward.on('error', () => outgoing.destroy());
      forward.end(body);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: () => new Promise((done) => void (server.closeAllConnections(), server.close(() => done()))),
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function pairs(message: IncomingMessage): readonly (readonly [string, string])[] {
  return Object.entries(message.headers).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)] as const]));
}
