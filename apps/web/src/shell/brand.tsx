/** A tern. */
export function Brand({ size = 28 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--mantine-primary-color-filled)" />
      <path d="M5 12c5-2 9-1 12 3 3-5 6-7 11-8-2 3-3 5-4 8-2 5-6 8-11 8 2-1 3-2 4-4-3-4-7-6-12-7z" fill="#fff" />
    </svg>
  );
}
