import { z } from 'zod';

/** Largest number of satoshis that exists. */
const MAX_SATOSHIS = 2_100_000_000_000_000;
/** More blocks than any rule allows, so that the rule can say so itself. */
const MAX_BLOCKS = 1_000_000;

const satoshis = z.int().min(0).max(MAX_SATOSHIS);
const blocks = z.int().min(0).max(MAX_BLOCKS);
const count = z.int().min(1).max(1_000_000);
const fileName = z.string().min(1).max(4096);
/** A fraction that basis points can express; the bounds are those of the rules P1..P5. */
const fraction = z
  .number()
  .min(0)
  .max(6.5535)
  .refine((value) => Math.abs(value * 10_000 - Math.round(value * 10_000)) < 1e-6, {
    error: 'has more than four decimal places',
  });

/**
 * Shape of a job file. `examples/fashion-mnist/job.yaml` explains every field, `examples/fashion-cnn/job.yaml` those of models;
 * unknown fields are refused.
 */
export const jobFileSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, {
    error: 'must be lower-case letters, digits and hyphens, at most 64 of them',
  }),
  program: z
    .strictObject({
      file: fileName.optional(),
      model: fileName.optional(),
      arguments: z.array(z.string().max(4096)).max(256).default([]),
      limits: z
        .strictObject({
          memoryPages: z.int().min(1).max(65_536),
          outputBytes: z.int().min(1).max(67_108_864),
          milliseconds: z.int().min(1).max(86_400_000),
        })
        .optional(),
    })
    .refine(({ file, model }) => (file === undefined) !== (model === undefined), {
      error: 'needs either a `file`, a WASI program, or a `model`',
    })
    .refine(({ model, limits }) => model !== undefined || limits !== undefined, {
      path: ['limits'],
      error: 'is missing: only a model says by itself what it needs',
    })
    .refine(({ model, arguments: given }) => model === undefined || given.length === 0, {
      path: ['arguments'],
      error: 'must be left out: a model takes none',
    }),
  input: z.strictObject({
    file: fileName,
    gzip: z.boolean().default(false),
    layout: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('records'),
        headerBytes: z.int().min(0).max(1_048_576).default(0),
        recordBytes: z.int().min(1).max(67_108_864),
      }),
      z.strictObject({ kind: z.literal('lines') }),
    ]),
    batches: z.int().min(1).max(1000),
    chunksPerBatch: count,
    recordsPerChunk: count,
  }),
  labels: z
    .strictObject({
      file: fileName,
      gzip: z.boolean().default(false),
      headerBytes: z.int().min(0).max(1_048_576).default(0),
      names: z.array(z.string().max(100)).max(256).default([]),
    })
    .optional(),
  verification: z
    .strictObject({ scheme: z.enum(['replay', 'freivalds']), sampled: count })
    .partial()
    .default({}),
  money: z.strictObject({ reward: satoshis, settlementFee: satoshis, retainer: satoshis, bond: satoshis }),
  times: z.strictObject({
    delivery: blocks,
    confirmation: blocks,
    stage: blocks,
    arbitration: blocks,
    relay: blocks,
  }),
  parameters: z
    .strictObject({
      w: satoshis,
      v: satoshis,
      a: satoshis,
      n: z.int().min(0).max(255),
      alpha: fraction,
      beta: fraction,
      gamma: fraction,
      delta: fraction,
      epsilon: fraction,
      mu: fraction,
      sigma: fraction,
      t1: blocks,
      t2: blocks,
      t3: blocks,
      t4: blocks,
    })
    .partial()
    .default({}),
  development: z
    .strictObject({ arbiterOffers: z.int().min(1).max(1000), clientFunds: satoshis })
    .partial()
    .default({}),
});

/** A job file that has the right shape. */
export type JobFile = z.infer<typeof jobFileSchema>;
