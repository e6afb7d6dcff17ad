// One fixed reservation of shared memory, carved into named tables that every thread finds at the same place.

const MAGIC = 0x53484f41;
const LAYOUT_VERSION = 1;
const ENDIAN_MARK = 0x01020304;
const ALIGN = 128;
const MAX_TABLES = 512;
/** Where V8's typed arrays end. */
const MAX_ELEMENTS = 2 ** 32;
const ENTRY_WORDS = 8;
const HEADER_WORDS = 32;
const DIRECTORY_BYTES = (HEADER_WORDS + MAX_TABLES * ENTRY_WORDS) * 4;

/** Words of the header, as u32. */
const H_MAGIC = 0;
const H_VERSION = 1;
const H_ENDIAN = 2;
const H_TABLES = 3;
/** Words of a directory entry, as u32; offset and size are f64. */
const E_HASH = 0;
const E_ELEMENT = 1;
const E_OFFSET_F64 = 1;
const E_SIZE_F64 = 2;

/** Bytes of one table, as `Region.usage` reports them. */
export interface TableUsage {
  readonly name: string;
  readonly bytes: number;
}

/** The reservation cannot hold what was asked of it, or two threads disagree about what it holds. */
export class RegionError extends Error {
  override readonly name = 'RegionError';
}

function nameHash(name: string): number {
  let hash = 0x2f0b4c17;
  for (let i = 0; i < name.length; i++)
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01b3f1a5) ^ (hash >>> 15);
  return hash >>> 0;
}

/**
 * A SharedArrayBuffer with a directory of tables at its start. The thread that creates it carves first; every other
 * thread attaches and runs the same constructors in the same order, and each of its carves is checked against the
 * directory. Tables start on 128-byte boundaries, so that words of two tables never share a cache line.
 */
export class Region {
  readonly buffer: SharedArrayBuffer;
  /** True in the thread that made the reservation: it alone writes the first contents of a table. */
  readonly creating: boolean;
  readonly #words: Uint32Array;
  readonly #doubles: Float64Array;
  readonly #tables: TableUsage[] = [];
  readonly #names = new Set<string>();
  #next = DIRECTORY_BYTES;

  private constructor(buffer: SharedArrayBuffer, creating: boolean) {
    this.buffer = buffer;
    this.creating = creating;
    this.#words = new Uint32Array(buffer, 0, DIRECTORY_BYTES / 4);
    this.#doubles = new Float64Array(buffer, 0, DIRECTORY_BYTES / 8);
  }

  /** Reserves `bytes` of zeroed shared memory; untouched pages cost nothing. */
  static create(bytes: number): Region {
    if (!Number.isSafeInteger(bytes) || bytes < DIRECTORY_BYTES) {
      throw new RegionError(
        `a region needs at least ${DIRECTORY_BYTES} bytes, got ${bytes}: raise SHARED_MEMORY_MB`,
      );
    }
    const region = new Region(new SharedArrayBuffer(Math.ceil(bytes / ALIGN) * ALIGN), true);
    region.#words[H_VERSION] = LAYOUT_VERSION;
    region.#words[H_ENDIAN] = ENDIAN_MARK;
    Atomics.store(region.#words, H_MAGIC, MAGIC);
    return region;
  }

  /** Opens a region that another thread created; its contents stay as they are. */
  static attach(buffer: SharedArrayBuffer): Region {
    if (buffer.byteLength < DIRECTORY_BYTES) {
      throw new RegionError(`a buffer of ${buffer.byteLength} bytes is too small to be a shared region`);
    }
    const region = new Region(buffer, false);
    const [magic, version, endian] = [H_MAGIC, H_VERSION, H_ENDIAN].map((word) =>
      Atomics.load(region.#words, word),
    );
    if (magic !== MAGIC)
      throw new RegionError('the buffer is not a shared region: its magic number is missing');
    if (version !== LAYOUT_VERSION) {
      throw new RegionError(`the region has layout ${version}, this code expects ${LAYOUT_VERSION}`);
    }
    if (endian !== ENDIAN_MARK) throw new RegionError('the region was written with another byte order');
    return region;
  }

  /** The next table as signed 32-bit words. */
  i32(name: string, count: number): Int32Array {
    return new Int32Array(this.buffer, this.#carve(name, count, 4), count);
  }

  /** The next table as doubles. */
  f64(name: string, count: number): Float64Array {
    return new Float64Array(this.buffer, this.#carve(name, count, 8), count);
  }

  /** The next table as bytes. */
  u8(name: string, count: number): Uint8Array {
    return new Uint8Array(this.buffer, this.#carve(name, count, 1), count);
  }

  /** Bytes each table carved by this thread takes, in order of carving, the directory first. */
  usage(): TableUsage[] {
    return [{ name: 'directory', bytes: DIRECTORY_BYTES }, ...this.#tables];
  }

  #carve(name: string, count: number, element: number): number {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RegionError(`table "${name}" needs a positive whole number of elements, got ${count}`);
    }
    if (count > MAX_ELEMENTS) {
      throw new RegionError(`table "${name}" of ${count} elements exceeds a typed array's ${MAX_ELEMENTS}`);
    }
    if (this.#names.has(name)) throw new RegionError(`table "${name}" is carved twice from one region`);
    const bytes = Math.ceil((count * element) / ALIGN) * ALIGN;
    const entry = this.#tables.length;
    const offset = this.#next;
    if (this.creating) this.#record(entry, name, element, offset, bytes);
    else this.#verify(entry, name, element, offset, bytes);
    this.#next = offset + bytes;
    this.#tables.push({ name, bytes });
    this.#names.add(name);
    return offset;
  }

  #record(entry: number, name: string, element: number, offset: number, bytes: number): void {
    if (entry >= MAX_TABLES)
      throw new RegionError(`table "${name}" is one more than the ${MAX_TABLES} a region lists`);
    const left = this.buffer.byteLength - offset;
    if (bytes > left) {
      throw new RegionError(
        `table "${name}" wants ${bytes} bytes but ${left} of ${this.buffer.byteLength} are left: raise SHARED_MEMORY_MB`,
      );
    }
    const at = HEADER_WORDS + entry * ENTRY_WORDS;
    this.#words[at + E_HASH] = nameHash(name);
    this.#words[at + E_ELEMENT] = element;
    this.#doubles[at / 2 + E_OFFSET_F64] = offset;
    this.#doubles[at / 2 + E_SIZE_F64] = bytes;
    Atomics.store(this.#words, H_TABLES, entry + 1);
  }

  #verify(entry: number, name: string, element: number, offset: number, bytes: number): void {
    const known = Atomics.load(this.#words, H_TABLES);
    if (entry >= known) {
      throw new RegionError(
        `table "${name}" would be number ${entry + 1}, but the creating thread carved ${known}: ` +
          'both must run the same constructors, the creator first',
      );
    }
    const at = HEADER_WORDS + entry * ENTRY_WORDS;
    const size = this.#doubles[at / 2 + E_SIZE_F64];
    if (
      this.#words[at + E_HASH] !== nameHash(name) ||
      this.#words[at + E_ELEMENT] !== element ||
      this.#doubles[at / 2 + E_OFFSET_F64] !== offset ||
      size !== bytes
    ) {
      throw new RegionError(
        `table "${name}" (${bytes} bytes) is not what the creating thread carved as number ${entry + 1} ` +
          `(${size} bytes): the threads run different code or different settings`,
      );
    }
  }
}
