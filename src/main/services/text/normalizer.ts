/** Bytes in any encoding to the text that Folio trains on: no byte order mark, LF line ends, never half a surrogate pair. */
import iconv from 'iconv-lite';

interface StreamDecoder {
  write(bytes: Uint8Array): string;
  end(): string;
}

/** Encodings with more than one byte a character that the platform decodes. */
const PLATFORM_ENCODINGS: ReadonlySet<string> = new Set([
  'utf-8',
  'utf-16le',
  'utf-16be',
  'gb18030',
  'big5',
  'shift_jis',
  'euc-jp',
  'euc-kr',
]);

/**
 * A streaming decoder; undecodable bytes become U+FFFD. The platform's own where a character can be cut by a chunk's end
 * (iconv-lite 0.7 loses GB18030's four-byte characters there, and is slower); iconv-lite for the many encodings of one byte a character.
 */
function createDecoder(encodingId: string): StreamDecoder {
  if (PLATFORM_ENCODINGS.has(encodingId)) {
    const decoder = new TextDecoder(encodingId, { ignoreBOM: true });
    return { write: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
  }
  const decoder = iconv.getDecoder(encodingId, { stripBOM: false });
  return {
    write: (bytes) => decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    end: () => decoder.end() ?? '',
  };
}

/** Decodes and normalizes a stream of bytes. The result does not depend on how the bytes are cut into chunks. */
export class Normalizer {
  readonly #decoder: StreamDecoder;
  /** A carriage return at a chunk's end: the line feed that belongs to it may follow. */
  #heldReturn = false;
  #atStart = true;

  constructor(encodingId: string) {
    this.#decoder = createDecoder(encodingId);
  }

  write(bytes: Uint8Array): string {
    return this.#lineEnds(this.#decoder.write(bytes));
  }

  /** What is left when the bytes have ended. */
  end(): string {
    const text = this.#lineEnds(this.#decoder.end());
    const last = this.#heldReturn ? '\n' : '';
    this.#heldReturn = false;
    return text + last;
  }

  #lineEnds(decoded: string): string {
    if (decoded === '') return '';
    let text = this.#heldReturn ? `\r${decoded}` : decoded;
    if (this.#atStart && text.startsWith('\ufeff')) text = text.slice(1); // the byte order mark
    this.#atStart = false;
    this.#heldReturn = text.endsWith('\r');
    if (this.#heldReturn) text = text.slice(0, -1);
    return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }
}
