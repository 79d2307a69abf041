import { listsIn, ModDistributor, type DistributorList } from '../mod-distributor.ts';
import { parseLikeFreeswitch } from '../parse-like-freeswitch.ts';
import type { XmlCurlClient } from './xml-curl-client.ts';

/** mod_distributor in a switch: where its lists come from, and `distributor_ctl` (contract 4.4 and 4.5). */
export class DistributorModule {
  readonly #xmlCurl: XmlCurlClient;
  readonly #localXml: string | undefined;
  #running = new ModDistributor([]);
  /** The module's mutex: whoever comes later waits, also while a reload waits for the server (contract 4.6). */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param localXml the switch's own distributor.conf, `<configuration>` and all */
  constructor(xmlCurl: XmlCurlClient, localXml: string | undefined) {
    this.#xmlCurl = xmlCurl;
    this.#localXml = localXml;
  }

  load(): Promise<boolean> {
    return this.#locked(() => this.#load());
  }

  /** The API command `distributor`. */
  choose(words: string): Promise<string> {
    return this.#locked(() => Promise.resolve(words === '' ? '-err' : this.#running.command(words)));
  }

  /** The API command `distributor_ctl`, without `modify`. */
  control(words: string): Promise<string> {
    return this.#locked(() => this.#control(words.split(' ').filter((word) => word !== '')));
  }

  async #control([verb = '', listName]: readonly string[]): Promise<string> {
    switch (verb.toLowerCase()) {
      case 'reload':
        return (await this.#load()) ? '+OK reloaded.\n' : '-error\n';
      case 'dump': {
        if (listName === undefined) return 'missing list name\n';
        const list = this.#running.list(listName);
        return list === undefined ? 'cannot find list\n' : dumpOf(list);
      }
      default:
        return '-error\n';
    }
  }

  /**
   * Whatever went wrong with the server, the local file takes the place of its lists, and that is a success; without
   * any list the old ones stay (contract 4.5). Positions start anew.
   */
  async #load(): Promise<boolean> {
    const found = await this.#xmlCurl.configuration('distributor.conf');
    try {
      const local = this.#localXml === undefined ? undefined : parseLikeFreeswitch(Buffer.from(this.#localXml));
      this.#running = new ModDistributor(listsIn(found?.node ?? local));
      return true;
    } catch {
      return false;
    }
  }

  #locked<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function dumpOf({ name, nodes }: DistributorList): string {
  return `list: name=${name}\n${nodes.map((node) => `node: name=${node.name} weight=${node.weight}\n`).join('')}`;
}
