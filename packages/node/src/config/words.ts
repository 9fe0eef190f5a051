import { ConfigError } from './errors.ts';
import type { Environment } from './folders.ts';
import type { Layer } from './layers.ts';
import { nearestWord } from './nearest.ts';
import { environmentName, type Setting, SINGLE_SETTINGS } from './settings.ts';

const PREFIX = 'PROMETH_';
/** Names in the environment that are no settings: what finds the file. */
const OTHER_NAMES = ['PROMETH_DATA_DIR', 'PROMETH_CONFIG', 'PROMETH_NETWORK'];

/** Settings of the environment. @throws ConfigError `setting-unknown`, `setting-wrong` */
export function environmentLayer(environment: Environment): Layer {
  const byName = new Map(
    [...SINGLE_SETTINGS.values()].map((setting) => [environmentName(setting.path), setting]),
  );
  const settings: [Setting, unknown][] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || text === undefined || OTHER_NAMES.includes(name)) continue;
    const setting = byName.get(name);
    if (setting === undefined) throw unknown(name, nearestWord(name, [...byName.keys(), ...OTHER_NAMES]));
    settings.push([setting, readValue(setting, text, name)]);
  }
  return { from: 'the environment', tree: treeOf(settings) };
}

/** Settings that `--set name=value` gives. @throws ConfigError `setting-unknown`, `setting-wrong` */
export function givenLayer(words: readonly string[]): Layer {
  const settings = words.map((word): [Setting, unknown] => {
    const at = word.indexOf('=');
    const path = at === -1 ? word : word.slice(0, at);
    const setting = SINGLE_SETTINGS.get(path);
    if (setting === undefined) throw unknown(path, nearestWord(path, SINGLE_SETTINGS.keys()));
    if (at === -1) throw wrong(path, 'has no value: write name=value');
    return [setting, readValue(setting, word.slice(at + 1), `--set ${path}`)];
  });
  return { from: '--set', tree: treeOf(settings) };
}

function readValue({ kind }: Setting, text: string, name: string): unknown {
  switch (kind) {
    case 'text':
      return text;
    case 'list':
      return text === '' ? [] : text.split(',').map((item) => item.trim());
    case 'flag':
      if (text !== 'true' && text !== 'false') throw wrong(name, 'must be true or false');
      return text === 'true';
    case 'integer':
      if (!/^\d{1,15}$/.test(text)) throw wrong(name, 'must be a whole number');
      return Number(text);
    case 'share':
      if (!/^\d(?:\.\d{1,15})?$/.test(text)) throw wrong(name, 'must be a number from 0 to 1');
      return Number(text);
  }
}

function treeOf(settings: readonly (readonly [Setting, unknown])[]): unknown {
  const tree: Record<string, unknown> = {};
  for (const [{ path }, value] of settings) {
    const [section, name] = path.split('.');
    if (name === undefined) tree[section!] = value;
    else tree[section!] = { ...(tree[section!] as object | undefined), [name]: value };
  }
  return tree;
}

function unknown(name: string, meant: string | undefined): ConfigError {
  return new ConfigError('setting-unknown', `there is no setting ${name}`, {
    evidence: { setting: name },
    remedy: meant === undefined ? 'docs/node.md has all of them.' : `Did you mean ${meant}?`,
  });
}

function wrong(name: string, reason: string): ConfigError {
  return new ConfigError('setting-wrong', `${name} ${reason}`, {
    evidence: { setting: name },
    remedy: 'docs/node.md says what it is.',
  });
}
