import { type GatewayGroup, tiersOn } from '../routing/gateway-group.ts';
import type { Route } from '../routing/route.ts';
import { contextKey } from '../routing/route-table.ts';
import { type Snapshot, viewOf } from '../routing/snapshot.ts';
import { hasUsableMember } from './compile-groups.ts';
import { type Findings, rowAt } from './findings.ts';
import { listNames } from './list-names.ts';

/**
 * Routes whose calls no gateway takes on some of the switches: every usable member of the group is bound to others. A
 * switch that has no gateway for any route of a context is taken not to have that context, unless it has none at all.
 */
export function reviewSwitches(snapshot: Snapshot, findings: Findings): void {
  const unserved = new Map<string, readonly Route[]>();
  const lacking = new Map<GatewayGroup, { readonly hostnames: Set<string>; readonly labels: Set<string> }>();
  for (const hostname of snapshot.hostnames) {
    const view = viewOf(snapshot, hostname);
    const routes = unserved.get(view) ?? unservedRoutes(snapshot, hostname);
    unserved.set(view, routes);
    for (const { group, label } of routes) {
      const known = lacking.get(group) ?? { hostnames: new Set<string>(), labels: new Set<string>() };
      known.hostnames.add(hostname);
      known.labels.add(label);
      lacking.set(group, known);
    }
  }
  for (const [group, { hostnames, labels }] of lacking) {
    const which = `${hostnames.size === 1 ? 'switch' : 'switches'} ${listNames([...hostnames])}`;
    const whose = `${labels.size === 1 ? 'route' : 'routes'} ${listNames([...labels])}`;
    const what = `it has no usable gateway on ${which}: calls of ${whose} get 503 there`;
    const fix = 'bind a member to that switch in gateway_switches, or add a member that is on all switches';
    findings.add('switch-without-gateway', rowAt('gateway_groups', group.name), what, fix);
  }
}

function unservedRoutes(snapshot: Snapshot, hostname: string): readonly Route[] {
  const { routes } = snapshot.routes;
  const isServed = ({ group }: Route): boolean => tiersOn(group, hostname).length > 0;
  const served = new Set(routes.filter(isServed).map(({ context }) => contextKey(context)));
  return routes.filter((route) => {
    const isAsked = served.size === 0 || served.has(contextKey(route.context));
    // Where nobody is usable on any switch, that is said already.
    return isAsked && !isServed(route) && hasUsableMember(route.group);
  });
}
