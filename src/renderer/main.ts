// First, so that a component's own styles come after those of all.
import './styles/index.css';
import { mount } from 'svelte';
import { toErrorMessage } from '../shared/errors.ts';
import { connect } from './api.ts';
import App from './App.svelte';
import CannotStart from './components/CannotStart.svelte';
import { Folio } from './state/folio.svelte.ts';

const target = document.getElementById('page-root');
if (target === null) throw new Error('index.html has no #page-root');

try {
  const connection = await connect();
  const folio = new Folio(connection, await connection.client.request('app:info', {}));
  await folio.start();
  mount(App, { target, props: { folio } });
} catch (error) {
  mount(CannotStart, { target, props: { error: toErrorMessage(error) } });
}
