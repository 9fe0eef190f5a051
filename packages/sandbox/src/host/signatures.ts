/** The one module that a program may import from. */
export const WASI_MODULE = 'wasi_snapshot_preview1';

/**
 * Functions of WASI preview 1 that a program may import, with their signatures (letters as in `program/outline.ts`).
 * Each of them answers the same on every machine; what asks for files, sockets, real time or real randomness is
 * missing, and `poll_oneoff` with it, whose answer is an order of events in time.
 */
export const WASI_SIGNATURES = {
  args_get: 'ii:i',
  args_sizes_get: 'ii:i',
  clock_res_get: 'ii:i',
  clock_time_get: 'iIi:i',
  environ_get: 'ii:i',
  environ_sizes_get: 'ii:i',
  fd_close: 'i:i',
  fd_fdstat_get: 'ii:i',
  fd_prestat_dir_name: 'iii:i',
  fd_prestat_get: 'ii:i',
  fd_read: 'iiii:i',
  fd_seek: 'iIii:i',
  fd_write: 'iiii:i',
  proc_exit: 'i:',
  random_get: 'ii:i',
  sched_yield: ':i',
} as const;

/** Name of a function that the host gives to programs. */
export type WasiFunction = keyof typeof WASI_SIGNATURES;
