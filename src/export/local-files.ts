import { createHash } from 'node:crypto';
import { isServed } from '../routing/gateway.ts';
import { tiersOn } from '../routing/gateway-group.ts';
import type { Route } from '../routing/route.ts';
import { type Snapshot, viewOf } from '../routing/snapshot.ts';
import { type DistributorList, groupLists, LOCAL_LIST, localDistributorFile } from '../xml/distributor-document.ts';
import { localContextsFile } from '../xml/local-contexts-file.ts';
import { localDirectoryFile, type ProfileGateways } from '../xml/local-directory-file.ts';
import { localExtensions } from '../xml/local-extension.ts';
import { localProfileFile } from '../xml/sofia-document.ts';
import { joinInclude, writeDocument } from '../xml/write-document.ts';
import type { NotExpressed } from './not-expressed.ts';

/** A file of a FreeSWITCH configuration tree. */
export interface LocalFile {
  /** Below the tree's folder, with `/`. */
  readonly path: string;
  readonly content: string;
}

export interface LocalFiles {
  /** By path. */
  readonly files: readonly LocalFile[];
  /** Routes that are left out: their calls go to whatever follows. */
  readonly notExpressed: readonly NotExpressed[];
}

/** Of one name the first context counts, so ours come after everybody else's (contract 6.1). */
const CONTEXTS_FILE = 'dialplan/zz_trunkhunt_contexts.xml';

/** FreeSWITCH takes it for calls of any context that there is not (contract 6.1); a route is for one alone. */
const EVERYBODYS_CONTEXT = 'global';

/** So many routes are written in one step. */
const ROUTES_A_STEP = 50;

/**
 * An inventory as FreeSWITCH's own files, which it uses where nobody answers (contract 2.1).
 * @param hostname the switch whose view it is; "" = what every switch has
 */
export function localFiles(snapshot: Snapshot, hostname: string): LocalFiles {
  const steps = localFilesInSteps(snapshot, hostname);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** The same in steps, for whoever has calls to answer between them. */
export function* localFilesInSteps(snapshot: Snapshot, hostname: string): Generator<undefined, LocalFiles> {
  const view = viewOf(snapshot, hostname);
  const lists = {
    path: 'autoload_configs/distributor.conf.xml',
    content: localDistributorFile(localLists(snapshot, view)),
  };
  yield;
  const gateways = gatewayFiles(snapshot, view);
  yield;
  const routes = yield* localRoutes(snapshot, view);
  const files = [lists, ...gateways, ...routes.files];
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), notExpressed: routes.notExpressed };
}

/** Every group's lists, and the one that says where they come from, where no group has its name. */
function localLists(snapshot: Snapshot, view: string): readonly DistributorList[] {
  const lists = snapshot.groups.flatMap((group) => groupLists(group, tiersOn(group, view)));
  const isTaken = lists.some(({ name }) => name.toLowerCase() === LOCAL_LIST);
  return isTaken ? lists : [...lists, { name: LOCAL_LIST, nodes: [] }];
}

function gatewayFiles(snapshot: Snapshot, view: string): readonly LocalFile[] {
  const served = snapshot.gateways.filter((gateway) => isServed(gateway, view));
  const whole = snapshot.profiles.map((profile) => ({
    path: `sip_profiles/trunkhunt_${profile.name}.xml`,
    content: localProfileFile({ profile, gateways: served.filter((it) => it.profile === profile.name) }),
  }));
  const inDirectory = served.filter(({ profile }) => !snapshot.profiles.some(({ name }) => name === profile));
  const profiles = [...new Set(inDirectory.map(({ profile }) => profile))]
    .sort()
    .map((profile): ProfileGateways => ({ profile, gateways: inDirectory.filter((it) => it.profile === profile) }));
  if (profiles.length === 0) return whole;
  return [...whole, { path: 'directory/trunkhunt.xml', content: localDirectoryFile(profiles) }];
}

function* localRoutes(snapshot: Snapshot, view: string): Generator<undefined, LocalFiles> {
  const contexts = new Map<string, { readonly context: string; readonly extensions: string[] }>();
  const notExpressed: NotExpressed[] = [];
  for (const [at, route] of snapshot.routes.inOrder.entries()) {
    if (at % ROUTES_A_STEP === ROUTES_A_STEP - 1) yield;
    // FreeSWITCH compares contexts without regard to case (contract 6.1).
    const key = route.context.toLowerCase();
    if (key === EVERYBODYS_CONTEXT) {
      notExpressed.push(
        leftOut(route, 'context', `'${route.context}' is for calls of every context that a switch lacks`),
      );
      continue;
    }
    const entry = contexts.get(key) ?? { context: route.context, extensions: [] };
    contexts.set(key, entry);
    const written = localExtensions(route, tiersOn(route.group, view));
    if ('column' in written) notExpressed.push(leftOut(route, written.column, written.why));
    else entry.extensions.push(...written.map(writeDocument));
  }
  const written = [...contexts.values()]
    .filter(({ extensions }) => extensions.length > 0)
    .map(({ context, extensions }) => ({ context, extensions, files: `${contextFolder(context)}/trunkhunt.xml` }));
  if (written.length === 0) return { files: [], notExpressed };
  return {
    files: [
      ...written.map(({ files, extensions }) => ({
        path: `dialplan/${files}`,
        content: joinInclude(extensions),
      })),
      { path: CONTEXTS_FILE, content: localContextsFile(written) },
    ],
    notExpressed,
  };
}

function leftOut(route: Route, column: string, why: string): NotExpressed {
  const consequence = 'the route is left out, and its calls go to the routes that follow';
  return { table: 'routes', key: route.label, column, why: `${why}; ${consequence}` };
}

/** The context itself where it can name a folder; else a name that is the same for the same context only. */
function contextFolder(context: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$/.test(context)) return context;
  return `context.${createHash('sha256').update(context.toLowerCase()).digest('hex').slice(0, 16)}`;
}
