const PREFIX = "flowrex.visited.";

/** What a person has looked at in this browser, for the list of next steps. */
export type Visits = { report: boolean; chart: boolean };

export function findVisits(): Visits {
  const has = (place: keyof Visits) => {
    try {
      return localStorage.getItem(PREFIX + place) !== null;
    } catch {
      return false; // storage may be switched off, and the server has none
    }
  };
  return { report: has("report"), chart: has("chart") };
}

export function keepVisit(place: keyof Visits): void {
  try {
    localStorage.setItem(PREFIX + place, "1");
  } catch {
    // Only a convenience.
  }
}
