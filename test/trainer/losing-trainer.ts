/**
 * A trainer whose graphics device is destroyed, as by a driver that crashes, in the moment in which it tells of step FOLIO_TEST_LOSE_AT.
 * Started by device-loss.test.ts as a process of its own.
 */
import process from 'node:process';
import { globals } from 'webgpu';
import type { FromTrainer } from '../../src/main/trainer/messages.ts';

const loseAt = Number(process.env['FOLIO_TEST_LOSE_AT']);
Object.assign(globalThis, globals);

const prototype = GPUAdapter.prototype;
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on an adapter below
const { requestDevice } = prototype;
let device: GPUDevice | null = null;
prototype.requestDevice = async function (this: GPUAdapter, ...args) {
  return (device = await requestDevice.apply(this, args));
};

const send = process.send?.bind(process) as ((...message: readonly unknown[]) => boolean) | undefined;
process.send = (message: FromTrainer, ...rest: readonly unknown[]): boolean => {
  if (message.type === 'step' && message.step === loseAt) device?.destroy();
  return send?.(message, ...rest) ?? false;
};

await import('../../src/main/trainer/entry.ts');
