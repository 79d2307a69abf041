import type { Row, Tables } from './fuzz-inventory.ts';
import { isOn, usableMembers } from './expected-dialplan.ts';
import type { XmlNode } from '../xml-node.ts';

/** An element without regard to the order of its attributes and children. */
export type Shape = string;

/** What XML cannot hold, a document shows as U+FFFD. */
export function xmlText(text: string): string {
  return text.toWellFormed().replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd');
}

/** An element as it is expected. */
function shape(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly Shape[] = [],
): Shape {
  return JSON.stringify([
    name,
    Object.entries(attributes)
      .map(([key, value]): [string, string] => [key, xmlText(value)])
      .sort(byText),
    [...children].sort(),
  ]);
}

/** An element as it was read. */
export function shapeOf(node: XmlNode): Shape {
  if (node.text.trim() !== '') throw new Error(`<${node.name}> holds text`);
  return shape(node.name, Object.fromEntries(node.attributes), node.children.map(shapeOf));
}

function byText(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : 1;
}

const answer = (section: string, child: Shape): Shape =>
  shape('document', { type: 'freeswitch/xml' }, [shape('section', { name: section }, [child])]);

const param = (name: string, value: string): Shape => shape('param', { name, value });

/** The answer to everything that is not ours. */
export const NOT_FOUND = answer('result', shape('result', { status: 'not found' }));

/** distributor.conf, as sets of names: how often each stands in a list is another test's. */
export function expectedLists(tables: Tables, hostname: string): ReadonlyMap<string, ReadonlySet<string>> {
  const lists = new Map<string, Set<string>>();
  for (const { name } of tables['gateway_groups'] ?? []) {
    const usable = usableMembers(tables, String(name), hostname);
    const tiers = [...new Set(usable.map(({ member }) => Number(member['tier'])))].sort((a, b) => a - b);
    lists.set(String(name), new Set());
    for (const [at, tier] of tiers.entries()) {
      const names = usable.flatMap(({ member, gateway }) => (member['tier'] === tier ? [String(gateway['name'])] : []));
      lists.set(at === 0 ? String(name) : `${String(name)}~${tier}`, new Set(names));
    }
  }
  if (lists.size === 0) lists.set('-no-groups', new Set());
  return lists;
}

/** The lists of a distributor.conf. Throws where there is anything else in it. */
export function listsOf(root: XmlNode): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, ReadonlySet<string>>();
  const lists = root.children[0]?.children[0]?.children[0]?.children ?? [];
  for (const list of lists)
    names.set(list.attributes.get('name') ?? '', new Set(list.children.map((it) => it.attributes.get('name') ?? '')));
  const written = lists.map(({ attributes, children }) =>
    shape(
      'list',
      { name: attributes.get('name') ?? '' },
      children.map((it) => shape('node', { name: it.attributes.get('name') ?? '', weight: '1' })),
    ),
  );
  const whole = shape('configuration', { name: 'distributor.conf', description: 'gateways by weight' }, [
    shape('lists', {}, written),
  ]);
  if (shapeOf(root) !== answer('configuration', whole)) throw new Error('there is more in distributor.conf than lists');
  return names;
}

/** sofia.conf. @param profile the one that was asked for; '' = all; undefined where nothing is served */
export function expectedSofia(tables: Tables, profile: string, hostname: string): Shape | undefined {
  const wanted = (tables['profiles'] ?? []).filter(({ name }) => profile === '' || name === profile);
  if (wanted.length === 0) return undefined;
  const profiles = wanted.map(({ name }) => {
    const settings = (tables['profile_settings'] ?? []).filter((it) => it['profile'] === name);
    return shape('profile', { name: String(name) }, [
      shape('gateways', {}, gatewaysOf(tables, String(name), hostname)),
      shape(
        'settings',
        {},
        settings.map((it) => param(String(it['name']), String(it['value']))),
      ),
    ]);
  });
  const whole = shape('configuration', { name: 'sofia.conf', description: 'sofia endpoint' }, [
    shape('profiles', {}, profiles),
  ]);
  return answer('configuration', whole);
}

/** The gateways of a profile in the directory; undefined where nothing is served. */
export function expectedDirectory(
  tables: Tables,
  profile: string,
  domain: string,
  hostname: string,
): Shape | undefined {
  const gateways = gatewaysOf(tables, profile, hostname);
  if ((tables['profiles'] ?? []).some(({ name }) => name === profile) || gateways.length === 0) return undefined;
  const user = shape('user', {}, [
    shape('params', {}, [param('allow-empty-password', 'false')]),
    shape('gateways', {}, gateways),
  ]);
  return answer('directory', shape('domain', { name: domain }, [user]));
}

function gatewaysOf(tables: Tables, profile: string, hostname: string): readonly Shape[] {
  return (tables['gateways'] ?? []).flatMap((gateway) =>
    gateway['profile'] === profile && gateway['state'] !== 'disabled' && isOn(tables, String(gateway['name']), hostname)
      ? [gatewayShape(tables, gateway)]
      : [],
  );
}

function gatewayShape(tables: Tables, row: Row): Shape {
  const plain = ['proxy', 'realm', 'username', 'password', 'register_transport', 'expire_seconds', 'retry_seconds'];
  const columns = [...plain, 'ping_seconds', 'ping_min', 'ping_max', 'extension', 'context'].flatMap((column) => {
    const value = row[column];
    const name = column === 'ping_seconds' ? 'ping' : column.replaceAll('_', '-');
    return value === null || value === undefined ? [] : [param(name, String(value))];
  });
  const own = (table: string): readonly Row[] => (tables[table] ?? []).filter(({ gateway }) => gateway === row['name']);
  const variables = own('gateway_variables').map(({ name, value, direction }) =>
    shape('variable', {
      name: String(name),
      value: String(value),
      ...(typeof direction === 'string' && { direction }),
    }),
  );
  return shape('gateway', { name: String(row['name']) }, [
    ...columns,
    param('register', row['register'] === 1 ? 'true' : 'false'),
    param('caller-id-in-from', row['caller_id_in_from'] === 1 ? 'true' : 'false'),
    ...own('gateway_params').map(({ name, value }) => param(String(name), String(value))),
    ...(variables.length === 0 ? [] : [shape('variables', {}, variables)]),
  ]);
}
