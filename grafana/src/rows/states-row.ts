import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { CHOSEN } from '../chosen.ts';
import type { DashboardRow } from '../dashboard-row.ts';
import { graph, timeline } from '../panel-kinds.ts';

const PLACE = `${CHOSEN.switch}, ${CHOSEN.gateway}`;
const GREY = '#8e8e8e';

const named = (states: Readonly<Record<number, readonly [text: string, color: string]>>): ValueMapping[] => [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(states).map(([value, [text, color]], index) => [value, { text, color, index }]),
    ),
  },
];

/** Who was out, where and when. */
export function statesRow(): DashboardRow {
  return {
    title: 'Gateway state on each switch',
    panels: [
      timeline({
        title: 'State by switch',
        description:
          'What the switch says of the gateway, and what its calls have shown. One gateway may be in one state here ' +
          'and in another there.',
        span: 24,
        queries: [
          {
            // Up is worth 1, ejected 2, on trial 4: each sum says which of them hold.
            expr:
              `max by (switch, gateway) (trunkhunt_gateway_up{${PLACE}})\n` +
              `  + 2 * max by (switch, gateway) (trunkhunt_gateway_ejected{reason="faults", ${PLACE}})\n` +
              // Whoever is not on trial has no series of that reason.
              `  + 4 * (max by (switch, gateway) (trunkhunt_gateway_ejected{reason="on_trial", ${PLACE}})\n` +
              `    or 0 * max by (switch, gateway) (trunkhunt_gateway_ejected{reason="faults", ${PLACE}}))`,
            legend: '{{switch}} {{gateway}}',
          },
        ],
        mappings: named({
          0: ['down', 'red'],
          1: ['up', 'green'],
          2: ['down, ejected', 'dark-red'],
          3: ['ejected', 'orange'],
          4: ['down, on trial', 'dark-red'],
          5: ['on trial', 'yellow'],
          6: ['down, ejected', 'dark-red'],
          7: ['ejected', 'orange'],
        }),
      }),
      timeline({
        title: 'State in the inventory',
        description: 'What you have set yourself: it wins over all that is learned.',
        span: 12,
        queries: [
          {
            expr:
              `max by (gateway) (trunkhunt_gateway_state{state="drain", ${CHOSEN.gateway}})\n` +
              `  + 2 * max by (gateway) (trunkhunt_gateway_state{state="disabled", ${CHOSEN.gateway}})`,
            legend: '{{gateway}}',
          },
        ],
        mappings: named({ 0: ['active', 'green'], 1: ['drain', 'yellow'], 2: ['disabled', GREY] }),
      }),
      graph({
        title: 'Events of health',
        description: 'Faults, ejections, trials, returns: docs/metrics.md says what each means.',
        span: 12,
        unit: 'none',
        bars: true,
        stacked: true,
        min: 0,
        queries: [
          {
            expr: `sum by (event) (increase(trunkhunt_health_events_total{${CHOSEN.gateway}}[$__rate_interval]))`,
            legend: '{{event}}',
          },
        ],
      }),
    ],
  };
}
