import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Caller } from '../job/remote.ts';
import type { Child } from './child.ts';
import type { Member } from './settings.ts';

/** Milliseconds between two looks at everybody. */
export const LOOK_MILLISECONDS = 60;
/** Looks that find nobody busy before the next block is made. */
const CALM_LOOKS = 3;
/** Milliseconds until a node that was told to try again has begun. */
const RETRY_MILLISECONDS = 150;

/** A node of the demo that runs. */
export interface RunningMember extends Caller {
  readonly member: Member;
  readonly child: Child;
  close(): void;
}

const statusSchema = z.object({
  height: z.int(),
  current: z.boolean(),
  peers: z.int(),
  outbox: z.int(),
  channels: z.record(z.string(), z.int()),
  offers: z.object({ live: z.array(z.string()), waiting: z.int() }).nullable(),
});

/** What a node says of itself. */
export type MemberStatus = z.infer<typeof statusSchema>;

/** @throws ControlError, ZodError; DemoError `child-ended` */
export async function statusOf(member: Caller): Promise<MemberStatus> {
  return statusSchema.parse(await member.call('status'));
}

/**
 * Waits until nobody has anything left to do before the next block. What a peer could not take yet is tried again, until trying changes
 * nothing: it then waits for a block as well.
 *
 * @param height - of the chain: who has not seen it is busy
 */
export async function waitForCalm(
  members: readonly Caller[],
  height: number,
  over: AbortSignal,
): Promise<void> {
  for (let before = -1; ; ) {
    for (let calm = 0; calm < CALM_LOOKS; ) {
      await delay(LOOK_MILLISECONDS);
      if (over.aborted) return;
      calm = (await isCalm(members, height)) ? calm + 1 : 0;
    }
    const waiting = await waitingIn(members);
    if (waiting === 0 || waiting === before) return;
    before = waiting;
    await retryAll(members);
  }
}

/** Lets everybody look at the chain and try again at once, instead of in a second or in fifteen. */
export async function retryAll(members: readonly Caller[]): Promise<void> {
  await Promise.all(members.map((member) => member.call('retry')));
  await delay(RETRY_MILLISECONDS);
}

async function isCalm(members: readonly Caller[], height: number): Promise<boolean> {
  const looks = members.map(async (member) => {
    const { busy } = z.object({ busy: z.int() }).parse(await member.call('busy'));
    if (busy > 0) return false;
    const seen = z.object({ height: z.int() }).parse(await member.call('balance'));
    return seen.height >= height;
  });
  return (await Promise.all(looks)).every(Boolean);
}

/** Messages and tasks that somebody could not hand on or finish. */
async function waitingIn(members: readonly Caller[]): Promise<number> {
  const counts = members.map(async (member) => (await statusOf(member)).outbox);
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
