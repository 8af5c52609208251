/**
 * The one page that needs no cookie: it hands the address's token over and goes on to the app. It has an address of its own, so that a
 * browser that has the cookie already does not keep the token in its history either. A person sees it who comes with an old address or
 * reopens yesterday's tab.
 */

export const ENTRANCE_SCRIPT_PATH = '/enter.js';
export const ENTRANCE_STYLE_PATH = '/enter.css';
export const ENTRANCE_PATH = '/enter';

/** Before the app and its catalogue of words are there, so it says what it must in both languages; the script shows the browser's. */
export const ENTRANCE_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <title>Folio</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${ENTRANCE_STYLE_PATH}">
    <script src="${ENTRANCE_SCRIPT_PATH}" defer></script>
  </head>
  <body>
    <main>
      <p class="brand">Folio <span aria-hidden="true">❧</span></p>
      <section id="help-en" lang="en" hidden>
        <h1>Folio has a newer address</h1>
        <p>Each start of Folio makes a new address. Open the one that it printed when it was last started: the whole of it, up to the end of its token.</p>
        <p>If Folio is not running, start it again. Nothing that it has stored is lost.</p>
      </section>
      <section id="help-zh" lang="zh-Hans" hidden>
        <h1>Folio 有新的地址</h1>
        <p>每次启动 Folio 都会生成一个新地址。请打开它最近一次启动时显示的完整地址，包括末尾的令牌。</p>
        <p>如果 Folio 没有在运行，请重新启动它。已保存的内容不会丢失。</p>
      </section>
      <noscript>
        <p>Folio needs JavaScript, and takes nothing from anywhere else than this machine.</p>
        <p lang="zh-Hans">Folio 需要启用 JavaScript；它不会从本机以外的任何地方加载内容。</p>
      </noscript>
    </main>
  </body>
</html>
`;

/** The app's paper, ink and accent (renderer/styles/tokens.css), with the system's typefaces: this page asks for no other file. */
export const ENTRANCE_STYLE = `:root {
  color-scheme: light dark;
  --page: #fbf9f4;
  --ink: #22201c;
  --soft: #625c52;
  --line: #e6e0d4;
  --accent: #b93a26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171c;
    --ink: #ebe6da;
    --soft: #aaa598;
    --line: #2c3038;
    --accent: #e8745c;
  }
}
body {
  margin: 0;
  background: var(--page);
  color: var(--ink);
  font: 15px/1.6 'Noto Sans', 'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', system-ui, sans-serif;
}
main {
  max-width: 30em;
  padding: 16vh 36px 36px;
  margin: 0 auto;
}
.brand {
  margin: 0 0 28px;
  padding-bottom: 16px;
  border-bottom: 1px solid var(--line);
  font: 600 21px/1 'Songti SC', 'Noto Serif SC', 'Noto Serif CJK SC', Georgia, serif;
}
.brand span {
  color: var(--accent);
  font-style: italic;
}
h1 {
  margin: 0 0 12px;
  font: 600 24px/1.3 'Songti SC', 'Noto Serif SC', 'Noto Serif CJK SC', Georgia, serif;
}
section p {
  margin: 0 0 12px;
}
section p:last-child {
  color: var(--soft);
}
`;

/** Plain JavaScript for the browser. The token leaves the address and the history before anything else happens. */
export const ENTRANCE_SCRIPT = `'use strict';
const token = new URLSearchParams(location.hash.slice(1)).get('token');
const help = () => {
  const section = document.getElementById(navigator.language.startsWith('zh') ? 'help-zh' : 'help-en');
  document.documentElement.lang = section.lang;
  section.hidden = false;
};
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
