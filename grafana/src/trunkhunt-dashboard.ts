import { DashboardBuilder, DashboardCursorSync, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardRow } from './dashboard-row.ts';
import { dashboardVariables } from './dashboard-variables.ts';
import { answersRow } from './rows/answers-row.ts';
import { attemptsRow } from './rows/attempts-row.ts';
import { healthRow } from './rows/health-row.ts';
import { inventoryRow } from './rows/inventory-row.ts';
import { limitsRow } from './rows/limits-row.ts';
import { lookupsRow } from './rows/lookups-row.ts';
import { processRow } from './rows/process-row.ts';
import { sharesRow } from './rows/shares-row.ts';
import { statesRow } from './rows/states-row.ts';

/** The dashboard, from the question whether all is well down to the process. */
export function trunkhuntDashboard(): object {
  // The newer schema cannot be read by Grafana before 12, and every Grafana reads this one.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const dashboard = new DashboardBuilder('trunkhunt')
    .uid('trunkhunt')
    .description('Gateways, their shares and their health, as trunkhunt sees them. docs/alerts.md says what to do.')
    .tags(['trunkhunt', 'freeswitch'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(dashboardVariables());
  const rows: readonly DashboardRow[] = [
    healthRow(),
    sharesRow(),
    attemptsRow(),
    answersRow(),
    statesRow(),
    limitsRow(),
    lookupsRow(),
    inventoryRow(),
    processRow(),
  ];
  // Numbered in order, so that a panel's address stays while nothing is put before it.
  let id = 0;
  const numbered = <Built extends object>(builder: { build(): Built }): { build(): Built & { id: number } } => ({
    build: () => ({ ...builder.build(), id: (id += 1) }),
  });
  for (const { title, panels } of rows) {
    dashboard.withRow(numbered(new RowBuilder(title)));
    for (const panel of panels) dashboard.withPanel(numbered(panel));
  }
  return dashboard.build();
}
