// The picture of an episode: contour lines around a summit, the same as on its cover's kind.

const PALETTES = [
  ["#0e2f44", "#3f7d9c", "#f2b84b"], ["#23312a", "#6f9a7f", "#f4d8a8"],
  ["#3a1f2d", "#a5566b", "#f6c9a0"], ["#1d2340", "#6472c4", "#f5a97f"],
  ["#40281a", "#b07b4c", "#f7e3b5"], ["#11363a", "#3f9a92", "#f3e9c8"],
  ["#2d2a3d", "#8d7fb8", "#e8c8dd"], ["#2b2f33", "#8a9aa5", "#ffcf56"],
];

/** Draws the picture for a text: the same text, the same picture. */
export function contours(text) {
  const random = stream(text);
  const [ground, line, accent] = PALETTES[Math.floor(random() * PALETTES.length)];
  const summit = [130 + random() * 90, 80 + random() * 50];
  const waves = [[2, 0.16, random()], [3, 0.12, random()], [5, 0.05, random()]];
  const rings = Array.from({ length: 16 }, (_, ring) =>
    `<path d="${ringPath(summit, ring + 1, waves)}" opacity="${(0.95 - 0.05 * ring).toFixed(2)}"/>`);
  return `<svg viewBox="0 0 320 200" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
    <rect width="320" height="200" fill="${ground}"/>
    <g fill="none" stroke="${line}" stroke-width="1.4">${rings.join("")}</g>
    <circle cx="${summit[0].toFixed(1)}" cy="${summit[1].toFixed(1)}" r="4.5" fill="${accent}"/></svg>`;
}

function ringPath([x, y], ring, waves) {
  const radius = 9 * ring + 0.5 * ring * ring;
  const points = Array.from({ length: 90 }, (_, step) => {
    const angle = (2 * Math.PI * step) / 90;
    const bend = waves.reduce((sum, [count, depth, phase]) =>
      sum + depth * Math.sin(count * angle + 2 * Math.PI * phase + ring * 0.09), 0);
    const reach = radius * (1 + bend);
    return `${(x + reach * Math.cos(angle)).toFixed(1)} ${(y + reach * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${points.join("L")}Z`;
}

// A small hash (FNV-1a) stirred by a linear congruential generator: looks, not secrets.
function stream(text) {
  let state = 2166136261;
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 16777619) >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 4294967296;
}
