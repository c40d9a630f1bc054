import type { ResourceStatus } from '../../core/status/platformStatus.ts';
import type { ObjectCalls } from '../../runner/objectCalls.ts';
import type { Dialogs } from '../dialogs.ts';
import { endpointsOf } from '../model/endpointRows.ts';
import type { Addressed } from '../model/rowAddress.ts';
import { visibleText } from '../model/visibleText.ts';
import type { Platform } from '../platform.ts';

/** Shows an object as the cluster has it, without bookkeeping; what a Secret holds is masked by the runner. */
export async function viewLiveYaml(platform: Platform, dialogs: Dialogs, resource: ResourceStatus): Promise<void> {
  const { live } = await yamlOf(platform, dialogs, resource);
  if (live === undefined) return tellAbsent(dialogs, resource);
  await dialogs.showYaml(`${nameOf(platform, resource)} (live).yaml`, live);
}

/** Compares an object with its manifest: on the left as it is, without what no manifest can say; on the right as its file has it. */
export async function compareWithLive(platform: Platform, dialogs: Dialogs, resource: ResourceStatus): Promise<void> {
  const { live, comparable = live, manifest } = await yamlOf(platform, dialogs, resource);
  if (comparable === undefined) return tellAbsent(dialogs, resource);
  if (manifest === undefined) {
    void dialogs.tell('info', `${visibleText(resource.title)} is in none of the manifests of ${platform.name}.`);
    return;
  }
  const name = nameOf(platform, resource);
  await dialogs.compareYaml(`${name}: live ↔ manifest`, [`${name} (as it is).yaml`, comparable], [`${name} (manifest).yaml`, manifest]);
}

/** `kubectl rollout restart`, after one question. */
export async function restartWorkload(platform: Platform, dialogs: Dialogs, resource: ResourceStatus): Promise<void> {
  const title = visibleText(resource.title);
  const detail = 'Its pods are replaced one after the other, as its update strategy says. Nothing else of it changes.';
  const answer = await dialogs.confirm(`Restart ${title} of ${platform.name}?`, detail, ['Restart']);
  if (answer !== 'Restart') return;
  await dialogs.busy(`Restarting ${title}`, () => platform.ask('restart', { resource: resource.id }));
  await platform.poller.refresh();
}

/** The address to open: that of the row, or, where a stage has several, the one that is chosen by its host. */
export async function chooseUrl(platform: Platform, dialogs: Dialogs, { stage, resource }: Addressed): Promise<string | undefined> {
  const stages = platform.model.view.status?.stages ?? [];
  const endpoints = endpointsOf(stage ? stages.filter(({ id }) => id === stage.id) : stages);
  const own = resource === undefined ? endpoints : endpoints.filter((endpoint) => endpoint.resource.id === resource.id);
  if (own.length === 0) throw new Error(`${visibleText(resource?.title ?? stage?.title ?? platform.name)} has no address to open.`);
  if (own.length === 1) return own[0]?.url;
  return dialogs.choose(
    'Open in Browser',
    own.map(({ title, host, url }) => ({ label: visibleText(title), description: visibleText(host), value: url })),
  );
}

function yamlOf(platform: Platform, dialogs: Dialogs, { id, title }: ResourceStatus): Promise<ObjectCalls['objectYaml']['result']> {
  return dialogs.busy(`Reading ${visibleText(title)}`, () => platform.ask('objectYaml', { resource: id }));
}

function tellAbsent(dialogs: Dialogs, { title }: ResourceStatus): void {
  void dialogs.tell('info', `${visibleText(title)} is not in the cluster.`);
}

/** A tab's name: the id is unique in the platform, and says kind, namespace and name. */
const nameOf = (platform: Platform, { id }: ResourceStatus): string => visibleText(`${platform.name} ${id}`);
