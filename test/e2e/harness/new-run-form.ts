/** The form of a new run, filled in as a person does it. */
import type { FolioWindow } from './folio-window.ts';

export interface Filled {
  readonly name: string;
  /** A text to add, and to learn from. */
  readonly text: { readonly name: string; readonly content: string };
  readonly units: number;
  readonly epochs: number;
  readonly sampleLength: number;
}

/** From the first start or the form itself; ends before the button is pressed. */
export async function fillForm(
  window: FolioWindow,
  { name, text, units, epochs, sampleLength }: Filled,
): Promise<void> {
  const { page, words } = window;
  const { settings, engine, name: named, text: texts } = words.newRun;
  const choosing = page.waitForEvent('filechooser');
  await window.button(texts.add).click();
  await (
    await choosing
  ).setFiles({ name: `${text.name}.txt`, mimeType: 'text/plain', buffer: Buffer.from(text.content) });
  await page.getByRole('radio', { name: new RegExp(`^${text.name}`), checked: true }).waitFor();
  for (const group of Object.values(settings.groups)) {
    await page
      .locator('details', { has: page.getByRole('heading', { name: group, exact: true }) })
      .locator('summary')
      .click();
  }
  const fields = { units, embeddingSize: Math.ceil(units / 2), epochs, sampleLength };
  for (const [key, value] of Object.entries(fields)) {
    const { label } = settings.fields[key as keyof typeof fields];
    await page.getByRole('textbox', { name: label, exact: true }).fill(String(value));
  }
  await page
    .getByRole('radiogroup', { name: engine.heading })
    .getByRole('radio', { name: new RegExp(`^${words.common.engines.wasm}`) })
    .check();
  await page.getByRole('textbox', { name: named.heading, exact: true }).fill(name);
}
