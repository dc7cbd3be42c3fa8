/** What Outlook paints `preset0` to `preset24` with; https://learn.microsoft.com/en-us/graph/api/resources/outlookcategory names them. */
const PRESETS = [
  '#D6252E',
  '#F06C15',
  '#FFCA4C',
  '#FFFE3D',
  '#4AB63F',
  '#40BD95',
  '#859A52',
  '#3267B8',
  '#613DB4',
  '#A34E78',
  '#C4CCDD',
  '#8C9CBD',
  '#C4C4C4',
  '#A5A5A5',
  '#1C1C1C',
  '#AF1E25',
  '#B14F0D',
  '#AB7B05',
  '#999400',
  '#35792B',
  '#2E7D64',
  '#5F6C3A',
  '#2A5191',
  '#50328F',
  '#82375F',
] as const;

/** `#RRGGBB`; undefined where nobody has chosen one. */
export const colorOfPreset = (preset: string | null | undefined): string | undefined =>
  PRESETS[Number(/^preset(\d+)$/.exec(preset ?? '')?.[1] ?? -1)];

/** The preset that looks most like it. */
export function nearestPreset(color: string | undefined): string {
  const wanted = color === undefined ? undefined : parts(color);
  if (wanted === undefined) return 'none';
  const far = (preset: string): number =>
    (parts(preset) ?? wanted).reduce((sum, part, at) => sum + (part - (wanted[at] ?? 0)) ** 2, 0);
  const best = PRESETS.reduce((one, other) => (far(other) < far(one) ? other : one));
  return `preset${PRESETS.indexOf(best)}`;
}

function parts(color: string): readonly number[] | undefined {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  return found?.slice(1).map((part) => Number.parseInt(part, 16));
}
