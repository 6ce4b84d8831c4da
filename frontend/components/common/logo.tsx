export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} fill="none" aria-hidden>
      <path
        d="M5 20.5 12 13l4.5 4.5L27 6"
        stroke="var(--primary)"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <path d="M5 26.5h22" stroke="var(--muted-foreground)" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
