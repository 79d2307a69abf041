// How gateways that fail are told from gateways that had bad luck: calls through the same code as the server's, with a
// clock of their own. For each figure the 99th percentile over all seeds.
//
//   node bench/ejection.mjs [--seeds 1000] [--calls 100000]
import { parseArgs } from 'node:util';
import { compileSnapshot } from '../dist/inventory/compile-snapshot.js';
import { Learned } from '../dist/live/learned.js';
import { SchedulerStore } from '../dist/live/scheduler-store.js';
import { callerText } from '../dist/routing/call.js';
import { decide } from '../dist/routing/decide.js';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, calls: { type: 'string', default: '100000' } },
});
const [seeds, calls] = [Number(values.seeds), Number(values.calls)];

const HOSTNAME = 'fs1';
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
/** What the metrics would be told is of no interest here. */
const DEAF = new Proxy({}, { get: () => () => undefined });
/** Ten calls a second, and twenty an hour. */
const RATES = [
  ['10 calls/s', 100],
  ['20 calls/h', 180_000],
];

/** Four gateways of equal weight; `bad` is the one that fails. */
const snapshot = inventory(['bad', 'good1', 'good2', 'good3']);

function inventory(names) {
  const gateway = (name) => ({
    ...{
      name,
      profile: 'external',
      proxy: `${name}.example`,
      realm: null,
      username: null,
      password: null,
      register: 0,
    },
    ...{ registerTransport: 'udp', expireSeconds: null, retrySeconds: null, callerIdInFrom: 1, pingSeconds: null },
    ...{ pingMin: null, pingMax: null, extension: null, context: null, maxCalls: null, maxCps: null, stripDigits: 0 },
    ...{ addPrefix: '', state: 'active', drainSeconds: 300 },
  });
  const group = {
    ...{ name: 'g', strategy: 'weighted', chooser: 'trunkhunt', maxAttempts: 3, progressTimeoutSeconds: 10 },
    ...{ answerTimeoutSeconds: 60, healthMode: 'enforce', whenAllDown: 'try_all', faultLimitPercent: 10 },
    ...{ faultConfidencePercent: 95, ejectSeconds: 30, slowStartSeconds: 60 },
  };
  const route = {
    ...{ id: 1, name: null, context: 'default', position: 100, destinationPrefix: null, destinationPattern: null },
    ...{ callerPattern: null, sourceNetwork: null, headerName: null, headerPattern: null, groupName: 'g' },
    ...{ stripDigits: 0, addPrefix: '', dialNumber: null, destinationCharset: 'digits', callerIdNumber: null },
    ...{ callerIdName: null },
  };
  const compiled = compileSnapshot({
    gateways: names.map(gateway),
    gatewayParams: [],
    gatewayVariables: [],
    groups: [group],
    members: names.map((name) => ({ groupName: 'g', gateway: name, tier: 1, weight: 1 })),
    routes: [route],
    failoverCauses: [{ cause: 'NORMAL_TEMPORARY_FAILURE', action: 'next' }],
    groupFailoverCauses: [],
    outcomeBlame: [{ match: '503', blame: 'gateway' }],
    switches: [{ hostname: HOSTNAME, eslHost: '127.0.0.1', eslPort: 8021, eslPassword: null }],
    gatewaySwitches: [],
    profiles: [],
    profileSettings: [],
  });
  if (compiled.snapshot === undefined) throw new Error(JSON.stringify(compiled.findings));
  return compiled.snapshot;
}

/** One run of the server's decisions and of what the switch tells of their legs, over a clock that only this moves. */
function world(random) {
  let nowMs = 0;
  let count = 0;
  const learned = new Learned({ metrics: DEAF, log: SILENT, nowMs: () => nowMs });
  learned.serve(snapshot);
  const schedulers = new SchedulerStore();
  const live = learned.viewWith(schedulers);
  const stageOf = (gateway) => learned.book.ejectionOf(HOSTNAME, 'g', gateway).stage;
  return {
    stageOf,
    /** Due minus got, in calls, of everybody but `bad`, over turns since the start. */
    errors: new Map(),
    pass(ms) {
      // The server looks at its clock every second; nothing happens in between that a look would change.
      const steps = Math.min(Math.ceil(ms / 1000), 200);
      for (let step = 1; step <= steps; step += 1) {
        nowMs += ms / steps;
        learned.passTime();
      }
    },
    /** @returns who was called first */
    call(faultRateOf) {
      count += 1;
      const number = callerText(`+4930${String(Math.floor(random() * 1e6)).padStart(6, '0')}`);
      const decision = decide(snapshot, live, {
        ...{ decisionId: `d-${count}`, atMs: 0, hostname: HOSTNAME, channelUuid: `a-${count}`, context: 'default' },
        ...{ destinationNumber: number, callerNumber: callerText(''), networkAddress: '', headers: new Map() },
      });
      for (const { key, scheduler } of decision.turns) schedulers.take(key, scheduler);
      learned.planned(decision, {
        ...decision,
        decisionId: `d-${count}`,
        hostname: HOSTNAME,
        channelUuid: `a-${count}`,
        destinationNumber: number,
      });
      this.account(decision, live.viewOf(decision.route.group, HOSTNAME));
      decision.legs.every(({ gateway }, at) => {
        const event = {
          ...{ kind: 'leg', coreUuid: 'c', sequence: 0, uuid: `b-${count}-${at}`, direction: 'outbound' },
          ...{ gateway: gateway.name, callerUuid: `a-${count}`, decisionId: `d-${count}`, attempt: at + 1 },
          ...{ destination: number, ringAfterMs: undefined, answerAfterMs: undefined, hangup: undefined },
        };
        const isFault = random() < faultRateOf(gateway.name);
        learned.legs.follow(HOSTNAME, { ...event, name: 'create' });
        const rung = { ringAfterMs: 500, answerAfterMs: 2_000 };
        if (!isFault) {
          learned.legs.follow(HOSTNAME, { ...event, name: 'progress', ringAfterMs: 500 });
          learned.legs.follow(HOSTNAME, { ...event, name: 'answer', ...rung });
        }
        const facts = isFault
          ? { cause: 'NORMAL_TEMPORARY_FAILURE', sipStatus: 503, disposition: 'recv_refuse', billMs: 0 }
          : { cause: 'NORMAL_CLEARING', sipStatus: 0, disposition: 'send_bye', billMs: 60_000 };
        learned.legs.follow(HOSTNAME, { ...event, ...(isFault ? {} : rung), name: 'hangup', hangup: facts });
        return isFault;
      });
      const end = { kind: 'leg', name: 'hangup', direction: 'inbound', uuid: `a-${count}` };
      learned.legs.follow(HOSTNAME, end);
      return decision.legs[0].gateway.name;
    },
    account(decision, view) {
      // Who is called first on trial is nobody's turn.
      if (decision.probe !== undefined) return;
      const { members, totalWeight } = view.tiers[0].lineup;
      for (const { name, weight } of members) {
        const got = decision.legs[0].gateway.name === name ? 1 : 0;
        this.errors.set(name, (this.errors.get(name) ?? 0) + weight / totalWeight - got);
      }
    },
  };
}

/** Calls that `bad` gets first until it is out; and how far the others ever are from their shares meanwhile. */
function untilOut(seed, gapMs, faultRate, goodCalls) {
  const it = world(generator(seed));
  const usually = () => 0.02;
  for (let call = 0; call < goodCalls && it.stageOf('bad') === 'in'; call += 1) {
    it.call(usually);
    it.pass(gapMs);
  }
  it.errors.clear();
  let first = 0;
  let worst = 0;
  const faulty = (name) => (name === 'bad' ? faultRate : 0.02);
  for (let call = 0; call < 20_000 && it.stageOf('bad') === 'in'; call += 1) {
    if (it.call(faulty) === 'bad') first += 1;
    it.pass(gapMs);
    worst = Math.max(worst, worstOf(it));
  }
  // And for as long as it is out, on trial and back: the line-up changes with every step.
  for (let call = 0; call < 300; call += 1) {
    it.call((name) => (name === 'bad' ? (call < 150 ? faultRate : 0) : 0.02));
    it.pass(gapMs);
    worst = Math.max(worst, worstOf(it));
  }
  return { first, worst };
}

function worstOf({ errors }) {
  let worst = 0;
  for (const [name, error] of errors) if (name !== 'bad') worst = Math.max(worst, Math.abs(error));
  return worst;
}

/** Times that a gateway with 2 % faults is put out, over so many calls of its own, judged as they come. */
function falseEjections(seed, gapMs) {
  const random = generator(seed);
  let nowMs = 0;
  let ejected = 0;
  const log = { ...SILENT, warn: () => (ejected += 1) };
  const learned = new Learned({ metrics: DEAF, log, nowMs: () => nowMs });
  learned.serve(snapshot);
  for (let call = 0; call < calls; call += 1) {
    nowMs += gapMs;
    const number = '+49301234567';
    if (random() < 0.02) {
      learned.book.fault(HOSTNAME, 'bad', number);
      // The next gateway of the plan gets through, so that the fault is held against this one.
      learned.book.good(HOSTNAME, 'good1', number);
    } else learned.book.good(HOSTNAME, 'bad', number);
  }
  return ejected;
}

/** mulberry32: small, quick, and the same everywhere. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function percentile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

const all = Array.from({ length: seeds }, (_, at) => (at + 1) * 7919);
const rows = [];
for (const [rate, gapMs] of RATES) {
  const ejections = all.map((seed) => falseEjections(seed, gapMs));
  rows.push([`false ejections in ${calls} calls with 2 % faults, ${rate}`, percentile(ejections, 0.99), '< 1']);
  rows.push([`  (of ${seeds} seeds, those with any)`, ejections.filter((count) => count > 0).length, '']);
  for (const [what, faultRate, limit] of [
    ['fails always', 1, 5],
    ['fails half of its calls', 0.5, 30],
  ]) {
    for (const [since, goodCalls] of [
      ['new', 0],
      ['established', 400],
    ]) {
      const runs = all.map((seed) => untilOut(seed, gapMs, faultRate, goodCalls));
      const first = percentile(
        runs.map((run) => run.first),
        0.99,
      );
      const worst = percentile(
        runs.map((run) => run.worst),
        0.99,
      );
      rows.push([`first calls to a gateway that ${what}, ${since}, ${rate}`, first, `<= ${limit}`]);
      rows.push(['  share error of the others meanwhile, calls', worst.toFixed(3), '< 1']);
    }
  }
}
for (const [what, figure, goal] of rows) console.log(`${what.padEnd(78)} ${String(figure).padStart(8)}  ${goal}`);
