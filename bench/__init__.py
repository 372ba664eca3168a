"""Speed, as ratios: floor, peer and product measured in one interleaved run. See `bench/README.md`."""
