/** What a person prefers; kept in the record, so that it moves with it. */
import { z } from 'zod';
import { MAX_SMOOTHING } from './curve.ts';

export const preferencesSchema = z.strictObject({
  language: z.enum(['auto', 'en', 'zh']),
  theme: z.enum(['system', 'light', 'dark']),
  /** Whether things may move on the screen: as the system says, or never more than necessary. */
  motion: z.enum(['system', 'reduced']),
  /** Points (px) of generated text. */
  textSize: z.number().int().min(12).max(32),
  engine: z.enum(['auto', 'tensorflow', 'webgpu', 'wasm']),
  /** Where the CUDA pack is downloaded from, when the person asks for it; empty for nowhere. */
  packAddress: z.string().max(2000),
  chartAxis: z.enum(['step', 'epoch', 'time']),
  chartSmoothing: z.number().min(0).max(MAX_SMOOTHING),
  chartLogScale: z.boolean(),
  /** The form of the last new run, as JSON; empty for none. */
  newRunDraft: z.string().max(200_000),
});

export type Preferences = z.infer<typeof preferencesSchema>;

export const DEFAULT_PREFERENCES: Preferences = {
  language: 'auto',
  theme: 'system',
  motion: 'system',
  textSize: 17,
  engine: 'auto',
  packAddress: '',
  chartAxis: 'epoch',
  chartSmoothing: 0.9,
  chartLogScale: false,
  newRunDraft: '',
};
