/** What Electron would otherwise allow and Folio has no use for: permissions, devices, other pages, other windows, the network. */
import type { App, Session, WebContents } from 'electron';
import { isOwnPage, isOwnResource } from './origin.ts';

/** All that the page ever asks for: copying text at a click. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

type Refused = (what: string) => void;

/** Chromium's certificate verification refuses whatever it is asked about. */
const REFUSE_CERTIFICATE = -2;

/** @param refused is told of what was refused: none of it happens while everything is as it should be. */
export function hardenSession(session: Session, refused: Refused): void {
  const mayHave = (permission: string, address: string): boolean =>
    ALLOWED_PERMISSIONS.has(permission) && isOwnPage(address);
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    const allowed = mayHave(permission, details.requestingUrl);
    if (!allowed) refused(`the permission ${permission} for ${details.requestingUrl}`);
    answer(allowed);
  });
  // Asked very often (and for every small thing): refused without a word.
  session.setPermissionCheckHandler((_contents, permission, origin) => mayHave(permission, origin));
  session.setDevicePermissionHandler(() => false);
  session.setCertificateVerifyProc((_request, answer) => answer(REFUSE_CERTIFICATE));
  session.webRequest.onBeforeRequest(({ url }, answer) => {
    const cancel = !isOwnResource(url);
    if (cancel) refused(`a request for ${url.slice(0, 200)}`);
    answer({ cancel });
  });
  session.on('will-download', (event, item) => {
    // The page saves pictures of its own making; nothing else.
    if (isOwnResource(item.getURL())) return;
    refused(`a download of ${item.getURL().slice(0, 200)}`);
    event.preventDefault();
  });
  // Its dictionaries would be fetched from the network.
  session.setSpellCheckerEnabled(false);
}

/** For every page there will ever be, whoever made it. */
export function hardenContents(contents: WebContents, refused: Refused): void {
  const stayHere = (event: { preventDefault(): void }, url: string): void => {
    if (isOwnPage(url)) return;
    refused(`going to ${url.slice(0, 200)}`);
    event.preventDefault();
  };
  contents.on('will-navigate', (event, url) => stayHere(event, url));
  contents.on('will-redirect', (event, url) => stayHere(event, url));
  contents.on('will-frame-navigate', (event) => stayHere(event, event.url));
  contents.on('will-attach-webview', (event) => {
    refused('a webview');
    event.preventDefault();
  });
  contents.on('select-bluetooth-device', (event, _devices, answer) => {
    event.preventDefault();
    answer('');
  });
  contents.setWindowOpenHandler(({ url }) => {
    refused(`a window for ${url.slice(0, 200)}`);
    return { action: 'deny' };
  });
}

/** Chromium's own errands: none of them concerns a page that never leaves the machine. To be set before the app is ready. */
const SWITCHES: readonly (readonly [name: string, value?: string])[] = [
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['no-pings'],
  // No name is ever looked up: what the page needs comes from app://, and a mistake must fail here rather than out there.
  ['host-resolver-rules', 'MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
];

export function withoutErrands(app: App): void {
  for (const [name, value] of SWITCHES) app.commandLine.appendSwitch(name, value);
}

export function hardenApp(app: App, refused: Refused): void {
  app.enableSandbox();
  withoutErrands(app);
  app.on('web-contents-created', (_event, contents) => hardenContents(contents, refused));
  app.on('certificate-error', (event, _contents, url, _error, _certificate, answer) => {
    refused(`the certificate of ${url.slice(0, 200)}`);
    event.preventDefault();
    answer(false);
  });
  app.on('select-client-certificate', (event) => event.preventDefault());
  app.on('login', (event) => event.preventDefault());
}
