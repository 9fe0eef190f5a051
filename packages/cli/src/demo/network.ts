import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { JobPlan, JobSpecification } from '../engine.ts';
import { CliError } from '../errors/cli-error.ts';
import type { Caller } from '../job/remote.ts';
import { type Faucet, loadNode } from '../node-package.ts';
import { type DemoChain, startDemoChain } from './chain.ts';
import { Child } from './child.ts';
import { firstCoins } from './first-coins.ts';
import {
  LOOK_MILLISECONDS,
  type MemberStatus,
  type RunningMember,
  retryAll,
  statusOf,
  waitForCalm,
} from './members.ts';
import { freePorts, type Member, memberNames, memberSettings } from './settings.ts';

/** Stakes that each arbiter has on offer beyond one for each batch, so that the draw has a choice. */
const SPARE_OFFERS = 1;
/** Blocks after which an offer counts, by the default policy, and one more to announce it at. */
const OFFER_BLOCKS = 8;
/** The least that a keystore allows: these coins are worth nothing. */
const CHEAP_SCRYPT = { log2N: 14, p: 1 };
const PASSPHRASE_BYTES = 24;

/** A node of the demo as a process of this machine. */
export interface MemberProcess {
  readonly name: string;
  readonly role: Member['role'];
  readonly pid: number;
}

/** How a demo's network is made. */
export interface DemoOptions {
  readonly signal: AbortSignal;
  readonly onStep: (what: 'chain' | 'funding', message: string) => void;
  /** Called before anything is started. */
  readonly onBegun?: (network: DemoNetwork) => void;
  /** Lines of TOML for every node besides those of the demo, such as a `[policy]`. */
  readonly settings?: readonly string[];
  /** Path of the bitcoind that is the chain; by default `prometh devchain`. */
  readonly bitcoind?: string;
}

/** A small network of separate processes on a chain of its own: everything is in a folder that goes with it. */
export class DemoNetwork {
  readonly folder: string;
  readonly #children: Child[] = [];
  readonly #signal: AbortSignal;
  #members: readonly RunningMember[] = [];
  #chain: DemoChain | undefined;
  #faucet: Faucet | undefined;
  #height = 0;
  parametersTxid = '';

  private constructor(signal: AbortSignal) {
    this.folder = mkdtempSync(join(tmpdir(), 'prometh-'));
    this.#signal = signal;
  }

  /**
   * Starts chain and nodes, pays everybody their first coins, and waits until all know one another and the arbiters' offers count.
   *
   * @throws DemoError `child-ended`; CliError `interrupted`; what starting a node throws
   */
  static async start(job: JobSpecification, plan: JobPlan, options: DemoOptions): Promise<DemoNetwork> {
    const network = new DemoNetwork(options.signal);
    options.onBegun?.(network);
    try {
      await network.#prepare(job, plan, options);
      return network;
    } catch (cause) {
      await network.close();
      throw cause;
    }
  }

  /** The Client's node. */
  get client(): Caller {
    return this.#members[0]!;
  }

  /** Process ids of everybody, the chain first. */
  get processes(): readonly number[] {
    return [this.#chain, ...this.#children].flatMap((process) => process?.pid ?? []);
  }

  /** The nodes, the Client first. */
  get members(): readonly MemberProcess[] {
    return this.#members.map(({ member: { name, role }, child }) => ({ name, role, pid: child.pid! }));
  }

  get #passphraseFile(): string {
    return join(this.folder, 'passphrase');
  }

  folderOf(name: string): string {
    return join(this.folder, name, 'dev');
  }

  /** Makes a block whenever everybody has done what can be done before it, until `ended` is aborted. */
  async mine(ended: AbortSignal): Promise<void> {
    const over = AbortSignal.any([ended, this.#signal]);
    for (;;) {
      await this.calm(over);
      if (over.aborted) return;
      await this.mineOne();
    }
  }

  /** Makes a block at once. */
  async mineOne(): Promise<void> {
    this.#height = await this.#faucet!.mine();
    await retryAll(this.#members);
  }

  /**
   * Kills a node as a power cut does, and starts it again from its folder.
   *
   * @returns milliseconds from its start until it answers on its socket, when it has taken up its contracts
   */
  async restart(name: string): Promise<number> {
    const lost = this.#members.find(({ member }) => member.name === name)!;
    lost.close();
    await lost.child.kill();
    this.#children.splice(this.#children.indexOf(lost.child), 1);
    const start = performance.now();
    const again = await this.#start(lost.member);
    const milliseconds = performance.now() - start;
    this.#members = this.#members.map((member) => (member === lost ? again : member));
    return milliseconds;
  }

  /** Contracts of a node that are not over. */
  async openContracts(name: string): Promise<number> {
    const { channels } = await statusOf(this.#members.find(({ member }) => member.name === name)!);
    return Object.entries(channels).reduce(
      (sum, [state, count]) => sum + (state === 'closed' ? 0 : count),
      0,
    );
  }

  /** Ends every process, and removes the folder. */
  async close(): Promise<void> {
    for (const member of this.#members) member.close();
    this.#faucet?.close();
    // The chain last: who ends looks at it once more.
    await Promise.all(this.#children.map((child) => child.end()));
    await this.#chain?.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #prepare(
    job: JobSpecification,
    plan: JobPlan,
    { onStep, settings = [], bitcoind }: DemoOptions,
  ): Promise<void> {
    const { Faucet } = await loadNode();
    onStep(
      'chain',
      'starting a chain of its own, and mining 101 blocks, so that the first reward can be spent',
    );
    this.#chain = await startDemoChain(this.folder, bitcoind);
    const { rpcUrl, cookieFile } = this.#chain;
    this.#faucet = await Faucet.open({ url: rpcUrl, cookieFile });

    const names = memberNames(job.parameters.n);
    onStep('funding', `making ${names.length} wallets and paying them their first coins`);
    const passphrase = randomBytes(PASSPHRASE_BYTES).toString('base64url');
    writeFileSync(this.#passphraseFile, `${passphrase}\n`, { mode: 0o600 });
    const ports = await freePorts(names.length);
    const wallets = await Promise.all(
      names.map(([name, role], i) => this.#wallet(name, role, ports[i]!, passphrase)),
    );
    const startHeight = await this.#faucet.mine();
    const offers = job.batches.length + SPARE_OFFERS;
    const coins = wallets.flatMap(({ member, address }) =>
      firstCoins(member.role, address, job, plan, offers),
    );
    this.parametersTxid = await this.#faucet.begin(coins, job.parameters);
    this.#height = startHeight + 1;

    onStep('funding', `starting ${names.length} nodes, each a process of its own`);
    this.#refuseInterruption();
    const members = wallets.map(({ member }) => member);
    const shared = { rpcUrl, cookieFile, startHeight, parametersTxid: this.parametersTxid, offers };
    for (const member of members) {
      const others = members.filter((other) => other !== member);
      const text = [memberSettings(member, others, shared), ...settings, ''].join('\n');
      writeFileSync(join(this.folderOf(member.name), 'node.toml'), text, { mode: 0o600 });
    }
    this.#members = await Promise.all(members.map((member) => this.#start(member)));
    await this.#until(({ peers }) => peers >= members.length - 1);
    await this.#until(
      (status) => status.offers === null || status.offers.live.length + status.offers.waiting >= offers,
    );

    onStep('funding', `the arbiters offer their stakes, which count after ${OFFER_BLOCKS} blocks`);
    for (let i = 0; i < OFFER_BLOCKS; i++) {
      this.#height = await this.#faucet.mine();
      await retryAll(this.#members);
      await this.#until(() => true);
    }
    await this.#until(({ offers: own }) => own === null || own.live.length >= offers);
  }

  async #wallet(
    name: string,
    role: Member['role'],
    port: number,
    passphrase: string,
  ): Promise<{ readonly member: Member; readonly address: string }> {
    const node = await loadNode();
    const words = node.newMnemonic();
    const dataDir = join(this.folder, name);
    const folders = node.nodeFolders('dev', { dataDir }, {});
    mkdirSync(folders.node, { recursive: true, mode: 0o700 });
    const { address } = await node.makeNode({
      network: node.networkNamed('dev'),
      folders,
      words,
      passphrase: node.passphraseBytes(passphrase),
      roles: [role],
      cost: CHEAP_SCRYPT,
    });
    const place = `/ip4/127.0.0.1/tcp/${port}/p2p/${await node.peerOfWords(words)}`;
    return { member: { name, role, place }, address };
  }

  async #start(member: Member): Promise<RunningMember> {
    const { ControlClient } = await loadNode();
    const words = [
      'node',
      '--data-dir',
      join(this.folder, member.name),
      '--passphrase-file',
      this.#passphraseFile,
    ];
    const child = this.#spawn(member.name, words);
    const { socket } = z.object({ socket: z.string() }).parse(await child.up());
    const client = await ControlClient.connect(socket);
    return {
      member,
      child,
      call: async (method, params = {}) => {
        try {
          return await client.call(method, params);
        } catch (cause) {
          // A process that has ended says more than a socket that is gone.
          throw child.runs ? cause : child.failure();
        }
      },
      close: () => client.close(),
    };
  }

  #spawn(name: string, words: readonly string[]): Child {
    const child = new Child(name, words);
    this.#children.push(child);
    return child;
  }

  /** Waits until every node has followed the chain and answers as wanted. */
  async #until(wanted: (status: MemberStatus) => boolean): Promise<void> {
    for (const member of this.#members) {
      for (;;) {
        this.#refuseInterruption();
        const status = await statusOf(member);
        if (status.current && status.height >= this.#height && wanted(status)) break;
        await delay(LOOK_MILLISECONDS);
      }
    }
  }

  /** Waits until nobody has anything left to do before the next block. */
  async calm(over: AbortSignal): Promise<void> {
    await waitForCalm(this.#members, this.#height, over);
  }

  #refuseInterruption(): void {
    if (this.#signal.aborted) throw new CliError('interrupted', 'The demo was interrupted.');
  }
}
