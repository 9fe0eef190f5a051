import { describe, expect, it } from 'vitest';
import { checkLock } from '../../scripts/check/lock.ts';
import { treeOf } from '../../scripts/check/tree.ts';

const check = (packages: object): string[] =>
  checkLock(treeOf({ 'package-lock.json': JSON.stringify({ packages }) })).map(({ message }) => message);

describe('lock file', () => {
  const tool = {
    version: '1.0.0',
    optionalDependencies: { '@tool/linux': '1.0.0', '@tool/windows': '1.0.0' },
  };

  it('has an entry for every platform', () => {
    const linux = { 'node_modules/@tool/linux': { version: '1.0.0' } };
    const nested = { 'node_modules/tool/node_modules/@tool/windows': { version: '1.0.0' } };
    expect(check({ 'node_modules/tool': tool, ...linux, ...nested })).toEqual([]);
    expect(check({ 'node_modules/tool': tool, ...linux })).toEqual([
      'no entry for @tool/windows@1.0.0, an optional dependency of node_modules/tool; add one',
    ]);
  });

  it('exists', () => {
    expect(checkLock(treeOf({}))).toHaveLength(1);
  });
});
