/** The end of what a process wrote to its error output: the part that says why it died. */

/** Bytes kept while the process runs; noise is dropped only when the tail is read, so more is kept than shown. */
const KEPT_BYTES = 64 * 1024;
const SHOWN_CHARACTERS = 8 * 1024;

/** Lines that TensorFlow's library writes at every start, whatever its log level. They say nothing about a death. */
const NOISE = [
  /All log messages before absl::InitializeLog\(\)/,
  /oneDNN custom operations are on/,
  /cpu_feature_guard\.cc/,
  /To enable the following instructions: .*rebuild TensorFlow/,
];

export class OutputTail {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #cut = false;

  write(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    while (this.#bytes - (this.#chunks[0]?.byteLength ?? 0) >= KEPT_BYTES) {
      this.#bytes -= this.#chunks.shift()?.byteLength ?? 0;
      this.#cut = true;
    }
  }

  /** At most the last 8 kB, whole lines where there are any, without TensorFlow's greetings. */
  text(): string {
    const all = Buffer.concat(this.#chunks).toString('utf8');
    const whole = this.#cut ? all.slice(all.indexOf('\n') + 1) : all;
    const lines = whole.split('\n').filter((line) => !NOISE.some((pattern) => pattern.test(line)));
    return lines.join('\n').trim().slice(-SHOWN_CHARACTERS);
  }
}
