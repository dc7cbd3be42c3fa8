import { useEffect, useState } from 'react';

/** The clock, for words like "in 4 min" that change while nothing happens. */
export function useNow(everyMs: number, isNeeded: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isNeeded) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isNeeded]);
  return now;
}
