import type { Contract } from '../../contract/contract.ts';
import { contractHash, decodeContract, encodeContract } from '../../contract/contract-codec.ts';
import { checkContract, contractViolations } from '../../contract/contract-rules.ts';
import type { Parameters } from '../../contract/parameters.ts';
import { ROLES } from '../../contract/party.ts';
import { equalBytes } from '../../primitives/bytes.ts';
import { verifyPointLock } from '../../primitives/point-lock.ts';
import type { MessageOf } from '../../wire/messages.ts';
import type { ChannelContext } from '../context.ts';
import type { ChannelEvent } from '../event.ts';
import type { AcceptedTermsStep, ContractStep, Peers, TermsOf, TermsStep } from '../state.ts';
import { ignored, LATER, type Moved, moved, STALE, type Step, toAll } from '../step.ts';
import { abandon } from './abandon.ts';
import { partnerAtFault } from './at-fault.ts';
import { SETUP_BLOCKS } from './deadline.ts';

/**
 * C opens a channel: it proposes the terms to W and V (M §Sequence).
 *
 * @param terms - the complete proposal; its snapshot height lies above `tip`, so that nobody knows block h_s yet
 */
export function openChannel(
  terms: MessageOf<'terms'>,
  peers: Peers,
  parameters: Parameters,
  tip: number,
): Step {
  const state: TermsStep = {
    name: 'setup',
    step: 'terms',
    role: 'client',
    parameters,
    tip,
    deadline: tip + SETUP_BLOCKS,
    terms,
    peers,
    worker: null,
    verifier: null,
  };
  return moved(state, [
    { to: 'worker', message: terms },
    { to: 'verifier', message: terms },
  ]);
}

/** W or V answers terms that its own policy allows. */
export function joinChannel(
  terms: MessageOf<'terms'>,
  own: MessageOf<'termsAccepted'>,
  parameters: Parameters,
  tip: number,
): Step {
  const state: AcceptedTermsStep = {
    name: 'setup',
    step: 'accepted-terms',
    role: own.role,
    parameters,
    tip,
    deadline: tip + SETUP_BLOCKS,
    terms,
    own,
  };
  return moved(state, [{ to: 'client', message: own }]);
}

/** C collects the partners' terms and writes the contract. */
export function onTerms(state: TermsStep, event: ChannelEvent, context: ChannelContext): Step {
  if (event.kind === 'tip') return moved(state);
  if (event.kind !== 'message') return STALE;
  const { message } = event;
  if (message.kind !== 'termsAccepted') return LATER;
  const { role } = message;
  if (event.from !== role)
    return ignored('terms-altered', event.from, 'terms accepted in the name of another role');
  if (state[role] !== null) return ignored('out-of-place', role, 'terms accepted twice');
  const next: TermsStep = { ...state, [role]: message };
  if (next.worker === null || next.verifier === null) return moved(next);

  const { terms, peers } = next;
  const contract = writeContract(terms, next.worker, next.verifier);
  const [broken] = contractViolations(next.parameters, contract, context.policy);
  if (broken !== undefined)
    return abandon(next, 'terms-refused', partnerAtFault(contract, broken), broken.message);
  return moved(
    {
      ...frameOf(next),
      step: 'contract',
      role: 'client',
      session: terms.channel,
      contract,
      peers,
      agreed: [],
    },
    [],
    [{ kind: 'agree' }],
  );
}

/** W or V checks that the contract is what it agreed to, before it fetches the payload. */
export function onAcceptedTerms(
  state: AcceptedTermsStep,
  event: ChannelEvent,
  context: ChannelContext,
): Step {
  if (event.kind === 'tip') return moved(state);
  if (event.kind !== 'message') return STALE;
  if (event.message.kind !== 'contract' || event.from !== 'client') return LATER;
  const { peers } = event.message;
  const contract = decodeContract(event.message.contract);
  const faithful = keepsTerms(contract, state.terms, state.own);
  if (!faithful)
    return abandon(state, 'terms-altered', 'client', 'the contract differs from the accepted terms');
  checkContract(state.parameters, contract, context.policy);
  const { channel } = state.terms;
  return moved(
    { ...frameOf(state), step: 'contract', role: state.role, session: channel, contract, peers, agreed: [] },
    [],
    [{ kind: 'agree' }],
  );
}

/** Everybody checks the contract's coins, C before it shows it, W and V its payload too; C waits for both. */
export function onContract(state: ContractStep, event: ChannelEvent): Step {
  if (event.kind === 'tip') return moved(state);
  const hash = contractHash(state.contract);
  if (event.kind === 'agreed') {
    if (state.role === 'client') return propose(state);
    const common = { kind: 'contractAgreed', channel: state.session, contractHash: hash } as const;
    if (state.role === 'verifier') {
      return moved(waitForSnapshot(state), [{ to: 'client', message: { ...common, role: 'verifier' } }]);
    }
    if (event.pointLockProof === null)
      return abandon(state, 'point-lock-unproven', 'worker', 'no proof was made');
    const message = { ...common, role: 'worker', pointLockProof: event.pointLockProof } as const;
    return moved(waitForSnapshot(state), [{ to: 'client', message }]);
  }
  if (event.kind === 'disagreed') return abandon(state, event.code, event.culprit, event.reason);
  if (event.kind !== 'message') return STALE;
  if (event.message.kind !== 'contractAgreed' || state.role !== 'client') return LATER;
  const { message } = event;
  const { role } = message;
  if (event.from !== role)
    return ignored('terms-altered', event.from, 'an agreement in the name of another role');
  if (state.agreed.includes(role)) return ignored('out-of-place', role, 'agreed twice');
  if (!equalBytes(message.contractHash, hash)) {
    return abandon(state, 'terms-altered', role, `the ${role} agreed to another contract`);
  }
  if (message.role === 'worker' && !verifyPointLock(state.contract.pointLock, hash, message.pointLockProof)) {
    return abandon(state, 'point-lock-unproven', 'worker', 'no proof that the Worker knows h_p');
  }
  const agreed = [...state.agreed, role];
  return moved(agreed.length === ROLES.length ? waitForSnapshot(state) : { ...state, agreed });
}

/** C has seen its partners' coins: they get the contract, and begin to fetch its payload. */
function propose(state: ContractStep): Step {
  if (state.agreed.includes('client')) return STALE;
  const { contract, session, peers } = state;
  const message = { kind: 'contract', channel: session, contract: encodeContract(contract), peers } as const;
  return moved({ ...state, agreed: ['client'] }, toAll(['worker', 'verifier'], message));
}

function waitForSnapshot(state: ContractStep): Moved['state'] {
  return {
    ...frameOf(state),
    step: 'seeds',
    role: state.role,
    contract: state.contract,
    peers: state.peers,
    opening: false,
    seeds: { client: null, verifier: null, worker: null },
  };
}

/** What a partner adds to the terms. */
type Part<R extends 'worker' | 'verifier'> = Omit<TermsOf<R>, 'kind' | 'channel' | 'role'>;

/** The contract that the three parts of the terms add up to. Every party writes the same bytes. */
function writeContract(
  terms: MessageOf<'terms'>,
  worker: Part<'worker'>,
  verifier: Part<'verifier'>,
): Contract {
  return {
    parametersTxid: terms.parametersTxid,
    client: terms.client,
    worker: worker.terms,
    verifier: verifier.terms,
    reward: terms.reward,
    settlementFee: terms.settlementFee,
    retainer: terms.retainer,
    bond: terms.bond,
    deliveryBlocks: terms.deliveryBlocks,
    confirmationBlocks: terms.confirmationBlocks,
    stageBlocks: terms.stageBlocks,
    arbitrationBlocks: terms.arbitrationBlocks,
    relayBlocks: terms.relayBlocks,
    scheme: terms.scheme,
    profile: terms.profile,
    programHash: terms.programHash,
    limits: terms.limits,
    chunks: terms.inputs.length,
    sampled: terms.sampled,
    inputRoot: terms.inputRoot,
    pointLock: worker.pointLock,
    verificationLock: worker.verificationLock,
    seedHashes: {
      challengeClient: terms.challengeSeedHash,
      challengeVerifier: verifier.challengeSeedHash,
      ceremonyClient: terms.ceremonySeedHash,
      ceremonyVerifier: verifier.ceremonySeedHash,
      ceremonyWorker: worker.ceremonySeedHash,
    },
    snapshotHeight: terms.snapshotHeight,
  };
}

/** Whether a contract is what the terms and the own answer add up to, whatever the other partner brought. */
function keepsTerms(contract: Contract, terms: MessageOf<'terms'>, own: MessageOf<'termsAccepted'>): boolean {
  const worker: Part<'worker'> =
    own.role === 'worker'
      ? own
      : {
          terms: contract.worker,
          pointLock: contract.pointLock,
          verificationLock: contract.verificationLock,
          ceremonySeedHash: contract.seedHashes.ceremonyWorker,
        };
  const verifier: Part<'verifier'> =
    own.role === 'verifier'
      ? own
      : {
          terms: contract.verifier,
          challengeSeedHash: contract.seedHashes.challengeVerifier,
          ceremonySeedHash: contract.seedHashes.ceremonyVerifier,
        };
  return equalBytes(encodeContract(contract), encodeContract(writeContract(terms, worker, verifier)));
}

function frameOf(state: TermsStep | AcceptedTermsStep | ContractStep) {
  const { name, parameters, tip, deadline } = state;
  return { name, parameters, tip, deadline };
}
