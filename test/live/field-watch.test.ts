import { describe, expect, it } from 'vitest';
import { type CarriedFields, FieldWatch } from '../../src/live/field-watch.ts';

const nothing = { callerNumber: false, callerName: false, networkAddress: false, headers: [] };
const carried = (fields: Partial<CarriedFields> = {}): CarriedFields => ({
  hostname: 'fs1',
  isComplete: false,
  hasCallerNumber: false,
  hasCallerName: false,
  hasNetworkAddress: false,
  headers: new Set(),
  declaredHeaders: undefined,
  ...fields,
});

describe('FieldWatch', () => {
  it('tells what is missing once, and once that it is there', () => {
    const watch = new FieldWatch();
    const needed = { ...nothing, headers: ['X-Account'] };
    expect(watch.observe(needed, carried())).toEqual(['variable_sip_h_X-Account']);
    expect(watch.observe(needed, carried())).toBeUndefined();
    expect(watch.observe(needed, carried({ headers: new Set(['x-account']) }))).toEqual([]);
    expect(watch.observe(needed, carried({ headers: new Set(['x-account']) }))).toBeUndefined();
  });

  it('a header that a switch was seen to send is not missed where one call has none', () => {
    const watch = new FieldWatch();
    const needed = { ...nothing, headers: ['X-Account'] };
    watch.observe(needed, carried({ headers: new Set(['x-account']) }));
    for (let call = 0; call < 100; call += 1) expect(watch.observe(needed, carried())).toBeUndefined();
  });

  it('a request that was not cut down misses nothing', () => {
    const watch = new FieldWatch();
    const needed = { callerNumber: true, callerName: true, networkAddress: true, headers: ['X-Account'] };
    expect(watch.observe(needed, carried({ isComplete: true }))).toBeUndefined();
  });

  it('what the binding declares is believed, in any case, whatever the calls carry', () => {
    const watch = new FieldWatch();
    const needed = { ...nothing, headers: ['X-Account', 'X-Tier'] };
    const declaredHeaders = new Set(['x-account']);
    expect(watch.observe(needed, carried({ declaredHeaders }))).toEqual(['variable_sip_h_X-Tier']);
    const both = new Set(['x-account', 'x-tier']);
    expect(watch.observe(needed, carried({ declaredHeaders: both }))).toEqual([]);
  });

  it.each([
    ['callerNumber', 'hasCallerNumber', 'Hunt-Caller-ID-Number'],
    ['callerName', 'hasCallerName', 'Hunt-Caller-ID-Name'],
    ['networkAddress', 'hasNetworkAddress', 'Hunt-Network-Addr'],
  ] as const)('a switch that sent %s is missed it only after many calls in a row', (need, has, field) => {
    const watch = new FieldWatch();
    const needed = { ...nothing, [need]: true };
    expect(watch.observe(needed, carried({ [has]: true }))).toBeUndefined();
    for (let call = 1; call < 20; call += 1) expect(watch.observe(needed, carried())).toBeUndefined();
    expect(watch.observe(needed, carried())).toEqual([field]);
    expect(watch.observe(needed, carried({ [has]: true }))).toEqual([]);
    expect(watch.observe(needed, carried())).toBeUndefined();
  });

  it('switches are watched apart', () => {
    const watch = new FieldWatch();
    const needed = { ...nothing, headers: ['X-A'] };
    expect(watch.observe(needed, carried({ headers: new Set(['x-a']) }))).toBeUndefined();
    expect(watch.observe(needed, carried({ hostname: 'fs2' }))).toEqual(['variable_sip_h_X-A']);
    expect(watch.observe(needed, carried())).toBeUndefined();
  });

  it('what no route needs any more is missed no more', () => {
    const watch = new FieldWatch();
    watch.observe({ ...nothing, headers: ['X-A', 'X-B'] }, carried());
    expect(watch.observe({ ...nothing, headers: ['X-B'] }, carried())).toEqual(['variable_sip_h_X-B']);
    expect(watch.observe(nothing, carried())).toEqual([]);
  });

  it('is told again after a reset', () => {
    const watch = new FieldWatch();
    const needed = { ...nothing, headers: ['X-A'] };
    watch.observe(needed, carried());
    watch.reset();
    expect(watch.observe(needed, carried())).toEqual(['variable_sip_h_X-A']);
  });
});
