/**
 * Loaded before a worker (`node --import`): its wall clock is wrong by up to a minute, and is set anew every few seconds,
 * as on a machine whose time is corrected in steps. Timers and the monotonic clock go on as they are.
 */
const RANGE_MS = 60_000;
const EVERY_MS = 4_000;

const RealDate = Date;
let state = Number(process.env.SOAK_CLOCK) >>> 0;
let offset = 0;

function step() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  offset = Math.round((state / 2 ** 31 - 1) * RANGE_MS);
}

const now = () => RealDate.now() + offset;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});
step();
setInterval(step, EVERY_MS).unref();
