import type { Route } from '../http/router.ts';

export const routes: readonly Route[] = [];
