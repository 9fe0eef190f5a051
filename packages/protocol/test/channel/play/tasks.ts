import {
  adaptorSign,
  type ChannelEvent,
  type ChannelState,
  type ChunkFault,
  contractHash,
  type Graph,
  graphOf,
  type Hash32,
  inputOf,
  inputSlotsOf,
  type OpenState,
  type Party,
  pointOf,
  postReceiptHash,
  provePointLock,
  type Role,
  readEnvelope,
  releasesOf,
  type SecretScalar,
  type SignatureSlot,
  type SlotSignature,
  sighash,
  type Task,
  toHex,
  toInputWitness,
} from '../../../src/index.ts';
import {
  fixtureHash,
  fixtureLabel,
  fixtureSecret,
  keyPathSecret,
  LOCK_SECRET,
  POINT_SECRET,
} from '../../fixtures/terms.ts';
import { messageSecret, SNAPSHOT_HASH, STAKES, seedOf, sign } from './identity.ts';

const AUX = new Uint8Array(32);

/** Who plays: C, W, V, or the owner of a stake. */
export type PlayerName = Role | `stake ${number}`;

/** Secret of the transaction key of a player's party. */
export const transactionSecret = (name: PlayerName): SecretScalar =>
  fixtureSecret(name.startsWith('stake') ? `${name} in this contract` : name);

function agreementOf(state: ChannelState) {
  if (state.name === 'closed')
    return state.before?.name === 'setup' || state.before === null ? undefined : state.before.agreement;
  if (state.name === 'setup') return state.step === 'signatures' ? state.agreement : undefined;
  return state.agreement;
}

/** Υ as a player has it; undefined before there is one. */
export function graphIn(state: ChannelState): Graph | undefined {
  const agreement = agreementOf(state);
  return agreement && graphOf(agreement);
}

function signSlots(
  name: PlayerName,
  state: ChannelState,
  slots: readonly SignatureSlot[],
): readonly SlotSignature[] {
  const graph = graphIn(state)!;
  const secret = transactionSecret(name);
  return slots.map((slot) => {
    const hash = sighash(graph, slot.transaction, slot.input);
    const signature =
      slot.kind === 'adaptor'
        ? adaptorSign(hash, secret, graph.terms.contract.pointLock, AUX)
        : sign(hash, secret);
    return { slot, signature };
  });
}

function signInputs(state: ChannelState): ChannelEvent {
  const graph = graphIn(state)!;
  const self = (state as { readonly self: Party }).self;
  const witnesses = inputSlotsOf(graph, self).map((slot) => {
    const { prevout } = inputOf(graph, 'Tx0', slot.input);
    const secret = keyPathSecret(fixtureSecret(fixtureLabel(prevout.script)!));
    return toInputWitness(graph, slot, sign(sighash(graph, 'Tx0', slot.input), secret));
  });
  return { kind: 'inputs-signed', witnesses };
}

const PLACE = { height: 1_010, blockHash: fixtureHash('tip') };
const ROOT = fixtureHash('R');

/** A delivery of the right form; nobody in these tests looks into it. */
export const DELIVERY = {
  root: ROOT,
  chunks: Array.from({ length: 20 }, (_, i) => ({
    inner: fixtureHash(`inner ${i}`),
    ciphertext: fixtureHash(`ciphertext ${i}`),
    size: 26,
  })),
};

/** An opening of the right form for both seeds; nobody in these tests looks at the receipt that it shows, if any. */
export const OPENING = {
  root: ROOT,
  challengeClient: seedOf('client', 'challenge'),
  challengeVerifier: seedOf('verifier', 'challenge'),
  answers: null,
  chunks: [
    {
      index: 3,
      output: new Uint8Array([1, 2, 3]),
      path: [fixtureHash('sibling')],
      chunkPoint: pointOf(fixtureSecret('chunk')),
      dleq: { e: fixtureHash('e'), s: fixtureHash('s') },
      lockShare: pointOf(fixtureSecret('share')),
      maskedShare: fixtureHash('masked'),
      scheme: new Uint8Array(0),
    },
  ],
};

function relay(
  name: PlayerName,
  state: OpenState,
  { message, height }: Extract<Task, { kind: 'relay' }>,
  archive: Archive,
): ChannelEvent {
  const envelope = archive.get(toHex(message.sealed));
  if (envelope === undefined) throw new RangeError(`${name} relays a "${message.kind}" that it never saw`);
  const shown = { kind: 'relay-made', author: message.author, sealed: message.sealed, envelope } as const;
  if (height === null) return { ...shown, receipt: null };
  const channel = contractHash(state.agreement.contract);
  const author = readEnvelope(envelope).from;
  const hash = postReceiptHash({ channel, author, message: message.sealed, height });
  return { ...shown, receipt: { height, signature: sign(hash, messageSecret(name)) } };
}

/** A claim of the right form; nobody in these tests looks into it. */
const claimAbout = (fault: ChunkFault, index: number) =>
  ({
    fault,
    root: ROOT,
    index,
    opening: new Uint8Array([1]),
    input: { bytes: new Uint8Array([2]), path: [] },
    programHash: fixtureHash('program'),
  }) as const;

/** H(block) of the play's chain. */
export const blockHashAt = (height: number): Hash32 => fixtureHash(`block ${height}`);

/** The envelope that an author sealed, by what it signed: what a node's store has of every document. */
export type Archive = ReadonlyMap<string, Uint8Array>;

/** What an honest engine makes of a task; null where it ends without an event. */
export function perform(
  name: PlayerName,
  state: ChannelState,
  task: Task,
  archive: Archive,
): ChannelEvent | null {
  switch (task.kind) {
    case 'agree': {
      const contract = (state as { readonly contract: Parameters<typeof contractHash>[0] }).contract;
      const proof = name === 'worker' ? provePointLock(POINT_SECRET, contractHash(contract), AUX) : null;
      return { kind: 'agreed', pointLockProof: proof };
    }
    case 'open-seed':
      return { kind: 'seed-opened', which: task.which, seed: seedOf(name as Role, task.which) };
    case 'find-offers':
      return { kind: 'offers-found', blockHash: SNAPSHOT_HASH, stakes: STAKES, avoided: [] };
    case 'check-stakes':
      return { kind: 'stakes-checked' };
    case 'sign':
      return { kind: 'signed', signatures: signSlots(name, state, task.slots) };
    case 'sign-inputs':
      return signInputs(state);
    case 'compute':
      return { kind: 'computed', delivery: DELIVERY };
    case 'check-delivery':
      return { kind: 'delivery-checked', deliveryHash: task.deliveryHash, ok: true, bytes: 520, ...PLACE };
    case 'open': {
      const answers = task.answers && archive.get(toHex(task.answers.sealed))!;
      const seeds = { challengeClient: task.seedClient, challengeVerifier: task.seedVerifier, answers };
      return { kind: 'opened', opening: { ...OPENING, ...seeds } };
    }
    case 'check-opening': {
      const { openingHash, deliveryHash, thorough } = task;
      const lockSecret = name === 'verifier' ? LOCK_SECRET : null;
      const verdict = { r: 1, lockSecret } as const;
      return { kind: 'opening-checked', openingHash, deliveryHash, thorough, verdict };
    }
    case 'relay':
      return relay(name, state as OpenState, task, archive);
    case 'find-block':
      return { kind: 'block-found', height: task.height, hash: blockHashAt(task.height) };
    case 'make-claim':
      return { kind: 'claim-made', court: task.court, claim: claimAbout(task.fault, task.chunk) };
    case 'judge':
      return {
        kind: 'judged',
        court: task.court,
        confirmed: task.claims.length > 0,
        nonce: fixtureHash(`nonce of ${name}`),
      };
    case 'decrypt':
      return { kind: 'decrypted', failures: [] };
    case 'sign-releases': {
      const { before, transaction } = state as Extract<ChannelState, { how: 'settled' }>;
      const signatures = releasesOf(graphOf(before.agreement), transaction).map((release) => ({
        output: release.output,
        signature: sign(release.transaction.sighashes[0]!, transactionSecret(name)),
      }));
      return { kind: 'releases-signed', signatures };
    }
    case 'release':
    case 'respend':
      return null;
  }
}
