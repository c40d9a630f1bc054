// The process of `benchWatched.mjs`: one run, with all that a runner has loaded. It tells when every Service is pending, when all but
// one are ready, and how it ended.
import { applySetOf, readFiles } from './benchApply.mjs';
import { Session } from '../src/runner/session.ts';

process.once('message', async ({ plane, label, files, objects }) => {
  const pending = new Set();
  const ready = new Set();
  const tell = (set, resource, size, what) => {
    if (!resource.startsWith('Service/') || set.has(resource)) return;
    set.add(resource);
    if (set.size === size) process.send({ what, watching: process.memoryUsage.rss() / 1e6 });
  };
  const { outcome } = await applySetOf(plane, readFiles(files), label, (event) => {
    if (event.event === 'resource.progress') tell(pending, event.resource, objects, 'waiting');
    if (event.event === 'resource.finished') tell(ready, event.resource, objects - 1, 'all but one');
  });
  const at = Date.now();
  process.send({ what: 'ended', at, outcome, megabytes: process.resourceUsage().maxRSS / 1000, runner: Session.name });
});
