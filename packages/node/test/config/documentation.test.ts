import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NETWORK_NAMES, NETWORKS } from '../../src/config/networks.ts';
import { ALL_SETTINGS, environmentName, SINGLE_SETTINGS } from '../../src/config/settings.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'node.md'), 'utf8');

describe('docs/node.md', () => {
  it('has every setting, as its schema describes it, and no other', () => {
    const rows = text
      .split('\n')
      .filter((line) => /^\| `[\w.[\]]+` \| (?:text|integer|share|flag|list) \|/.test(line));
    expect(rows).toEqual(ALL_SETTINGS.map(({ path, kind, what }) => `| \`${path}\` | ${kind} | ${what} |`));
  });

  it('has every network with its ports', () => {
    for (const name of NETWORK_NAMES) {
      const { rpcPort, peerPort } = NETWORKS[name];
      expect(text).toMatch(new RegExp(`^\\| \`${name}\` \\|.*\\| ${rpcPort} \\| ${peerPort} \\|$`, 'm'));
    }
  });

  it('names in the environment are different for every setting', () => {
    const names = [...SINGLE_SETTINGS.keys()].map(environmentName);
    expect(new Set(names).size).toBe(names.length);
  });
});
