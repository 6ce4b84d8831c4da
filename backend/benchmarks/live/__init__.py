"""The other processes of `benchmarks.live_fanout`."""
