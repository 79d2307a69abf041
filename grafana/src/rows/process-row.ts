import type { DashboardRow } from '../dashboard-row.ts';
import { graph } from '../panel-kinds.ts';

/** Other programs have metrics of these names: only those of a process that is trunkhunt. */
const ours = (metric: string): string => `${metric} and on (job, instance) trunkhunt_build_info`;

/** What the process needs. */
export function processRow(): DashboardRow {
  return {
    title: 'Process',
    panels: [
      graph({
        title: 'CPU',
        description: 'Processor seconds a second. Close to 1, look-ups wait for each other.',
        span: 6,
        unit: 'none',
        min: 0,
        queries: [{ expr: ours('rate(process_cpu_seconds_total[$__rate_interval])'), legend: '{{instance}}' }],
      }),
      graph({
        title: 'Memory',
        description: 'Resident, and the part of it that the heap uses.',
        span: 6,
        unit: 'bytes',
        min: 0,
        queries: [
          { expr: ours('process_resident_memory_bytes'), legend: '{{instance}} resident' },
          { expr: ours('nodejs_heap_size_used_bytes'), legend: '{{instance}} heap', dashed: true },
        ],
      }),
      graph({
        title: 'Event loop lag, 99 of 100',
        description: 'How late the process gets to its work. All the time above 0.2 s, it is not ready.',
        span: 6,
        unit: 's',
        min: 0,
        queries: [
          {
            expr: 'histogram_quantile(0.99, sum by (instance, le) (rate(trunkhunt_event_loop_delay_seconds_bucket[$__rate_interval])))',
            legend: '{{instance}}',
          },
        ],
      }),
      graph({
        title: 'Version and age',
        description: 'Seconds since the start, and the version that runs.',
        span: 6,
        unit: 's',
        min: 0,
        queries: [
          {
            expr: 'time() - process_start_time_seconds * on (job, instance) group_right trunkhunt_build_info',
            legend: '{{instance}} {{version}} on Node {{node_version}}',
          },
        ],
      }),
    ],
  };
}
