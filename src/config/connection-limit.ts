/** Descriptors that are not for clients: the inventory, the log of decisions, event sockets, Node's own. */
const KEPT_BACK = 256;

/** However few there are, a switch and Prometheus have to get in. */
const LEAST = 16;

/** How many connections of clients there may be. */
export interface ConnectionLimit {
  readonly connections: number;
  /** The limit of the process, where that is why there are fewer than were asked for. */
  readonly openFiles: number | undefined;
}

/**
 * The limit for connections, below the one that the system sets on open files: at that one the kernel would turn away
 * new connections, and files could not be opened. Node has raised its own limit as far as it may.
 * @param readFile reads a text file, or throws; where the system does not say what its limit is, there is none
 */
export function connectionLimit(wanted: number, readFile: (path: string) => string): ConnectionLimit {
  const openFiles = openFilesLimit(readFile);
  const most = openFiles === undefined ? Infinity : Math.max(LEAST, openFiles - KEPT_BACK);
  return most < wanted ? { connections: most, openFiles } : { connections: wanted, openFiles: undefined };
}

function openFilesLimit(readFile: (path: string) => string): number | undefined {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFile('/proc/self/limits')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    // Only Linux has that file.
    return undefined;
  }
}
