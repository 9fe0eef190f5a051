import { describe, expect, it } from 'vitest';
import { findScenario, SCENARIOS } from '../../src/scenarios/catalogue.ts';

const all = SCENARIOS.flatMap(({ scenarios }) => scenarios);

describe('the catalogue of scenarios', () => {
  it('names each one once, in words with hyphens, and says in a sentence what it shows', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { name, about } of all) {
      expect(name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      expect(about).toMatch(/^[A-Z].*\.$/s);
    }
  });

  it('finds a scenario by its name, and suggests others for a name that nobody has', () => {
    expect(findScenario('lying-verifier').name).toBe('lying-verifier');
    expect(() => findScenario('lying-worker')).toThrowError(
      expect.objectContaining({
        code: 'scenario-unknown',
        remedy: expect.stringContaining('lying-verifier'),
      }),
    );
    expect(() => findScenario('zzz')).toThrowError(
      expect.objectContaining({ remedy: '`prometh simulate --list` shows all of them.' }),
    );
  });
});
