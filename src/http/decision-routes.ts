import { type NextFunction, type Request, type Response, Router } from 'express';
import { printableJson } from '../config/escape-unprintable.ts';
import type { DecisionBook } from '../live/decision-book.ts';
import { type DecisionQuestion, findDecisions, reportDecision } from '../live/find-decisions.ts';

const OUTCOMES = ['planned', 'no_route', 'rejected_number', 'no_gateway'] as const;
const LIMIT = 100;
const MOST = 1_000;

type Parameters = Readonly<Record<string, unknown>>;

/** What was decided of late: `?gateway=&failed=1&outcome=&number=&after=&limit=`, and each decision by its id. */
export function decisionRoutes(book: DecisionBook): Router {
  const router = Router();
  router.get('/', (request, response) => {
    const question = readQuestion(request.query, book);
    if (typeof question === 'string') {
      send(response.status(400), { error: question });
      return;
    }
    const { decisions, change, more } = findDecisions(book.all, book.changes, question);
    send(response, { decisions, cursor: `${book.epoch}-${change}`, more });
  });
  router.get('/:id', (request, response) => {
    const kept = book.get(request.params.id);
    if (kept === undefined) send(response.status(404), { error: `no decision ${request.params.id} is kept` });
    else send(response, reportDecision(kept));
  });
  // Express would answer, and write to standard error, with a stack trace.
  router.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (error instanceof URIError) send(response.status(400), { error: 'the id is not encoded as a URL has it' });
    else next(error);
  });
  return router;
}

/** @returns what is wrong with it, where something is */
function readQuestion(query: Parameters, book: DecisionBook): DecisionQuestion | string {
  const outcome = OUTCOMES.find((it) => it === query['outcome']);
  if (outcome === undefined && given(query, 'outcome') !== undefined) {
    return `outcome is none of ${OUTCOMES.join(', ')}`;
  }
  const failed = given(query, 'failed') ?? '0';
  if (!['0', '1', 'false', 'true'].includes(failed)) return 'failed is neither 0 nor 1';
  const limit = given(query, 'limit') ?? String(LIMIT);
  if (!/^[1-9]\d{0,3}$/.test(limit) || Number(limit) > MOST) return `limit is no whole number from 1 to ${MOST}`;
  const cursor = given(query, 'after');
  const [, epoch, change] = /^([a-z0-9]+)-(\d{1,15})$/.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && change === undefined) return 'after is no cursor that an answer had';
  const number = given(query, 'number');
  return {
    gateway: given(query, 'gateway'),
    isFailed: ['1', 'true'].includes(failed),
    outcome,
    number: number === undefined ? undefined : book.masked(number),
    // What another process had counted says nothing here: everything is news.
    after: change === undefined ? undefined : epoch === book.epoch ? Number(change) : 0,
    limit: Number(limit),
  };
}

function given(query: Parameters, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What callers wrote is in there, and people look at it in terminals. */
function send(response: Response, data: object): void {
  response.type('json').send(printableJson(data));
}
