// How a window moves over an image: int32 at these offsets of a block that the classes fill (src/layers/geometry.ts).
// Values are of one image in the order height, width, channels.

@inline export const HEIGHT: usize = 0;
@inline export const WIDTH: usize = 4;
@inline export const CHANNELS: usize = 8;
@inline export const KERNEL_HEIGHT: usize = 12;
@inline export const KERNEL_WIDTH: usize = 16;
@inline export const STRIDE_HEIGHT: usize = 20;
@inline export const STRIDE_WIDTH: usize = 24;
@inline export const TOP: usize = 28;
@inline export const LEFT: usize = 32;
@inline export const OUTPUT_HEIGHT: usize = 36;
@inline export const OUTPUT_WIDTH: usize = 40;
