import { readFileSync } from 'node:fs';

/** One query of one panel, as it is shipped. */
export interface PanelQuery {
  readonly row: string;
  readonly panel: string;
  readonly expr: string;
  readonly legend: string;
}

interface ShippedPanel {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface ShippedDashboard {
  readonly panels: readonly ShippedPanel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const dashboard = JSON.parse(
  readFileSync(new URL('../../../grafana/trunkhunt.json', import.meta.url), 'utf8'),
) as ShippedDashboard;

/** Every query of every panel of the shipped dashboard, with the row that the panel is in. */
export function dashboardQueries(): readonly PanelQuery[] {
  let row = '';
  return dashboard.panels.flatMap(({ type, title, targets = [] }) => {
    if (type === 'row') row = title;
    return targets.map(({ expr, legendFormat }) => ({ row, panel: title, expr, legend: legendFormat }));
  });
}

/** What the variables of the dashboard offer: the metric and the label of each. */
export function variableSources(): readonly {
  readonly name: string;
  readonly metric: string;
  readonly label: string;
}[] {
  return dashboard.templating.list.flatMap(({ name, definition = '' }) => {
    const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
    return metric === undefined || label === undefined ? [] : [{ name, metric, label }];
  });
}

/** What is chosen at the top of the dashboard, as regular expressions; all where nothing is. */
export interface Chosen {
  readonly switch?: string;
  readonly group?: string;
  readonly gateway?: string;
}

/** The expression as Grafana sends it. */
export function substituted(expr: string, rateInterval: string, chosen: Chosen = {}): string {
  return expr
    .replaceAll(/\$(switch|group|gateway)\b/g, (_, name: keyof Chosen) => chosen[name] ?? '.*')
    .replaceAll('$__rate_interval', rateInterval);
}
