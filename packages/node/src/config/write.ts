import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writePrivateFile } from '../files/private-file.ts';
import { ConfigError } from './errors.ts';
import type { ConfigValues } from './schema.ts';
import { ALL_SETTINGS, type Setting } from './settings.ts';

/** Characters of a line of comments. */
const WIDTH = 110;

/**
 * The file that `prometh init` writes: every setting with what it is. What is not in `chosen` is commented out, so that a later
 * version's better default counts.
 *
 * @param values - the network's defaults, with what was chosen laid over them
 * @param chosen - paths that stand without `#`
 */
export function configText(values: ConfigValues, chosen: ReadonlySet<string>): string {
  const lines = [
    '# Settings of a Prometheus node. A line that begins with "#" and a setting shows the default.',
    '# What stands on the command line (--set name=value) or in the environment (PROMETH_SECTION_NAME) comes before this file.',
  ];
  let section = '';
  for (const setting of ALL_SETTINGS) {
    const [place, name] = placeOf(setting);
    if (place !== section) {
      lines.push(
        '',
        place.endsWith('[]') ? `# [[${place.slice(0, -2)}]]  # any number of these` : `[${place}]`,
      );
      section = place;
    }
    lines.push(...wrapped(setting.what));
    const value = valueAt(values, setting.path);
    lines.push(`${chosen.has(setting.path) ? '' : '# '}${name} = ${tomlValue(value)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Writes a new configuration, mode 0600, with the folders above it. @throws ConfigError `config-exists` */
export async function writeConfig(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if (!(await writePrivateFile(path, text))) {
    throw new ConfigError('config-exists', `${path} is there already and was not touched`, {
      remedy: 'Edit it, or name another with --config.',
    });
  }
}

/** Section and name. Settings outside a section have the section ''. */
function placeOf({ path }: Setting): readonly [string, string] {
  const at = path.lastIndexOf('.');
  return [at === -1 ? '' : path.slice(0, at), path.slice(at + 1)];
}

function valueAt(values: ConfigValues, path: string): unknown {
  if (path.includes('['))
    return path.endsWith('price_sat') ? 50_000 : '/ip4/203.0.113.7/tcp/8733/p2p/12D3KooW…';
  return path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], values);
}

/** Text, whole numbers, shares, flags and lists of text, in TOML. JSON writes all of these alike. */
function tomlValue(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(tomlValue).join(', ')}]` : JSON.stringify(value);
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return ['', ...lines, line];
}
