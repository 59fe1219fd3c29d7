/** The product's mark. */
export function Brand({ size = 20 }: { size?: number }) {
  return (
    <svg class="brand-mark" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <rect class="plate" width="20" height="20" rx="5" />
      <path d="M5 7.5v5M8.3 5.5v9M11.7 7.5v5" />
      <path class="last" d="M15 5.5v9" />
    </svg>
  );
}
