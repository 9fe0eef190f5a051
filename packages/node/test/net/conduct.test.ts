import { describe, expect, it } from 'vitest';
import { Conduct } from '../../src/net/conduct.ts';
import type { NetNotice } from '../../src/net/notice.ts';

const MINUTE = 60_000;

function watched() {
  const clock = { now: 1_000_000 };
  const notices: NetNotice[] = [];
  const conduct = new Conduct(
    10 * MINUTE,
    () => clock.now,
    (notice) => notices.push(notice),
  );
  const banned = () => notices.flatMap((notice) => (notice.kind === 'banned' ? [notice] : []));
  return { clock, conduct, notices, banned };
}

describe('conduct of peers', () => {
  it('a hundred points are a ban, which ends, and says what led to it', () => {
    const { clock, conduct, banned } = watched();
    expect(conduct.hold('m', 'oversized', 'first')).toBe(false);
    expect(conduct.isBanned('m')).toBe(false);
    expect(conduct.hold('m', 'oversized', 'second')).toBe(true);
    expect(conduct.isBanned('m')).toBe(true);
    expect(conduct.isBanned('other')).toBe(false);
    expect(banned()).toEqual([
      {
        kind: 'banned',
        peer: 'm',
        until: clock.now + 10 * MINUTE,
        evidence: ['oversized: first', 'oversized: second'],
      },
    ]);
    clock.now += 10 * MINUTE;
    expect(conduct.isBanned('m')).toBe(false);
  });

  it('every further ban takes twice as long, and none longer than a day', () => {
    const { clock, conduct, banned } = watched();
    for (let i = 0; i < 10; i++) {
      while (!conduct.hold('m', 'oversized', '')) clock.now += 1;
      clock.now = banned().at(-1)!.until;
    }
    const minutes = banned().map(({ until }, i) =>
      Math.round((until - (banned()[i - 1]?.until ?? 1_000_000)) / MINUTE),
    );
    expect(minutes).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 1_440, 1_440]);
  });

  it('points are halved in ten minutes: what happens now and then never adds up', () => {
    const { clock, conduct, notices } = watched();
    conduct.hold('m', 'unopenable', '');
    for (let i = 0; i < 200; i++) {
      clock.now += 10 * MINUTE;
      expect(conduct.hold('m', 'unopenable', '')).toBe(false);
    }
    expect(notices.at(-1)).toMatchObject({ kind: 'offence', score: 40 });
  });

  it('mere slowness is held against strangers, and never against a party of an open channel', () => {
    const { conduct } = watched();
    conduct.trust((peer) => peer === 'partner');
    for (let i = 0; i < 1_000; i++) expect(conduct.hold('partner', 'slow', '')).toBe(false);
    expect(Array.from({ length: 10 }, () => conduct.hold('m', 'slow', '')).at(-1)).toBe(true);
    // Whoever sends what nobody honest sends is banned all the same.
    conduct.hold('partner', 'oversized', '');
    expect(conduct.hold('partner', 'oversized', '')).toBe(true);
  });

  it('10,000 peers are remembered, those that behaved badly last', () => {
    const { conduct } = watched();
    for (const peer of ['m', 'n']) for (let i = 0; i < 2; i++) conduct.hold(peer, 'oversized', '');
    for (let i = 0; i < 9_999; i++) conduct.hold(`peer ${i}`, 'flood', '');
    expect([conduct.isBanned('m'), conduct.isBanned('n')]).toEqual([false, true]);
  });
});
