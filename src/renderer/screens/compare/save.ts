/** The overlaid curves as a file to keep. */
import { runJob } from '../../../shared/contract/client.ts';
import type { ChartSeries } from '../../lib/chart/series.ts';
import { fileNameOf } from '../../lib/file-name.ts';
import type { Folio } from '../../state/folio.svelte.ts';

/** What files about these curves are called, without their ending. */
export function curvesFile({ words }: Pick<Folio, 'words'>, series: readonly Pick<ChartSeries, 'name'>[]): string {
  const { curves, andMore } = words.compare;
  return fileNameOf(
    curves,
    series.map(({ name }) => name),
    andMore,
  );
}

/** Writes every logged step of the runs whose curves are drawn as one table where the person chooses. */
export async function saveCurves(folio: Folio, series: readonly ChartSeries[]): Promise<void> {
  const { client, connection, notices, format, words } = folio;
  await notices.guard(async () => {
    const file = await connection.saveFile('table', `${curvesFile(folio, series)}.csv`);
    if (file === null) return;
    const ids = series.map(({ run }) => run);
    const { bytes } = await runJob(client, 'runs:export-curves', { ids, file: file.handle });
    connection.deliver(file);
    notices.say(words.run.written(file.name, format.bytes(bytes)));
  });
}
