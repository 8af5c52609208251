/** What an installation needs of the person's machine and does not find there: told all at once, not one a try. */
import { FolioError } from '../../../shared/errors.ts';

export interface Lack {
  /** "a C++ compiler (looked for c++, g++, clang++)" */
  readonly what: string;
  /** Its package in Debian and Ubuntu. */
  readonly debian: string;
  /** How to get it elsewhere: "with Python's installer". */
  readonly elsewhere: string;
}

/** A program is missing that the person can install. */
export class MissingProgram extends FolioError {
  readonly lack: Lack;

  constructor(lack: Lack, message: string, hint: string) {
    super('install', message, hint);
    this.name = 'MissingProgram';
    this.lack = lack;
  }
}

/**
 * What went wrong in two independent checks, as one error: both programs with one command to install them, or else both messages one
 * after the other.
 */
export function both(first: FolioError, second: FolioError): FolioError {
  if (first instanceof MissingProgram && second instanceof MissingProgram) {
    const lacks = [first.lack, second.lack];
    return new FolioError(
      'install',
      `Two things that installing TensorFlow needs are missing: ${lacks.map(({ what }) => what).join('; and ')}.`,
      `Install both first. On Debian and Ubuntu: apt install ${lacks.map(({ debian }) => debian).join(' ')}. ` +
        `Elsewhere: ${lacks.map(({ elsewhere }) => elsewhere).join('; ')}.`,
    );
  }
  const hints = [first.hint, second.hint].filter((hint) => hint !== undefined);
  return new FolioError(
    'install',
    `${first.message} And: ${second.message}`,
    hints.length === 0 ? undefined : hints.join(' '),
  );
}
