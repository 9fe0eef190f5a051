import { buildModule, call, DROP, i32, load, store } from './module.ts';

const FD_WRITE = { name: 'fd_write', type: 'fd_read/write' } as const;
const FD_READ = { name: 'fd_read', type: 'fd_read/write' } as const;
const EXIT = { name: 'proc_exit', type: 'proc_exit' } as const;

/** Instructions that write `length` bytes at `pointer` to `fd` by import `index`; the vector stands at 0, the count at 8. */
const write = (index: number, fd: number, pointer: number, length: number): number[] => [
  ...i32(0),
  ...i32(pointer),
  ...store(0),
  ...i32(0),
  ...i32(length),
  ...store(4),
  ...i32(fd),
  ...i32(0),
  ...i32(1),
  ...i32(8),
  ...call(index),
  DROP,
];

/** loop … br 0 end */
const forever = (code: readonly number[]): number[] => [0x03, 0x40, ...code, 0x0c, 0x00, 0x0b];

/** Copies standard input to standard output, 4 KiB at a time. */
export const echo = buildModule({
  imports: [FD_READ, FD_WRITE, EXIT],
  code: forever([
    ...i32(0),
    ...i32(4096),
    ...store(0),
    ...i32(0),
    ...i32(4096),
    ...store(4),
    ...i32(0),
    ...i32(0),
    ...i32(1),
    ...i32(8),
    ...call(0),
    DROP,
    // nothing read: return
    ...i32(0),
    ...load(8),
    0x45,
    0x04,
    0x40,
    0x0f,
    0x0b,
    ...i32(0),
    ...i32(0),
    ...load(8),
    ...store(4),
    ...i32(1),
    ...i32(0),
    ...i32(1),
    ...i32(8),
    ...call(1),
    DROP,
  ]),
});

/** Writes the given bytes and exits with `code`. */
export const exits = (code: number, bytes: readonly number[] = []) =>
  buildModule({
    imports: [FD_WRITE, EXIT],
    data: [{ offset: 64, bytes }],
    code: [...write(0, 1, 64, bytes.length), ...i32(code), ...call(1)],
  });

export const endless = buildModule({ code: forever([]) });
export const unreachable = buildModule({ data: [{ offset: 0, bytes: [7] }], code: [0x00] });
export const recursion = buildModule({
  code: [...i32(0), ...i32(0), ...load(0), ...i32(1), 0x6a, ...store(0), ...call(0)],
});
export const outOfBoundsData = buildModule({ data: [{ offset: 65_536, bytes: [1] }] });
export const outputFlood = buildModule({ imports: [FD_WRITE], code: forever(write(0, 1, 64, 32_768)) });
export const stderrOnly = buildModule({ imports: [FD_WRITE], code: write(0, 2, 64, 1000) });

/** Grows its memory page by page until that fails, then writes the page count (4 bytes). */
export const grow = (memory: readonly number[] = [0x00, 0x01]) =>
  buildModule({
    imports: [FD_WRITE],
    memories: [memory],
    code: [
      ...[0x03, 0x40, ...i32(1), 0x40, 0x00, ...i32(-1), 0x47, 0x0d, 0x00, 0x0b],
      ...i32(64),
      0x3f,
      0x00,
      ...store(0),
      ...write(0, 1, 64, 4),
    ],
  });

/** Writes the bits of 0/0 as f32 and f64, made at run time. */
export const nanBits = buildModule({
  imports: [FD_WRITE],
  code: [
    ...i32(64),
    ...i32(16),
    ...load(0),
    0xb2,
    ...i32(16),
    ...load(0),
    0xb2,
    0x95,
    0x38,
    0x02,
    0x00,
    ...i32(72),
    ...i32(16),
    ...load(0),
    0xb7,
    ...i32(16),
    ...load(0),
    0xb7,
    0xa3,
    0x39,
    0x03,
    0x00,
    ...write(0, 1, 64, 16),
  ],
});

/** Writes 100 random bytes, in two draws of 40 and 60. */
export const random = buildModule({
  imports: [FD_WRITE, { name: 'random_get', type: 'two pointers' }],
  code: [
    ...i32(64),
    ...i32(40),
    ...call(1),
    DROP,
    ...i32(104),
    ...i32(60),
    ...call(1),
    DROP,
    ...write(0, 1, 64, 100),
  ],
});

/** Writes the arguments buffer, 32 bytes, with what args_sizes_get told before it (8 bytes). */
export const showArguments = buildModule({
  imports: [
    FD_WRITE,
    { name: 'args_get', type: 'two pointers' },
    { name: 'args_sizes_get', type: 'two pointers' },
  ],
  code: [
    ...i32(64),
    ...i32(68),
    ...call(2),
    DROP,
    ...i32(32),
    ...i32(72),
    ...call(1),
    DROP,
    ...write(0, 1, 64, 40),
  ],
});

/** Stores 0xff.. where the clock goes, asks for the time, writes the errno and the 8 bytes. */
export const clock = buildModule({
  imports: [FD_WRITE, { name: 'clock_time_get', type: 'clock' }],
  code: [
    ...i32(64),
    ...i32(-1),
    ...store(0),
    ...i32(64),
    ...i32(-1),
    ...store(4),
    ...i32(72),
    ...i32(0),
    0x42,
    0x00,
    ...i32(64),
    ...call(1),
    ...store(0),
    ...write(0, 1, 64, 12),
  ],
});

/** Reads with a vector that points outside the memory; exits with the errno. */
export const badPointer = buildModule({
  imports: [FD_READ, EXIT],
  code: [
    ...i32(0),
    ...i32(65_530),
    ...store(0),
    ...i32(0),
    ...i32(100),
    ...store(4),
    ...i32(0),
    ...i32(0),
    ...i32(1),
    ...i32(8),
    ...call(0),
    ...call(1),
  ],
});

/** Catches (catch_all of the exceptions proposal) what proc_exit throws and goes on to write. */
export const catchesExit = buildModule({
  imports: [FD_WRITE, EXIT],
  code: [0x06, 0x40, ...i32(3), ...call(1), 0x19, 0x0b, ...i32(1024), ...i32(9), ...store(0)],
});

/** Exported globals: mutable i32 that the program sets to 5, mutable i64, immutable f64. */
export const globals = buildModule({
  globals: [
    [0x7f, 0x01, ...i32(0), 0x0b],
    [0x7e, 0x01, 0x42, 0x7f, 0x0b],
    [0x7c, 0x00, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x0b],
  ],
  code: [...i32(5), 0x24, 0x00],
});
