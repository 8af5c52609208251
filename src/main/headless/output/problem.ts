/** How a failure is told, and with which exit code the process ends. */
import { FolioError, toErrorMessage } from '../../../shared/errors.ts';
import type { ErrorMessage } from '../../../shared/errors.ts';
import type { Output } from './output.ts';
import { visible, wrap } from './layout.ts';

export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof FolioError)) return EXIT.failure;
  if (error.code === 'usage' || error.code === 'config') return EXIT.usage;
  return error.code === 'cancelled' ? EXIT.interrupted : EXIT.failure;
}

/**
 * Message, then the hint on a line of its own, to stderr; with --json the same as an object on stdout too. A defect (anything
 * but a FolioError) shows its stack only where FOLIO_DEBUG is set.
 */
export function reportProblem(error: unknown, output: Output): void {
  const problem = tellProblem(error, output);
  if (output.json) output.write({ type: 'error', error: problem });
}

/** As {@link reportProblem} on stderr alone: for what stdout has said already. Returns what it told. */
export function tellProblem(error: unknown, output: Output): ErrorMessage {
  const problem = describe(error, output);
  const { red, bold } = output.errorStyle;
  const told = (text: string): string => wrap(visible(text), Math.min(output.width, 100));
  output.io.err.write(`${told(`error: ${problem.message}`).replace('error:', red(bold('error:')))}\n`);
  if (problem.hint !== undefined) output.io.err.write(`${told(problem.hint)}\n`);
  if (!(error instanceof FolioError) && error instanceof Error && isSet(output.io.env['FOLIO_DEBUG'])) {
    output.io.err.write(`${error.stack ?? ''}\n`);
  }
  return problem;
}

/** With its commands as the person would type them. */
export function typedProblem({ code, message, hint }: ErrorMessage, output: Output): ErrorMessage {
  return { code, message: output.typed(message), ...(hint === undefined ? {} : { hint: output.typed(hint) }) };
}

function describe(error: unknown, output: Output): ErrorMessage {
  const problem = typedProblem(toErrorMessage(error), output);
  if (error instanceof FolioError) return problem;
  return {
    ...problem,
    message: `something in Folio failed that should not: ${problem.message}`,
    ...(isSet(output.io.env['FOLIO_DEBUG'])
      ? {}
      : { hint: 'Run it again with FOLIO_DEBUG=1 to see where, and please report that.' }),
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}
