/** Schemas that several payloads share. All are strict and bounded: what a window sends is never trusted for its size. */
import { z } from 'zod';
import { MAX_SEED } from '../config.ts';
import { PRESET_NAMES } from '../presets.ts';

export const id = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
export const ids = z.array(id).min(1).max(10_000);
export const none = z.strictObject({});
export const one = z.strictObject({ id });

export const engineChoice = z.enum(['auto', 'tensorflow', 'webgpu', 'wasm']);
export const epochChoice = z.union([z.number().int().min(0).max(1_000_000), z.enum(['best', 'last'])]);
export const presetName = z.enum(PRESET_NAMES);

export const runName = z.string().trim().min(1).max(200);
/** Names a file that the person chose: given out by the host, good for one client, never a path. */
export const fileHandle = z.string().min(16).max(64);

export const sampleSettings = z.strictObject({
  temperature: z.number().min(0).max(10),
  topK: z.number().int().min(0).max(65_536),
  topP: z.number().gt(0).max(1),
  minP: z.number().min(0).max(1),
  seed: z.number().int().min(0).max(MAX_SEED),
  length: z.number().int().min(1).max(1_000_000),
  stop: z.string().max(1000),
});

export const prompt = z.string().max(100_000);
export const unknownCharacters = z.enum(['refuse', 'drop']);
