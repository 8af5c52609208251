import { spawn } from 'node:child_process';
import { z } from 'zod';
import { trainerEnvironment } from '../src/main/services/trainer-environment.ts';
import { type ErrorCode, type FolioError, fromErrorMessage } from '../src/shared/errors.ts';
import type { Variant } from './tasks.ts';

const resultSchema = z
  .looseObject({
    variant: z.string(),
    version: z.string(),
    ms: z.array(z.number().positive()).min(1).optional(),
    charactersPerSecond: z.array(z.number().positive()).min(1).optional(),
    peakBytes: z.number().int().positive(),
    engineBytes: z.number().int().positive().optional(),
    tensors: z.array(z.number().int()).optional(),
  })
  .transform((result, context) => {
    const values = result.ms ?? result.charactersPerSecond;
    if (values !== undefined) return { ...result, values };
    context.addIssue({ code: 'custom', message: 'neither "ms" nor "charactersPerSecond"' });
    return z.NEVER;
  });

export type Measured = z.infer<typeof resultSchema>;

/** What one of Folio's own scripts tells instead (usage.ts). */
const problemSchema = z.object({
  error: z.object({
    code: z.custom<ErrorCode>((code) => typeof code === 'string'),
    message: z.string(),
    hint: z.string().exactOptional(),
  }),
});

/**
 * Runs a variant once in a process of its own and reads the JSON line that it ends with. Everyone finds what Folio's own processes find in
 * their environment: TensorFlow, Keras's as well, computes on the threads that this process may use.
 * @param program the interpreter
 * @throws FolioError that it ended with itself; Error with the end of what it wrote when it fails otherwise
 */
export function measure(program: string, variant: Variant): Promise<Measured> {
  return new Promise((done, fail) => {
    const env = { ...trainerEnvironment(process.env), PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn(program, [variant.script, ...variant.args], { stdio: ['ignore', 'pipe', 'pipe'], env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4000)));
    child.on('error', (error) => fail(new Error(`${program} cannot be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      const what = `${variant.script} ${variant.args.join(' ')}`;
      const last = stdout.trim().split('\n').at(-1) ?? '';
      if (code !== 0) {
        fail(
          problemIn(last) ??
            new Error(`${what} ended with ${code === null ? String(signal) : `code ${code}`}:\n${stderr.trim()}`),
        );
        return;
      }
      try {
        done(resultSchema.parse(JSON.parse(last)));
      } catch (error) {
        fail(new Error(`${what} printed no result: ${stdout.slice(-500)}`, { cause: error }));
      }
    });
  });
}

function problemIn(line: string): FolioError | null {
  try {
    return fromErrorMessage(problemSchema.parse(JSON.parse(line)).error);
  } catch {
    return null; // it ended in another way
  }
}
