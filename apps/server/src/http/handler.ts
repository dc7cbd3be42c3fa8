import type { Route, RouteOutput } from '@sterna/api-contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Actor, Context, ServerContext } from './context.ts';

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** A request that was signed in and validated. */
export interface Call<R extends Route> {
  readonly params: R extends { params: infer P } ? Parsed<P> : undefined;
  readonly query: R extends { query: infer Q } ? Parsed<Q> : undefined;
  readonly body: R extends { body: infer B } ? Parsed<B> : undefined;
  /** Who asks; absent only on public routes. */
  readonly actor: R extends { scope: 'public' } ? undefined : Actor;
  readonly application: Context;
  readonly server: ServerContext;
  /** For cookies and streams only: answers are returned. */
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What the application returned, before it becomes JSON: dates are still Dates, lists may be read-only. */
export type Sendable<T> = T extends string
  ? T | Date
  : T extends readonly (infer Item)[]
    ? readonly Sendable<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: Sendable<T[K]> }
      : T;

/** Does one thing by calling the application, and hands on what it returned. */
export type Handler<R extends Route> = (call: Call<R>) => Promise<Sendable<RouteOutput<R>>>;

/** One handler for each route of a group; the compiler tells which is missing. */
export type Handlers<Group extends Readonly<Record<string, Route>>> = {
  readonly [K in keyof Group]: Handler<Group[K]>;
};

/** As JSON would have it, so that the response schema sees what the client will: dates as text, nothing undefined. */
export function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toWire);
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, toWire(member)]),
  );
}

/** A CSV as it was sent; the application finds out its encoding. */
export const bytesOf = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? Buffer.from(body, 'utf8') : body;

/** Aborts when the client goes away before its answer was sent: nobody waits for a check of a dead system. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
