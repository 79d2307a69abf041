import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Chosen at the top of the dashboard: whose Prometheus, and which switches, groups and gateways are shown. */
export function dashboardVariables(): Builder<VariableModel>[] {
  return [
    new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    choice('switch', 'Switch', 'label_values(trunkhunt_switch_missing_fields, switch)'),
    choice('group', 'Group', 'label_values(trunkhunt_gateway_target_share, group)'),
    // Of all gateways, those in no group too.
    choice('gateway', 'Gateway', 'label_values(trunkhunt_gateway_state, gateway)'),
  ];
}

function choice(name: string, label: string, query: string): Builder<VariableModel> {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource({ type: 'prometheus', uid: '${datasource}' })
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
