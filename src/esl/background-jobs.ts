import { EslError } from './esl-error.ts';
import type { JobEvent } from './switch-event.ts';
import type { Timers } from './timers.ts';

/** Long enough for a `rescan` that asks a slow server for its documents. */
const JOB_TIMEOUT_MS = 60_000;

interface Job {
  readonly resolve: (body: string) => void;
  readonly reject: (error: EslError) => void;
}

/** Joins the results of `bgapi` commands, which are events, to those who wait for them. */
export class BackgroundJobs {
  readonly #timers: Timers;
  readonly #jobs = new Map<string, Job & { readonly cancelTimer: () => void }>();
  /** Results that came before the reply that tells whose they are. */
  readonly #early = new Map<string, string>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** The reply to a command has named its job. */
  await(jobUuid: string, command: string, job: Job): void {
    const early = this.#early.get(jobUuid);
    this.forgetEarly();
    if (early !== undefined) {
      job.resolve(early);
      return;
    }
    const cancelTimer = this.#timers.after(JOB_TIMEOUT_MS, () => {
      this.#jobs.delete(jobUuid);
      job.reject(new EslError('reply_timeout', `no result of '${command}' within ${JOB_TIMEOUT_MS / 1000} s`));
    });
    this.#jobs.set(jobUuid, { ...job, cancelTimer });
  }

  /** @param mayBeEarly whether a command is under way whose job has no name yet; else it is somebody else's result */
  take(event: JobEvent, mayBeEarly: boolean): void {
    const job = this.#jobs.get(event.jobUuid);
    if (job === undefined) {
      if (mayBeEarly) this.#early.set(event.jobUuid, event.body);
      return;
    }
    this.#jobs.delete(event.jobUuid);
    job.cancelTimer();
    job.resolve(event.body);
  }

  /** Between two commands every result without a waiting job is somebody else's. */
  forgetEarly(): void {
    this.#early.clear();
  }

  failAll(error: EslError): void {
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    this.forgetEarly();
    for (const job of jobs) {
      job.cancelTimer();
      job.reject(error);
    }
  }
}
