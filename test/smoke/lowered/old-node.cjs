// What Folio uses of Node 24 and Node 12 lacks, beyond the kit's own shims. Prepended to the lowered program.
(() => {
  const buffer = require('buffer');
  const fs = require('fs');
  const os = require('os');
  const path = require('path');
  const { TextDecoder } = require('util');

  if (os.availableParallelism === undefined) os.availableParallelism = () => os.cpus().length;
  if (process.availableMemory === undefined) process.availableMemory = () => os.freemem();
  if (fs.statfsSync === undefined) fs.statfsSync = () => ({ bavail: 1e8, bsize: 4096 });
  if (buffer.isUtf8 === undefined) {
    buffer.isUtf8 = (bytes) => {
      try {
        new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
  }

  // Directories read in depth, entries that know their folder.
  const { readdirSync } = fs;
  fs.readdirSync = (folder, options) => {
    const entries = readdirSync(folder, options);
    if (options === undefined || options === null || options.withFileTypes !== true) return entries;
    const found = [];
    for (const entry of entries) {
      entry.parentPath = String(folder);
      found.push(entry);
      if (options.recursive === true && entry.isDirectory()) {
        found.push(...fs.readdirSync(path.join(String(folder), entry.name), options));
      }
    }
    return found;
  };

  // Nothing instead of an error for what is not there.
  const { statSync } = fs;
  fs.statSync = (file, options) => {
    try {
      return statSync(file, options);
    } catch (error) {
      if (error.code === 'ENOENT' && options !== undefined && options.throwIfNoEntry === false) return undefined;
      throw error;
    }
  };
})();
