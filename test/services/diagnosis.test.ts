/** The report that people paste. */
import { describe, expect, it } from 'vitest';
import { diagnose, diagnosisText, examineRecord } from '../../src/main/services/diagnosis.ts';
import { FolioError } from '../../src/shared/errors.ts';
import { REPORT } from '../support/fake-trainer.ts';
import { temporaryRecord, withMethods } from '../support/records.ts';

const failing = (error: FolioError) => () => {
  throw error;
};

describe('a record', () => {
  it('is looked at quickly without reading weights, or whole', () => {
    const record = temporaryRecord();
    try {
      const store = withMethods(record.store, { check: () => ['a flipped byte'] });
      const quick = examineRecord(() => store, record.dir, 'quick');
      expect(quick).toMatchObject({ path: record.store.path, runs: 0, check: 'quick', problems: [] });
      expect(examineRecord(() => store, record.dir, 'whole').problems).toEqual(['a flipped byte']);
    } finally {
      record.remove();
    }
  });

  it('that cannot be opened is a finding; one that is not there is none', () => {
    const locked = examineRecord(failing(new FolioError('locked', 'another Folio has it')), '/data', 'quick');
    expect(locked).toMatchObject({ path: '/data', problems: ['another Folio has it'] });
    expect(examineRecord(failing(new FolioError('not-found', 'nothing')), '/data', 'whole').problems).toEqual([]);
  });
});

describe('the report', () => {
  const record = { path: '/data/folio.db', runs: 1200, readOnly: false, check: 'quick' as const, problems: [] };

  it('says what was looked at and what is there', () => {
    const text = diagnosisText(diagnose('1.2.3', record, [REPORT]));
    expect(text).toContain(`folio:     1.2.3, Node ${process.versions.node}`);
    expect(text).toContain('/data/folio.db, 1,200 runs');
    expect(text).toContain('weights and texts were not read');
    expect(text).toContain('wasm: ');
    expect(diagnosisText(diagnose('1', { ...record, check: 'whole' }, []))).toMatch(
      / {11}in order\n.*\n {2}not tried yet/,
    );
  });

  it('lists what is wrong', () => {
    const text = diagnosisText(diagnose('1', { ...record, problems: ['the table run: row 3 missing'] }, []));
    expect(text).toContain('1 problem:\n             the table run: row 3 missing');
  });
});
