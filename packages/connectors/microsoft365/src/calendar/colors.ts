/** https://learn.microsoft.com/en-us/graph/api/resources/calendar: names; how Outlook on the web paints them. */
const COLORS = {
  lightBlue: '#A6D1F5',
  lightGreen: '#87D28E',
  lightOrange: '#FCAB73',
  lightGray: '#C0C0C0',
  lightYellow: '#F0E68C',
  lightTeal: '#4ADACC',
  lightPink: '#F08CC0',
  lightBrown: '#CBA287',
  lightRed: '#F88C9B',
} as const;
export type ColorName = keyof typeof COLORS | 'auto' | 'maxColor';

/** `#RRGGBB`; undefined where nobody has chosen one. */
export function colorOf({
  color,
  hexColor,
}: {
  color?: ColorName | null;
  hexColor?: string | null;
}): string | undefined {
  if (typeof hexColor === 'string' && /^#[0-9a-f]{6}$/i.test(hexColor)) return hexColor.toUpperCase();
  return COLORS[color as keyof typeof COLORS];
}

/** By hue first: they are all pale. */
export function nearestColor(color: string): ColorName {
  const wanted = hueOf(color);
  if (wanted === undefined) return 'auto';
  const far = (name: string): number => {
    const { hue, grey } = hueOf(COLORS[name as keyof typeof COLORS]) ?? wanted;
    const apart = Math.abs(hue - wanted.hue);
    return grey || wanted.grey ? (grey === wanted.grey ? 0 : 1_000) : Math.min(apart, 360 - apart);
  };
  return (Object.keys(COLORS) as (keyof typeof COLORS)[]).sort((a, b) => far(a) - far(b))[0] ?? 'auto';
}

function hueOf(color: string): { readonly hue: number; readonly grey: boolean } | undefined {
  const found = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(color);
  if (found === null) return undefined;
  const [red = 0, green = 0, blue = 0] = found.slice(1).map((part) => Number.parseInt(part, 16));
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const range = most - least;
  if (range < 24) return { hue: 0, grey: true };
  const hue =
    most === red ? (green - blue) / range : most === green ? 2 + (blue - red) / range : 4 + (red - green) / range;
  return { hue: (hue * 60 + 360) % 360, grey: false };
}
