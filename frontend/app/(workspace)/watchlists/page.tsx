import type { Metadata } from "next";

import { WatchlistRoom } from "@/features/watchlists/components/watchlist-room";

export const metadata: Metadata = { title: "Watchlist" };

export default function WatchlistsPage() {
  return <WatchlistRoom />;
}
