/** Blocks that a setup may take (M §Defaults: setup time-out); afterwards nobody's coins stay tied to it. */
export const SETUP_BLOCKS = 18;
