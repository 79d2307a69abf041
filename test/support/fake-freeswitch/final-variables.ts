import type { CallLeg } from './call-leg.ts';
import type { HeaderValue } from './fake-event.ts';
import { q850OfCause } from './sip-causes.ts';
import { localTime } from './switch-clock.ts';

const second = 1_000_000;

/** What a channel's variables say of its times once it is over (CH:4490, contract 7.6). */
export function finalVariables(leg: CallLeg): readonly (readonly [string, HeaderValue])[] {
  const { times } = leg;
  const variables: (readonly [string, string])[] = [
    ['hangup_cause', leg.hangupCause],
    ['hangup_cause_q850', String(q850OfCause(leg.hangupCause))],
    ['digits_dialed', 'none'],
  ];
  const stamps = [
    ['start', times.created],
    ['profile_start', times.created],
    ['answer', times.answered],
    ['bridge', times.bridged],
    ['progress', times.progress],
    ['progress_media', times.progressMedia],
    ['end', times.hangup],
  ] as const;
  for (const [name, stamp] of stamps) {
    if (stamp > 0) variables.push([`${name}_stamp`, localTime(stamp)]);
  }
  const epoch = (name: string, stamp: number): void => {
    variables.push([`${name}_epoch`, String(Math.floor(stamp / second))], [`${name}_uepoch`, String(stamp)]);
  };
  for (const [name, stamp] of stamps.slice(0, 4)) epoch(name, stamp);
  epoch('last_hold', 0);
  for (const unit of ['seconds', 'usec', 'ms']) variables.push([`hold_accum_${unit}`, '0']);
  epoch('resurrect', 0);
  epoch('progress', times.progress);
  epoch('progress_media', times.progressMedia);
  epoch('end', times.hangup);
  if (leg.direction === 'inbound') {
    const application = leg.variables.get('current_application');
    if (application !== undefined) {
      variables.push(
        ['last_app', String(application)],
        ['last_arg', String(leg.variables.get('current_application_data'))],
      );
    }
  }
  variables.push(['caller_id', `"${leg.callerName}" <${leg.callerNumber}>`]);
  variables.push(...durations(leg));
  return variables;
}

/** The same durations three times over; whole seconds are differences of whole seconds. */
function durations({ times }: CallLeg): readonly (readonly [string, string])[] {
  const since = (from: number, to: number): readonly [number, number] => (from > 0 && to > 0 ? [from, to] : [0, 0]);
  const spans = [
    ['duration', since(times.created, times.hangup)],
    ['bill', since(times.answered, times.hangup)],
    ['progress', since(times.created, times.progress)],
    ['answer', since(times.created, times.answered)],
    ['wait', since(times.created, times.bridged)],
    ['progress_media', since(times.created, times.progressMedia)],
    ['flow_bill', times.answered > 0 ? since(times.created, times.hangup) : ([0, 0] as const)],
  ] as const;
  const units = [
    ['sec', '', (from: number, to: number) => Math.floor(to / second) - Math.floor(from / second)],
    ['msec', 'm', (from: number, to: number) => Math.floor(to / 1000) - Math.floor(from / 1000)],
    ['usec', 'u', (from: number, to: number) => to - from],
  ] as const;
  return units.flatMap(([suffix, prefix, difference]) =>
    spans.map(([name, [from, to]]) => {
      const variable = name === 'duration' ? `${prefix}duration` : `${name}${suffix}`;
      return [variable, String(difference(from, to))] as const;
    }),
  );
}
