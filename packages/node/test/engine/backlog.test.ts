import { describe, expect, it } from 'vitest';
import { Backlog, type BacklogItem } from '../../src/engine/backlog.ts';

const limits = { bytes: 100, ownerBytes: 60, ownerItems: 3 };
const item = (key: string, owner: string, bytes: number, topic = 'channel'): BacklogItem<string> => ({
  key,
  topic,
  owner,
  bytes,
  value: key,
});

describe('things that wait for their time', () => {
  it('come out by topic, oldest first, once', () => {
    const backlog = new Backlog<string>(limits);
    for (const [key, topic] of [
      ['a', 'one'],
      ['b', 'two'],
      ['c', 'one'],
    ] as const)
      expect(backlog.add(item(key, 'peer', 1, topic))).toBe(true);
    expect(backlog.take('one')).toEqual(['a', 'c']);
    expect(backlog.take('one')).toEqual([]);
    expect(backlog.bytes).toBe(1);
  });

  it('take no second place when they come again', () => {
    const backlog = new Backlog<string>(limits);
    backlog.add(item('a', 'peer', 10));
    expect(backlog.add(item('a', 'peer', 10))).toBe(true);
    expect(backlog.bytes).toBe(10);
  });

  it('are bounded for each owner, in bytes and in number', () => {
    const backlog = new Backlog<string>(limits);
    expect(backlog.add(item('a', 'one', 60))).toBe(true);
    expect(backlog.add(item('b', 'one', 1))).toBe(false);
    for (const key of ['c', 'd', 'e']) expect(backlog.add(item(key, 'two', 1))).toBe(true);
    expect(backlog.add(item('f', 'two', 1))).toBe(false);
    backlog.take('channel');
    expect(backlog.add(item('g', 'one', 60))).toBe(true);
  });

  it('are bounded in all: whoever holds most makes room, and nobody else', () => {
    const backlog = new Backlog<string>(limits);
    backlog.add(item('honest', 'honest', 10));
    backlog.add(item('large', 'flood', 30));
    backlog.add(item('later', 'flood', 30));
    expect(backlog.add(item('next', 'other', 50))).toBe(true);
    expect(backlog.bytes).toBeLessThanOrEqual(limits.bytes);
    expect(backlog.take('channel')).toEqual(['honest', 'later', 'next']);
  });
});
