/** A compiled module. */
export interface EngineModule {
  readonly engineModule: never;
}

/** A module with its own memory and globals. */
export interface EngineInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** A linear memory; its buffer is another one after it has grown. */
export interface EngineMemory {
  readonly buffer: ArrayBuffer;
}

/** A global; reading one of type v128 throws. */
export interface EngineGlobal {
  readonly value: unknown;
}

/**
 * The part of the WebAssembly JavaScript interface that the sandbox uses. TypeScript has types for it only among those
 * of browsers, which would let this package use what Node does not have.
 */
interface EngineInterface {
  readonly Module: new (bytes: Uint8Array) => EngineModule;
  readonly Instance: new (
    module: EngineModule,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => EngineInstance;
  readonly Global: new (descriptor: object) => EngineGlobal;
  readonly RuntimeError: new () => Error;
}

export const Engine = (globalThis as unknown as { readonly WebAssembly: EngineInterface }).WebAssembly;
