const BLADES = Array.from({ length: 12 }, (_, blade) => blade * 30);

/** A mill wheel in its race, as an ornament. */
export function Wheel() {
  return (
    <svg className="wheel" viewBox="0 0 400 340" aria-hidden="true">
      <g fill="none" stroke="currentColor" strokeWidth="5" strokeLinecap="round">
        <g className="wheel-turn">
          <circle cx="200" cy="170" r="112" />
          <circle cx="200" cy="170" r="84" />
          <circle cx="200" cy="170" r="16" />
          {BLADES.map((angle) => (
            <path key={angle} d="M200 154V40m-17 0h34" transform={`rotate(${angle} 200 170)`} />
          ))}
        </g>
        <g className="wheel-water">
          <path d="M10 268c32 0 32 18 64 18s32-18 64-18 32 18 64 18 32-18 64-18 32 18 64 18 32-18 60-18" />
          <path d="M10 304c32 0 32 18 64 18s32-18 64-18 32 18 64 18 32-18 64-18 32 18 64 18 32-18 60-18" />
        </g>
      </g>
    </svg>
  );
}
