import type { LocalNetwork, LocalParty } from '@prometheus-compute/node';
import { type Message, openEnvelope } from '@prometheus-compute/protocol';
import type { Instrument } from './run-setup.ts';

/** What one party does in a setup, counted at its ports. */
export interface PartyCount {
  readonly party: string;
  /** Signatures made: of messages, of transactions, under P_h, and with the wallet's keys. */
  envelopesSigned: number;
  plainSigned: number;
  adaptorSigned: number;
  walletSigned: number;
  /** Envelopes whose signature was checked, and transaction signatures that came in them. */
  envelopesChecked: number;
  plainReceived: number;
  adaptorReceived: number;
  commits: number;
  bytesSent: number;
}

/** Messages of one kind. */
export interface KindCount {
  messages: number;
  bytes: number;
}

/** Counts what passes through the ports of every party of a network: signer, wallet, verification, transport, store. */
export class PortCounter implements Instrument {
  readonly parties: PartyCount[] = [];
  readonly kinds = new Map<string, KindCount>();
  readonly #byName = new Map<string, PartyCount>();

  before(network: LocalNetwork): void {
    for (const party of network.parties) this.#watch(party);
  }

  after(): void {}

  #watch({ name, node }: LocalParty): void {
    const count: PartyCount = {
      party: name,
      envelopesSigned: 0,
      plainSigned: 0,
      adaptorSigned: 0,
      walletSigned: 0,
      envelopesChecked: 0,
      plainReceived: 0,
      adaptorReceived: 0,
      commits: 0,
      bytesSent: 0,
    };
    this.parties.push(count);
    this.#byName.set(name, count);
    const { ports } = node.engine;
    const { signer, wallet, store, transport, verify } = ports;
    const counted = <Arguments extends unknown[], Result>(
      field: Exclude<keyof PartyCount, 'party'>,
      call: (...given: Arguments) => Result,
    ) => {
      return (...given: Arguments): Result => {
        count[field] += 1;
        return call(...given);
      };
    };
    Object.assign(ports, {
      signer: {
        ...signer,
        signMessage: counted('envelopesSigned', signer.signMessage),
        signTransaction: counted('plainSigned', signer.signTransaction),
        signAdaptor: counted('adaptorSigned', signer.signAdaptor),
      },
      wallet: {
        ...wallet,
        signKeyPath: counted('walletSigned', wallet.signKeyPath),
        signWithInternalKey: counted('walletSigned', wallet.signWithInternalKey),
      },
      store: { ...store, commit: counted('commits', store.commit) },
      transport: {
        ...transport,
        send: (to: string, bytes: Uint8Array): Promise<boolean> => {
          this.#sent(count, to, bytes);
          return transport.send(to, bytes);
        },
      },
      verify: counted('envelopesChecked', verify),
    });
  }

  #sent(from: PartyCount, to: string, bytes: Uint8Array): void {
    const { message } = openEnvelope(bytes, () => true);
    const kind = this.kinds.get(message.kind) ?? { messages: 0, bytes: 0 };
    this.kinds.set(message.kind, { messages: kind.messages + 1, bytes: kind.bytes + bytes.length });
    from.bytesSent += bytes.length;
    const receiver = this.#byName.get(to);
    if (receiver !== undefined) countSignatures(receiver, message);
  }
}

function countSignatures(receiver: PartyCount, message: Message): void {
  if (message.kind === 'preSignatures') {
    for (const { kind } of message.signatures) {
      if (kind === 'plain') receiver.plainReceived += 1;
      else receiver.adaptorReceived += 1;
    }
  } else if (message.kind === 'inputSignatures') {
    receiver.plainReceived += message.inputs.length;
  }
}
