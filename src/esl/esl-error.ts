/**
 * Why a connection to a switch ended, or never began.
 *
 * `unreachable` is any connect error but a refused one, `forbidden` the switch's access list, `silent` a switch that
 * sends no HEARTBEAT, `disconnected` a peer that closed or reset, and `stopped` ourselves.
 */
export type LossReason =
  | 'refused'
  | 'unreachable'
  | 'handshake_timeout'
  | 'wrong_password'
  | 'forbidden'
  | 'protocol'
  | 'reply_timeout'
  | 'silent'
  | 'disconnected'
  | 'stopped';

/** A failure of the event socket itself. What a switch answers to a command is none. */
export class EslError extends Error {
  readonly reason: LossReason;

  constructor(reason: LossReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EslError';
    this.reason = reason;
  }
}
