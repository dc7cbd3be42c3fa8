import type { AnyRouter } from '@tanstack/react-router';

export const FOCUS_AFTER_NAVIGATION = 'page-title';

/**
 * After a navigation the focus goes to the page's heading, so that the keyboard and a screen reader are where the eye
 * is. Not on the first load (the browser does its own), and not where only the search changed (a filter keeps its focus).
 */
export function manageFocus(router: AnyRouter): void {
  router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
    if (fromLocation === undefined || !pathChanged) return;
    const heading = document.getElementById(FOCUS_AFTER_NAVIGATION);
    heading?.focus({ preventScroll: true });
  });
}
