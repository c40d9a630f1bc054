import { timingSafeEqual } from 'node:crypto';
import type { WireAnswer, WireRequest } from './codec/wire.ts';
import { resolveName } from './dns.ts';
import { FAULTS, parseFault, UnknownFault } from './faults.ts';
import type { FolderWorld } from './folderWorld.ts';

export const CONTROL_PREFIX = '/_rehearsal/';

/**
 * What AWS does not have: the world's clock (read by everybody who can reach the port: it tells nothing), its folder,
 * its timeline, its public DNS and its faults (with the world's bearer token).
 */
export function control(world: FolderWorld, request: WireRequest): WireAnswer {
  const name = request.path.slice(CONTROL_PREFIX.length);
  if (name === 'clock' && request.method === 'GET') {
    return json(200, { now: world.now(), timeScale: world.timeScale, wall: world.wall() });
  }
  if (!authorized(world, request)) return json(403, { message: 'This needs the bearer token of the world (SLIPWAY_REHEARSAL_TOKEN).' });
  if (name === 'timeline' && request.method === 'GET') return json(200, { now: world.now(), entries: world.timelineEntries() });
  if (name === 'resolve' && request.method === 'GET')
    return json(200, resolveName(world, new URLSearchParams(request.query).get('name') ?? ''));
  if (name === 'world' && request.method === 'GET') return json(200, { folder: world.folder });
  if (name === 'faults' && request.method === 'GET') return json(200, { faults: listed(world) });
  if (name === 'faults' && request.method === 'POST') return change(world, request.body.toString('utf8'));
  return json(404, { message: `There is no ${request.method} ${CONTROL_PREFIX}${name}.` });
}

function authorized(world: FolderWorld, request: WireRequest): boolean {
  const given = Buffer.from(request.headers['authorization'] ?? '');
  const wanted = Buffer.from(`Bearer ${world.bearerToken}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function listed(world: FolderWorld): readonly object[] {
  return FAULTS.map(({ name, text, argument }) => ({
    name,
    text,
    ...(argument === undefined ? {} : { argument: { text: argument.text, required: argument.required } }),
    armed: world.faults.arguments(name),
  }));
}

/** `{"arm":"throttle=CreateVpc"}`, `{"disarm":"throttle"}`. */
function change(world: FolderWorld, body: string): WireAnswer {
  let asked: unknown;
  try {
    asked = JSON.parse(body);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return json(400, { message: 'The body is not JSON.' });
  }
  if (typeof asked !== 'object' || asked === null) return json(400, { message: 'The body is not an object.' });
  try {
    if ('arm' in asked && typeof asked.arm === 'string') world.faults.arm(parseFault(asked.arm));
    else if ('disarm' in asked && typeof asked.disarm === 'string') disarm(world, asked.disarm);
    else return json(400, { message: 'Say {"arm":"NAME[=ARGUMENT]"} or {"disarm":"NAME[=ARGUMENT]"}.' });
  } catch (cause) {
    if (!(cause instanceof UnknownFault)) throw cause;
    return json(400, { message: cause.message });
  }
  world.save();
  return json(200, { faults: listed(world) });
}

function disarm(world: FolderWorld, text: string): void {
  const cut = text.indexOf('=');
  if (cut === -1) world.faults.disarm(text);
  else world.faults.disarm(text.slice(0, cut), text.slice(cut + 1));
}

function json(status: number, value: object): WireAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
