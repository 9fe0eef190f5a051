import { describe, expect, it } from 'vitest';
import { DEVELOPMENT_POLICY } from '../../src/index.ts';
import { refuseUnfitProfile } from '../../src/roles/profile.ts';

describe('F §Deterministic execution: profile wasi-0', () => {
  it('is taken on a development chain', () => {
    expect(() => refuseUnfitProfile('wasi-0', DEVELOPMENT_POLICY)).not.toThrow();
  });

  it('is refused by every role on every other network', () => {
    const policy = { ...DEVELOPMENT_POLICY, network: 'public' } as const;
    expect(() => refuseUnfitProfile('wasi-0', policy)).toThrow(/development chains/);
  });

  it('other profiles are unknown', () => {
    expect(() => refuseUnfitProfile('wasi-9', DEVELOPMENT_POLICY)).toThrow(/runs .*, not wasi-9/);
  });

  it('models give the same bits everywhere: they are taken on every network', () => {
    for (const network of ['development', 'public'] as const) {
      const policy = { ...DEVELOPMENT_POLICY, network };
      expect(() => refuseUnfitProfile('model-1', policy)).not.toThrow();
    }
  });
});
