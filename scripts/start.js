// `npm start`. Plain JavaScript, so that an older Node can say what it lacks; npm puts the Node 24 of the checkout first where there is one.
if (Number(process.versions.node.split('.')[0]) >= 22 && process.features.typescript) {
  const emitWarning = process.emitWarning;
  // That Node strips types is no news to a person who wants to see a window.
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === 'string' ? rest[0] : (rest[0]?.type ?? warning?.name);
    if (type !== 'ExperimentalWarning') emitWarning.call(process, warning, ...rest);
  };
  await import('./start.ts');
} else {
  process.stderr.write(
    `Folio needs Node 24 (22.18 at least); this is Node ${process.versions.node}.\n` +
      'Run `npm ci` first: it brings Node 24 along on Linux and Windows. Elsewhere install it from nodejs.org.\n',
  );
  process.exitCode = 1;
}
