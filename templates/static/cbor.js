/**
 * The flat CBOR array a record is (RFC 8949), read as the server's library reads it: any item
 * types, no nesting, no tags, nothing of indefinite length. Whether the bytes are the only ones for
 * their values is reported, not refused, because the server finds that out last, too.
 */

/** The bytes are not such an array. */
export class CborError extends Error {}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NULL = 22;

/**
 * @typedef {object} Items
 * @property {(number|string|Uint8Array|null|undefined)[]} items unsigned integers, texts, byte
 *   strings and null; undefined for an item of any other type
 * @property {boolean} canonical every length and integer in its shortest form, nothing after the end
 */

/**
 * Read the items of a flat array.
 * @param {Uint8Array} data untrusted
 * @returns {Items}
 * @throws {CborError}
 */
export function readArray(data) {
  const reader = new Reader(data);
  const head = reader.head();
  if (head.major !== 4) throw new CborError('not an array');
  const items = [];
  for (let count = 0; count < head.value; count += 1) items.push(reader.item());
  return { items, canonical: reader.shortest && reader.at === data.length };
}

class Reader {
  /** @param {Uint8Array} data */
  constructor(data) {
    this.data = data;
    this.at = 0;
    this.shortest = true;
  }

  /** One item that holds no other. */
  item() {
    const { major, short, value } = this.head();
    switch (major) {
      case 0: return value;
      case 2: return this.take(value);
      case 3: return decodeText(this.take(value));
      case 7:
        if (short === 24 && value < 32) throw new CborError('a simple value in two ways');
        return short === NULL ? null : undefined;
      case 6: throw new CborError('a tag');
      default:
        if (major !== 1 && value !== 0) throw new CborError('nested');
        return undefined;
    }
  }

  /** The type and argument an item begins with. */
  head() {
    const initial = this.take(1)[0];
    const major = initial >> 5;
    const short = initial & 0x1f;
    if (short > 27) throw new CborError('reserved, or of indefinite length');
    if (short < 24) return { major, short, value: short };
    const width = 1 << (short - 24);
    const value = this.take(width).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    if (value < (width === 1 ? 24n : 1n << BigInt(4 * width))) this.shortest = false;
    // No field of a record reaches 2^53, so larger values need not be exact.
    return { major, short, value: Number(value) };
  }

  take(length) {
    const end = this.at + length;
    if (end > this.data.length) throw new CborError('too short');
    const taken = this.data.slice(this.at, end);
    this.at = end;
    return taken;
  }
}

function decodeText(encoded) {
  try {
    return UTF8.decode(encoded);
  } catch {
    throw new CborError('not UTF-8');
  }
}
