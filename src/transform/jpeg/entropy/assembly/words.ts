// Eight bytes of a file as one number, its first bit on top. WebAssembly has no instruction for it but this.

function turned(word: v128): v128 {
  return v128.shuffle<u8>(word, word, 7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0);
}

export function readWord(place: usize): u64 {
  return v128.extract_lane<u64>(turned(v128.load_zero<u64>(place)), 0);
}

export function writeWord(place: usize, word: u64): void {
  v128.store_lane<u64>(place, turned(v128.splat<u64>(word)), 0);
}
