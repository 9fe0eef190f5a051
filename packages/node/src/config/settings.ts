import { z } from 'zod';
import { configSchema, SETTINGS, type SettingKind } from './schema.ts';

/** One setting with its place and what it says of itself. */
export interface Setting {
  /** E.g. `chain.rpc_url`; of a table that may stand several times `worker[].address`. */
  readonly path: string;
  readonly kind: SettingKind;
  readonly what: string;
}

/** Every setting in the order of the schema. */
export const ALL_SETTINGS: readonly Setting[] = Object.freeze(settingsOf(configSchema, ''));

/** Settings that have one place, so that the environment and `--set` can name them. */
export const SINGLE_SETTINGS: ReadonlyMap<string, Setting> = new Map(
  ALL_SETTINGS.filter(({ path }) => !path.includes('[')).map((setting) => [setting.path, setting]),
);

/** `chain.rpc_url` is `PROMETH_CHAIN_RPC_URL` in the environment. */
export function environmentName(path: string): string {
  return `PROMETH_${path.replaceAll('.', '_').toUpperCase()}`;
}

function settingsOf(schema: z.ZodType, path: string): Setting[] {
  const facts = SETTINGS.get(schema);
  if (facts !== undefined) return [{ path, ...facts }];
  if (schema instanceof z.ZodArray) return settingsOf(schema.element as z.ZodType, `${path}[]`);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([name, inner]) =>
    settingsOf(inner, path === '' ? name : `${path}.${name}`),
  );
}
