/** The address is the one place that says which screen is shown; going back and reloading work by themselves. */
import { addressOf, parseRoute } from '../lib/routes.ts';
import type { Route } from '../lib/routes.ts';

export class Router {
  #route: Route = $state.raw(parseRoute(location.hash));

  constructor() {
    window.addEventListener('hashchange', () => {
      this.#route = parseRoute(location.hash);
    });
  }

  get route(): Route {
    return this.#route;
  }

  go(route: Route): void {
    location.hash = addressOf(route);
  }

  /** Changes where one is without a step to go back over: for a slider that moves, say. */
  replace(route: Route): void {
    history.replaceState(null, '', addressOf(route));
    this.#route = route;
  }
}
