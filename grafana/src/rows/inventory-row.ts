import { CHOSEN } from '../chosen.ts';
import type { DashboardRow } from '../dashboard-row.ts';
import { graph } from '../panel-kinds.ts';

/** What is served, what is refused, and whether the switches follow. */
export function inventoryRow(): DashboardRow {
  return {
    title: 'Inventory',
    panels: [
      graph({
        title: 'Generation',
        description: 'Snapshots served since the start: each step is one change that somebody committed.',
        span: 6,
        unit: 'none',
        min: 0,
        queries: [{ expr: 'trunkhunt_inventory_generation', legend: '{{instance}}' }],
      }),
      graph({
        title: 'Problems',
        description: 'Problems for which the inventory as it is now is refused: trunkhunt check names each.',
        span: 6,
        unit: 'none',
        min: 0,
        queries: [{ expr: 'trunkhunt_inventory_problems', legend: '{{instance}}' }],
      }),
      graph({
        title: 'Drift by switch',
        description: 'Gateways and lists that were not as SQL wants them after the last reconciliation.',
        span: 6,
        unit: 'none',
        min: 0,
        queries: [{ expr: `max by (switch) (trunkhunt_switch_drift{${CHOSEN.switch}})`, legend: '{{switch}}' }],
      }),
      graph({
        title: 'Fields missing',
        description: 'Fields that routes need and the look-ups of the switch do not carry, so that these never match.',
        span: 6,
        unit: 'none',
        min: 0,
        queries: [
          { expr: `max by (switch) (trunkhunt_switch_missing_fields{${CHOSEN.switch}})`, legend: '{{switch}}' },
        ],
      }),
      graph({
        title: 'Commands to switches',
        description: 'What was sent to bring the switches to what SQL says, and what they answered.',
        span: 12,
        unit: 'none',
        bars: true,
        stacked: true,
        min: 0,
        queries: [
          {
            expr: `sum by (switch, command, result) (increase(trunkhunt_reconcile_commands_total{${CHOSEN.switch}}[$__rate_interval]))`,
            legend: '{{switch}} {{command}} {{result}}',
          },
        ],
      }),
      graph({
        title: 'Connections lost',
        description: 'Connections to event sockets that were lost or not made, by reason.',
        span: 12,
        unit: 'none',
        bars: true,
        stacked: true,
        min: 0,
        queries: [
          {
            expr: `sum by (switch, reason) (increase(trunkhunt_esl_reconnects_total{${CHOSEN.switch}}[$__rate_interval]))`,
            legend: '{{switch}} {{reason}}',
          },
        ],
      }),
    ],
  };
}
