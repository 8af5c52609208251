/**
 * The one page that needs no cookie: it hands the address's token over and goes on to the app. It has an address of its own, so that a
 * browser that has the cookie already does not keep the token in its history either.
 */

export const ENTRANCE_SCRIPT_PATH = '/enter.js';
export const ENTRANCE_PATH = '/enter';

/** Before the app and its catalogue of words are there, so it says what it must in both languages. */
export const ENTRANCE_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <title>Folio</title>
    <link rel="icon" href="data:,">
    <script src="${ENTRANCE_SCRIPT_PATH}" defer></script>
  </head>
  <body>
    <main id="help" hidden>
      <h1>Folio</h1>
      <p>This browser needs the address that Folio printed when it started: the whole of it, up to the end of its token.</p>
      <p>Each start of Folio makes a new address: if it was started again, the old one no longer works.</p>
      <p lang="zh-Hans">请打开 Folio 启动时显示的完整网址（包括末尾的令牌）。如果 Folio 重新启动过，网址也会随之更新。</p>
    </main>
    <noscript>
      <p>Folio needs JavaScript, and takes nothing from anywhere else than this machine.</p>
      <p lang="zh-Hans">Folio 需要启用 JavaScript；它不会从本机以外的任何地方加载内容。</p>
    </noscript>
  </body>
</html>
`;

/** Plain JavaScript for the browser. The token leaves the address and the history before anything else happens. */
export const ENTRANCE_SCRIPT = `'use strict';
const token = new URLSearchParams(location.hash.slice(1)).get('token');
const help = () => { document.getElementById('help').hidden = false; };
if (token === null) help();
else {
  history.replaceState(null, '', '/');
  fetch('${ENTRANCE_PATH}', { method: 'POST', body: token, headers: { 'Content-Type': 'text/plain' } })
    .then(async (answer) => {
      await answer.text();
      if (answer.ok) location.replace('/');
      else help();
    })
    .catch(help);
}
// The address of a new start, typed into a tab that shows this page: only the fragment changes, so nothing would load.
addEventListener('hashchange', () => location.reload());
`;
