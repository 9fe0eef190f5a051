import {
  ACCEPTANCE_BLOCKS,
  type Acceptance,
  acceptanceHash,
  type Contract,
  contractHash,
  type Hash32,
  type MessageOf,
  type Outpoint,
  offerOf,
  openChannel,
  outpointKey,
  type Role,
  type SchnorrSignature,
  type SchnorrVerify,
  type SecretScalar,
  type SeenStake,
  type Step,
  schnorrSign,
  schnorrVerify,
  seedHash,
  toHex,
  type XOnlyKey,
} from '../../../src/index.ts';
import {
  fixtureCoin,
  fixtureContract,
  fixtureHash,
  fixtureKey,
  fixtureParameters,
  fixtureSecret,
} from '../../fixtures/terms.ts';

const AUX = new Uint8Array(32);
/** Number of arbiters in a contract: the least, for speed. */
const ARBITERS = 3;
export const PARAMETERS = fixtureParameters(ARBITERS);
const FIXTURE: Contract = fixtureContract(PARAMETERS);
/** Tip at which a channel begins; the snapshot is the next block. */
export const START = FIXTURE.snapshotHeight - 1;
const SESSION = fixtureHash('session');
export const SNAPSHOT_HASH = fixtureHash('block h_s');
/** Stakes on the chain: two more than a contract needs. */
export const STAKES: readonly SeenStake[] = Array.from({ length: ARBITERS + 2 }, (_, i) => ({
  coin: fixtureCoin(`stake ${i}`, PARAMETERS.a),
  confirmedHeight: 500,
}));

/** Label under which the fixture keeps what belongs to the owner of a stake. */
const stakeLabel = (stake: string): string =>
  `stake ${STAKES.findIndex(({ coin }) => outpointKey(coin.outpoint) === stake)}`;

const signatures = new Map<string, SchnorrSignature>();

/** BIP340 with fixed auxiliary randomness; the runs of a test share what they sign. */
export function sign(hash: Hash32, secret: SecretScalar): SchnorrSignature {
  const key = toHex(hash) + toHex(secret);
  const signature = signatures.get(key) ?? schnorrSign(hash, secret, AUX);
  signatures.set(key, signature);
  return signature;
}

const verified = new Map<string, boolean>();

/** BIP340 verification; the runs of a test share its results. */
export const verify: SchnorrVerify = (signature, message, key) => {
  const name = toHex(signature) + toHex(message) + toHex(key);
  const known = verified.get(name) ?? schnorrVerify(signature, message, key);
  verified.set(name, known);
  return known;
};

export const messageSecret = (name: string): SecretScalar => fixtureSecret(`${name} message`);
export const messageKey = (name: string): XOnlyKey => fixtureKey(`${name} message`);

const CEREMONY_SEEDS: Readonly<Record<Role, string>> = { client: "s'_C", worker: "s'_W", verifier: "s'_V" };

/** The seed that a role has committed to. */
export function seedOf(role: Role, which: 'ceremony' | 'challenge'): Hash32 {
  return fixtureHash(which === 'ceremony' ? CEREMONY_SEEDS[role] : role === 'client' ? 's_C' : 's_V');
}

/** What the Client proposes: the fixture's contract in the form of terms. */
const TERMS: MessageOf<'terms'> = {
  kind: 'terms',
  channel: SESSION,
  parametersTxid: FIXTURE.parametersTxid,
  client: FIXTURE.client,
  reward: FIXTURE.reward,
  settlementFee: FIXTURE.settlementFee,
  retainer: FIXTURE.retainer,
  bond: FIXTURE.bond,
  deliveryBlocks: FIXTURE.deliveryBlocks,
  confirmationBlocks: FIXTURE.confirmationBlocks,
  stageBlocks: FIXTURE.stageBlocks,
  arbitrationBlocks: FIXTURE.arbitrationBlocks,
  relayBlocks: FIXTURE.relayBlocks,
  scheme: 'replay',
  profile: FIXTURE.profile,
  programHash: FIXTURE.programHash,
  programSize: 1_000,
  limits: FIXTURE.limits,
  sampled: FIXTURE.sampled,
  inputRoot: FIXTURE.inputRoot,
  inputs: Array.from({ length: FIXTURE.chunks }, (_, i) => ({ hash: fixtureHash(`input ${i}`), size: 10 })),
  challengeSeedHash: seedHash(seedOf('client', 'challenge')),
  ceremonySeedHash: seedHash(seedOf('client', 'ceremony')),
  snapshotHeight: FIXTURE.snapshotHeight,
};

/** What Worker and Verifier answer. */
export function accepted(role: 'worker' | 'verifier'): MessageOf<'termsAccepted'> {
  const common = {
    kind: 'termsAccepted',
    channel: SESSION,
    terms: FIXTURE[role],
    ceremonySeedHash: seedHash(seedOf(role, 'ceremony')),
  } as const;
  return role === 'worker'
    ? { ...common, role, pointLock: FIXTURE.pointLock, verificationLock: FIXTURE.verificationLock }
    : { ...common, role, challengeSeedHash: seedHash(seedOf('verifier', 'challenge')) };
}

/** The Client's first step. */
export const begin = (): Step =>
  openChannel(TERMS, { client: 'C', worker: 'W', verifier: 'V' }, PARAMETERS, START);

/** The acceptance that the owner of a stake signs. */
export function acceptanceFor(contract: Contract, outpoint: Outpoint, height: number): Acceptance {
  const label = stakeLabel(outpointKey(outpoint));
  const proof = { kind: 'offer', offerKey: fixtureKey(label) } as const;
  const seen = STAKES.find(({ coin }) => outpointKey(coin.outpoint) === outpointKey(outpoint))!;
  const unsigned = {
    contractHash: contractHash(contract),
    outpoint: offerOf(seen, proof)!.outpoint,
    proof,
    key: fixtureKey(`${label} in this contract`),
    messageKey: messageKey(label),
    expiry: height + ACCEPTANCE_BLOCKS,
  };
  return { ...unsigned, signature: sign(acceptanceHash(unsigned), fixtureSecret(label)) };
}

/** A state in one string, bit for bit. */
export function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === 'bigint') return `${item}n`;
    if (item instanceof Uint8Array) return `x${toHex(item)}`;
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
      return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    return item;
  });
}

/** 32 bytes that are a hash of nothing else. */
export const otherHash = (label: string): Hash32 => fixtureHash(`other ${label}`);
