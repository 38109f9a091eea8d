import { useEffect, useLayoutEffect, useRef, useState } from 'react';

/** The current time, renewed every `ms` while `active`. */
export function useNow(ms: number, active = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!active) return undefined;
    const id = window.setInterval(() => setNow(Date.now()), ms);
    return () => window.clearInterval(id);
  }, [ms, active]);
  return now;
}

/** Width of an element in px, for drawings that fit it. */
export function useWidth<T extends Element>(): [React.RefObject<T | null>, number] {
  const ref = useRef<T>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    setWidth(Math.floor(element.getBoundingClientRect().width)); // observers are silent in a hidden tab
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** Whether there was room for a table when the component appeared; turning a phone doesn't fold what one reads. */
export function useWide(): boolean {
  const [wide] = useState(() => typeof matchMedia === 'undefined' || matchMedia('(min-width: 761px)').matches);
  return wide;
}
