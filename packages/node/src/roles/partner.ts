import { inputTree } from '@prometheus-compute/proofs';
import {
  CodedError,
  checkParameters,
  joinChannel,
  type MessageOf,
  SNAPSHOT_KNOWN,
  toHex,
  utf8,
} from '@prometheus-compute/protocol';
import { EngineError } from '../engine/errors.ts';
import type { Greeting } from '../engine/extensions.ts';
import { worstCaseFee } from '../engine/fees/worst-case.ts';
import { encodeManifest } from '../engine/manifest.ts';
import { programSizeKey } from '../engine/tasks/agree.ts';
import type { KeyReference } from '../ports/signer.ts';
import type { PeerId } from '../ports/transport.ts';
import { type RoleHost, refuseAborter, refuseSecondPlace, refuseUnless } from './host.ts';
import { refuseUnfitProfile } from './profile.ts';
import { refuseExcess, refuseWithoutRoom } from './terms-limits.ts';

/**
 * W or V answers a Client's terms: by its own policy first, then by the rules. The whole contract is checked when it
 * is written; here is refused what cannot become one.
 *
 * @throws RuleError, WalletError, EngineError: the terms are refused with the error's words
 */
export async function answerTerms(
  host: RoleHost,
  role: 'worker' | 'verifier',
  terms: MessageOf<'terms'>,
  from: PeerId,
): Promise<Greeting> {
  const { ports } = host;
  const keys: KeyReference = { role, unique: terms.channel };
  const id = `${role}:${toHex(terms.channel)}`;
  // A session id that comes twice would make two contracts share keys.
  if (host.knows(id)) return { kind: 'answered' };
  refuseSecondPlace(host, terms.channel);
  refuseExcess(host, terms, from);
  await refuseWithoutRoom(host, terms);
  await refuseAborter(host, from);
  const parameters = await host.parameters(terms.parametersTxid);
  checkParameters(parameters);
  const { height } = await ports.chain.tip();
  refuseUnfitProfile(terms.profile, host.policy);
  refuseUnless(terms.reward >= host.policy.minimumReward, `a reward of ${terms.reward} sat is too little`);
  // Y §Oracle: nobody may know block h_s when the terms are fixed.
  if (terms.snapshotHeight <= height)
    throw new EngineError(SNAPSHOT_KNOWN, `block ${terms.snapshotHeight} is known already`);
  const root = inputTree(terms.inputs.map(({ hash }) => hash)).root;
  refuseUnless(toHex(root) === toHex(terms.inputRoot), 'the list of inputs does not have its root');

  const feeLoad = worstCaseFee(role, parameters, terms.settlementFee, host.policy);
  const amount = role === 'worker' ? parameters.w : parameters.v;
  const { terms: own, reserve } = funded(host, keys, amount, feeLoad);
  try {
    // Behind everything that may be refused: whoever is refused leaves nothing on the disk.
    await ports.blobs.put(terms.inputRoot, encodeManifest(terms.inputs));
    await ports.store.putRecord(programSizeKey(id), utf8(String(terms.programSize)));
  } catch (cause) {
    ports.wallet.release([...own.funding, reserve].map(({ outpoint }) => outpoint));
    throw cause;
  }
  const ceremonySeedHash = ports.signer.seedHash(keys, 'ceremony');
  const common = { kind: 'termsAccepted', channel: terms.channel, terms: own, ceremonySeedHash } as const;
  const answer: MessageOf<'termsAccepted'> =
    role === 'worker'
      ? {
          ...common,
          role,
          pointLock: ports.signer.pointLock(keys),
          verificationLock: ports.signer.verificationLock(keys),
        }
      : { ...common, role, challengeSeedHash: ports.signer.seedHash(keys, 'challenge') };
  const step = joinChannel(terms, answer, parameters, height);
  return { kind: 'open', record: { id, role, keys, peers: { client: from }, batch: null, reserve }, step };
}

/** Coins for a contract. What is free in the wallet is no business of whoever asks. @throws EngineError `unfunded` */
function funded(host: RoleHost, ...order: Parameters<RoleHost['fund']>): ReturnType<RoleHost['fund']> {
  try {
    return host.fund(...order);
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause;
    throw new EngineError('unfunded', 'this node cannot fund one more contract now', { cause });
  }
}
