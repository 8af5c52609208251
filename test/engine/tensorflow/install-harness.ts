/** What the tests of an installation share: one with pinned fakes on a given machine, how it fails, and where it ends up. */
import path from 'node:path';
import { installTensorFlow, type InstallOptions } from '../../../src/main/engine/tensorflow/install.ts';
import { FolioError } from '../../../src/shared/errors.ts';
import { pinFor, type FakeMachine } from './fakes.ts';

/** Installs the CPU build that the machine serves; `fake` says how its programs behave, the rest replaces options. */
export function install(
  machine: FakeMachine,
  more: Partial<InstallOptions> & { readonly fake?: Readonly<Record<string, string>> } = {},
): Promise<Readonly<Record<string, string>>> {
  const { fake, ...options } = more;
  return installTensorFlow({
    build: 'cpu',
    env: machine.env(fake),
    pinned: pinFor(machine.wheel),
    freeBytes: () => Promise.resolve(1e12),
    node: machine.node,
    ...options,
  });
}

/** The FolioError that an installation fails with. */
export async function failure(installation: Promise<unknown>): Promise<FolioError> {
  const error = await installation.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof FolioError) return error;
  throw new Error(`expected a FolioError, got ${String(error)}`);
}

/** The folder of the build that the machine serves. */
export const home = (machine: FakeMachine) => path.join(machine.cache, 'tensorflow', '9.9.9-cpu-test');
