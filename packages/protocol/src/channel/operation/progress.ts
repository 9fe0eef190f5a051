import type { OpenState } from '../state.ts';
import { moved, type Outgoing, type Step } from '../step.ts';
import type { Task } from '../task.ts';
import type { Beginning, OpeningRecord } from './record.ts';

/** What a party does next: the state after it, and what goes out. */
export interface Progress {
  readonly state: OpenState;
  readonly messages?: readonly Outgoing[];
  readonly tasks?: readonly Task[];
}

/** Something that a party does as soon as its state allows it; undefined while it does not, or when it is done. */
export type Act = (state: OpenState) => Progress | undefined;

/** Does everything that has become possible, in the order of the acts, after what a step has led to. */
export function carryOn(
  step: Extract<Step, { readonly kind: 'moved' }>,
  state: OpenState,
  acts: readonly Act[],
): Step {
  let next = state;
  const messages = [...step.messages];
  const tasks = [...step.tasks];
  let progress: Progress | undefined;
  do {
    progress = undefined;
    for (const act of acts) {
      progress = act(next);
      if (progress === undefined) continue;
      next = progress.state;
      messages.push(...(progress.messages ?? []));
      tasks.push(...(progress.tasks ?? []));
      break;
    }
  } while (progress !== undefined);
  return moved(next, messages, tasks, step.fault);
}

/** Notes that something has been asked for or sent. */
export function begin(state: OpenState, ...what: readonly Beginning[]): OpenState {
  return { ...state, begun: [...state.begun, ...what] };
}

/** Asks for the hash of a block, unless it has been asked for. */
export function askBlock(state: OpenState, height: number): Progress | undefined {
  if (state.blocksAsked.includes(height)) return undefined;
  return {
    state: { ...state, blocksAsked: [...state.blocksAsked, height] },
    tasks: [{ kind: 'find-block', height }],
  };
}

/** The state with W's opening: what was Computation is Verification (paper, §2.3). */
export function withOpening(state: OpenState, opening: OpeningRecord): OpenState {
  return state.name === 'arbitration' ? { ...state, opening } : { ...state, name: 'verification', opening };
}
