/** The storage key of this browser's id: it keeps clients of a canary in that canary. */
const KEY = "frontage:client";

/** This browser's id: generated at the first visit, and stored. If nothing can be stored, it lasts as long as the page. */
export function clientId(storage: Pick<Storage, "getItem" | "setItem">): string {
  try {
    const known = storage.getItem(KEY);
    if (known) {
      return known;
    }
    const made = crypto.randomUUID();
    storage.setItem(KEY, made);
    return made;
  } catch {
    return crypto.randomUUID();
  }
}

/**
 * The hundredth, 0 to 99, of a browser for a team: uniform over browsers, the same each time, and independent of the
 * browser's hundredths for other teams.
 */
export function bucket(team: string, client: string): number {
  return mixed(fnv1a(`${team}:${client}`)) % 100;
}

/** FNV-1a over the text's UTF-16 units: a few lines, and without waiting, which SubtleCrypto would require. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/** MurmurHash3's finalizer: FNV-1a alone spreads the last characters too little for a remainder. */
function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
